"""What an address of the queue asks for, and the address that asks for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.domain.incident import IncidentId, IncidentStatus
from app.domain.operator import OperatorId
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.domain.topic import is_code
from app.domain.verdict import Kind
from app.storage.queue import DuePlace, Part, QueueFilter
from connectors.sdk.text import clean_text

EVERY = "all"
NUMBER = re.compile(r"(?:№|#)?\s*([1-9]\d{0,17})", re.ASCII)
OPEN_STATUSES = (IncidentStatus.NEW, IncidentStatus.ASSIGNED, IncidentStatus.IN_PROGRESS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_SEARCH = 200
LARGEST_ID = 2**63 - 1
MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
LAST_MICROSECOND = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """The filters of the form. An empty `status` means what is still to be done, `all` means everything."""

    status: str = ""
    kind: Kind | None = None
    source_id: SourceId | None = None
    topic: str = ""
    territory_id: EntryId | None = None
    since: datetime | None = None
    overdue: bool = False
    mine: bool = False
    unsure: bool = False
    owed: bool = False
    promised: bool = False
    words: str = ""
    after: DuePlace | None = None

    def to_filter(self, operator_id: OperatorId, sure_from: float, territory_ids: tuple[EntryId, ...] = ()) -> QueueFilter:
        """The filter as the queue's storage takes it; below `sure_from` a verdict is unsure, `territory_ids` lie in the territory."""
        return QueueFilter(
            statuses=self._statuses(),
            kind=self.kind,
            topic=self.topic or None,
            source_id=self.source_id,
            territory_ids=territory_ids,
            published_from=self.since,
            assignee_id=operator_id if self.mine else None,
            overdue=True if self.overdue else None,
            owed=self.owed,
            promised=self.promised,
            words=self.words or None,
            confidence_below=sure_from if self.unsure else None,
        )

    def _statuses(self) -> tuple[IncidentStatus, ...]:
        if self.status == EVERY:
            return ()
        return (IncidentStatus(self.status),) if self.status else OPEN_STATUSES

    def fields(self) -> dict[str, str]:
        """The fields of an address or of a form that ask for this."""
        given = {
            "status": self.status,
            "kind": self.kind.value if self.kind else "",
            "topic": self.topic,
            "source": str(self.source_id or ""),
            "territory": str(self.territory_id or ""),
            "since": str(int(self.since.timestamp())) if self.since else "",
            "overdue": "1" if self.overdue else "",
            "mine": "1" if self.mine else "",
            "unsure": "1" if self.unsure else "",
            "owed": "1" if self.owed else "",
            "promised": "1" if self.promised else "",
            "q": self.words,
            "after": write_place(self.after) if self.after else "",
        }
        return {name: value for name, value in given.items() if value}

    def address(self, path: str = "/") -> str:
        """The address that asks for this."""
        query = urlencode(self.fields())
        return f"{path}?{query}" if query else path

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self.at(None) != QueueQuery()

    @property
    def number(self) -> IncidentId | None:
        """The number of an incident, where the words are nothing else."""
        found = NUMBER.fullmatch(self.words)
        return IncidentId(int(found[1])) if found else None

    def everywhere(self) -> str | None:
        """The address that looks for the words among all incidents, if this one leaves any out."""
        wider = QueueQuery(status=EVERY, words=self.words)
        return None if self.at(None) == wider else wider.address()

    def at(self, place: DuePlace | None) -> "QueueQuery":
        """The same from another place on."""
        return replace(self, after=place)


def read_query(given: Mapping[str, str]) -> QueueQuery:
    """What an address asks for; what makes no sense in it is passed over, as after a slip of the pen."""
    status, kind = given.get("status", ""), given.get("kind", "")
    source_id, territory_id = _number(given.get("source", "")), _number(given.get("territory", ""))
    since = _number(given.get("since", ""))
    return QueueQuery(
        status=status if status == EVERY or status in set(IncidentStatus) else "",
        kind=Kind(kind) if kind in set(Kind) else None,
        topic=topic if is_code(topic := given.get("topic", "")) else "",
        source_id=SourceId(source_id) if source_id else None,
        territory_id=EntryId(territory_id) if territory_id else None,
        since=EPOCH + since * SECOND if since and since <= LAST_MICROSECOND // 1_000_000 else None,
        overdue=given.get("overdue") == "1",
        mine=given.get("mine") == "1",
        unsure=given.get("unsure") == "1",
        owed=given.get("owed") == "1",
        promised=given.get("promised") == "1",
        words=clean_text(given.get("q", "")).strip()[:LONGEST_SEARCH],
        after=read_place(given.get("after", "")),
    )


def write_place(place: DuePlace) -> str:
    """A place in the queue as an address carries it: its part, its moment in microseconds, its number."""
    return f"{int(place.part)}.{(place.due_at - EPOCH) // MICROSECOND}.{place.id}"


def read_place(written: str) -> DuePlace | None:
    """The place, `None` for nonsense."""
    part, _, rest = written.partition(".")
    moment, number = (_number(part) for part in (rest.partition(".")[0], rest.partition(".")[2]))
    if part not in {"0", "1", "2"} or moment is None or number is None or moment > LAST_MICROSECOND:
        return None
    return DuePlace(Part(int(part)), EPOCH + moment * MICROSECOND, IncidentId(number))


def _number(written: str) -> int | None:
    """A number that a key can be, `None` for anything else."""
    if not written.isascii() or not written.isdecimal() or len(written) > 19:
        return None
    return number if (number := int(written)) <= LARGEST_ID else None
