"""Alarms and detection lags as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.parameters import Moment
from app.api.schemas.queue import PageQuery
from app.api.schemas.shape import example
from app.domain.detection import AlarmKind
from app.storage.alarms import Alarm
from app.storage.detections import LagFigures, LagGroup
from app.usecases.measure_answers import Period

ALARM: dict[str, Any] = {
    "id": 12,
    "kind": "late",
    "source": {"id": 2, "network": "vk", "name": "Администрация города", "url": "https://vk.com/club7"},
    "began_at": "2026-03-11T12:00:00Z",
    "ended_at": None,
    "detail": {"p95_seconds": 540, "budget_seconds": 300},
}
PARTS = {"waiting": 70.5, "queueing": 2.5, "network": 0.4, "classifying": 0.05, "storing": 0.05}
LAGS: dict[str, Any] = {"n": 1200, "p50_seconds": 61.0, "p95_seconds": 210.0, "share_in_budget": 0.98, "mean_parts_seconds": PARTS}


class AlarmQuery(PageQuery):
    """Which alarms are wanted: those that are open, or all that ever were."""

    open: bool = True


class AlarmSource(BaseModel):
    """The page of an alarm."""

    model_config = example(**ALARM["source"])

    id: int
    network: str
    name: str
    url: str


class AlarmOut(BaseModel):
    """An alarm of a page: `late` has `p95_seconds` and `budget_seconds` in its detail, `silent` has `silent_since` and `posts_per_day`,

    `deaf` has the `reason` for which nothing of a page that cannot be polled would reach us.
    """

    model_config = example(**ALARM)

    id: int
    kind: AlarmKind
    source: AlarmSource
    began_at: datetime
    ended_at: datetime | None
    detail: dict[str, Any]

    @classmethod
    def of(cls, alarm: Alarm) -> "AlarmOut":
        source = AlarmSource(id=alarm.source_id, network=alarm.network, name=alarm.source_name, url=alarm.source_url)
        return cls(id=alarm.id, kind=alarm.kind, source=source, began_at=alarm.began_at, ended_at=alarm.ended_at, detail=dict(alarm.detail))


class AlarmPage(BaseModel):
    """A page of alarms."""

    model_config = example(items=[ALARM], next_cursor=None)

    items: list[AlarmOut]
    next_cursor: str | None


class DetectionLagQuery(BaseModel):
    """The period, the last 30 days unless told otherwise, and what to group by."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[Moment | None, Field(alias="from")] = None
    until: Annotated[Moment | None, Field(alias="to")] = None
    group_by: LagGroup = LagGroup.CLASS


class LagOut(BaseModel):
    """From publication to the queue. `share_in_budget`: of the messages seen within the budget of their page's class.

    The parts are means: for the planned poll, for a free hand of the worker, for the network, for a verdict, for the database.
    """

    model_config = example(key="hot", **LAGS)

    key: str | None
    n: int
    p50_seconds: float
    p95_seconds: float
    share_in_budget: float
    mean_parts_seconds: dict[str, float]

    @classmethod
    def of(cls, figures: LagFigures) -> "LagOut":
        return cls(
            key=figures.key,
            n=figures.n,
            p50_seconds=round(figures.p50, 3),
            p95_seconds=round(figures.p95, 3),
            share_in_budget=round(figures.share_in_budget, 4),
            mean_parts_seconds={name: round(seconds, 3) for name, seconds in figures.parts.items()},
        )


class DetectionLagOut(BaseModel):
    """The lags of messages that could be seen in `from <= t < to`, together (null without any) and by group."""

    model_config = example(
        **{"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "group_by": "class"},
        total={"key": None, **LAGS},
        groups=[{"key": "hot", **LAGS}],
    )

    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    group_by: LagGroup
    total: LagOut | None
    groups: list[LagOut]

    @classmethod
    def of(cls, period: Period, group_by: LagGroup, found: Sequence[LagFigures]) -> "DetectionLagOut":
        shown = [LagOut.of(one) for one in found]
        total = shown[0] if shown else None
        return cls(since=period.since, until=period.until, group_by=group_by, total=total, groups=shown[1:])
