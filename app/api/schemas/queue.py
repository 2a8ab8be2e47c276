"""What a list may be asked for. A parameter that nobody knows is refused: a misspelt filter must not mean «everything»."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.api.parameters import AuthorityNumber, Moment, OperatorNumber, ShortText, SourceNumber, TerritoryNumber
from app.domain.incident import IncidentStatus
from app.domain.territory import EntryId
from app.domain.verdict import Kind
from app.exports.incident_columns import Layout
from app.exports.table import FileFormat
from app.storage.queue import Order, QueueFilter
from app.storage.statistics import GroupBy
from app.usecases.measure_answers import Clock
from app.usecases.offer_messages import Lane


class PageQuery(BaseModel):
    """Any list, page by page."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200, description="How many items at most.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=300, pattern=r"^[A-Za-z0-9_-]*$", description="`next_cursor` of the page before; empty: the first.")
    ] = None


class QueueFilters(BaseModel):
    """Filters of the queue; all of them together narrow it."""

    model_config = ConfigDict(extra="forbid")

    status: Annotated[list[IncidentStatus], Field(max_length=7, description="Repeat it for several.")] = []
    topic: ShortText | None = None
    kind: Kind | None = None
    authority_id: AuthorityNumber | None = None
    source_id: SourceNumber | None = None
    assignee_id: OperatorNumber | None = None
    territory_id: Annotated[TerritoryNumber | None, Field(description="With all territories and settlements that lie in it.")] = None
    overdue: Annotated[bool | None, Field(description="Whether the answer is owed and its deadline has passed.")] = None
    substantive_owed: Annotated[
        bool, Field(description="Only those that owe a full answer after an interim one, the earliest second deadline first.")
    ] = False
    substantive_overdue: Annotated[bool | None, Field(description="Of those, whether the second deadline has passed.")] = None
    unsure: Annotated[bool, Field(description="Only those of whose kind the classifier was less sure than its calibrated bound.")] = False
    q: Annotated[ShortText | None, Field(description="Words in the resident's text, in any grammatical form.")] = None
    published_from: Moment | None = None
    published_to: Moment | None = None
    test: Annotated[bool, Field(description="Incidents of test pages, which stand in no queue, instead of real ones.")] = False
    sort: Annotated[Order, Field(description="`due`: what waits, the earliest deadline first; `published`: the newest first.")] = Order.DUE

    def to_filter(self, sure_from: float, territory_ids: tuple[EntryId, ...]) -> QueueFilter:
        """The filter for the storage; below `sure_from` a verdict is unsure, `territory_ids` are what lies in `territory_id`."""
        return QueueFilter(
            statuses=tuple(self.status),
            topic=self.topic,
            kind=self.kind,
            authority_id=self.authority_id,
            source_id=self.source_id,
            assignee_id=self.assignee_id,
            territory_ids=territory_ids,
            overdue=self.overdue,
            promised=self.substantive_owed or self.substantive_overdue is not None,
            promise_overdue=self.substantive_overdue,
            words=self.q,
            confidence_below=sure_from if self.unsure else None,
            published_from=self.published_from,
            published_to=self.published_to,
            of_test_pages=self.test,
        )


class QueueQuery(QueueFilters, PageQuery):
    """The queue under filters, page by page."""


class ExportQuery(QueueFilters):
    """A file of the queue under the same filters."""

    format: FileFormat = FileFormat.CSV
    columns: Annotated[Layout, Field(description="Columns of our own, or those of «Инцидент Менеджмент».")] = Layout.OTKLIK
    authors: Annotated[bool, Field(description="With the names under which residents wrote.")] = False


class MessagesQuery(PageQuery):
    """Collected messages under filters."""

    source_id: SourceNumber | None = None
    kind: Kind | None = None
    lane: Annotated[
        Lane | None, Field(description="What is worth labelling, alone: `unsure`, or `disagreeing` with its verdict by now.")
    ] = None


WORKING = "`working`: in the hours of the policy in force, which `working_time` of the answer tells."


class PeriodQuery(BaseModel):
    """A period, `from <= t < to`; the last 30 days unless said otherwise."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[Moment | None, Field(alias="from")] = None
    until: Annotated[Moment | None, Field(alias="to")] = None


class PartsQuery(PeriodQuery):
    """A period of questions, and the clock by which the parts of their waits are counted."""

    clock: Annotated[Clock, Field(description=WORKING)] = Clock.CALENDAR


class ShownAs(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class QuestionsQuery(PeriodQuery):
    """A period of questions, as a file."""

    format: FileFormat = FileFormat.CSV


class AnswersQuery(PartsQuery):
    """Questions put in `from <= t < to` (the last 30 days unless said otherwise), their groups, and the clock."""

    group_by: GroupBy = GroupBy.AUTHORITY
    format: Annotated[
        ShownAs, Field(description="`csv` and `xlsx` are files for people, with shares rounded as the console shows them.")
    ] = ShownAs.JSON
