"""Figures of answers as the API shows them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from app.api.schemas.policy import OFFICE, OfficeDay, office_days
from app.api.schemas.shape import example
from app.domain.statistics import Figures
from app.domain.working_hours import WorkingHours
from app.storage.statistics import GroupBy
from app.usecases.measure_answers import Clock, MeasuredAnswers, MeasuredGroup, Period

FIGURES: dict[str, Any] = {
    "n": 120,
    "answered": 96,
    "unanswered": 24,
    "withdrawn": 2,
    "retracted": 1,
    "km_median_seconds": 18240.0,
    "km_median_interval": [15100.0, 22480.0],
    "p90_seconds": 151200.0,
    "share_within": {"4h": 0.41, "9h": 0.6, "24h": 0.76},
    "share_within_interval": {"4h": [0.33, 0.5], "9h": [0.52, 0.69], "24h": [0.69, 0.83]},
    "mean_answered_seconds": 16200.0,
    "longest_wait_seconds": 864000.0,
    "no_reply_channel": 1,
}
WORKING_TIME: dict[str, Any] = {
    "policy_version": 2,
    "office_hours": [OFFICE],
    "zone": "Europe/Moscow",
    "holidays": "russia-1",
    "days_off": [],
    "working_days": [],
}
GROUP = {"id": 4, "name": "Городская администрация"}
Value = TypeVar("Value")


class FiguresOut(BaseModel):
    """How long residents wait, unanswered questions included (Kaplan–Meier, 95 % intervals).

    `withdrawn` of the unanswered were taken back by their authors and are observed until then; `retracted` of the answers were taken back.
    A quantile is null when that share of the questions was not answered yet. `share_within` is the estimated share of all
    questions that get their answer within so many hours of the chosen clock, answers later taken back left out; where
    nobody has waited that long yet it is the share so far, a lower bound (see `longest_wait_seconds`).
    `mean_answered_seconds` leaves the unanswered out and is shown for contrast only. `no_reply_channel` counts apart the questions
    that nobody could answer, as comments had been closed; nothing else includes them.
    """

    model_config = example(**FIGURES)

    n: int
    answered: int
    unanswered: int
    withdrawn: int
    retracted: int
    km_median_seconds: float | None
    km_median_interval: tuple[float | None, float | None]
    p90_seconds: float | None
    share_within: dict[str, float | None]
    share_within_interval: dict[str, tuple[float, float] | None]
    mean_answered_seconds: float | None
    longest_wait_seconds: float | None
    no_reply_channel: int

    @classmethod
    def of(cls, figures: Figures, no_reply: int) -> "FiguresOut":
        return cls(**_fields(figures, no_reply))


class GroupKey(BaseModel):
    """What a group's questions have in common; both null for those that belong to nobody."""

    model_config = example(**GROUP)

    id: int | None
    name: str | None


class GroupOut(FiguresOut):
    """The figures of one group. One of fewer than five questions is shown and not `comparable` with others.

    `expected_within_24h` is the share that questions of the same topics get answered within 24 hours in the region as a whole.
    """

    model_config = example(group=GROUP, comparable=True, expected_within_24h=0.72, **FIGURES)

    group: GroupKey
    comparable: bool
    expected_within_24h: float | None

    @classmethod
    def of_group(cls, measured: MeasuredGroup) -> "GroupOut":
        group = GroupKey(id=measured.key, name=measured.name)
        about = {"comparable": measured.figures.comparable, "expected_within_24h": measured.expected_share}
        return cls(group=group, **about, **_fields(measured.figures, measured.no_reply))


class WorkingTimeOut(BaseModel):
    """The hours in which figures are counted: those of the policy in force. `policy_version` is null where no policy states any."""

    model_config = example(**WORKING_TIME)

    policy_version: int | None
    office_hours: list[OfficeDay]
    zone: str
    holidays: str | None
    days_off: list[date]
    working_days: list[date]

    @classmethod
    def of(cls, hours: WorkingHours | None) -> "WorkingTimeOut | None":
        if hours is None:
            return None
        office = hours.office
        return cls(
            policy_version=hours.policy_version,
            office_hours=office_days(office),
            zone=str(hours.calendar.zone),
            holidays=office.edition,
            days_off=sorted(office.days_off),
            working_days=sorted(office.working_days),
        )


class AnswersOut(BaseModel):
    """The figures of all questions put in `from <= t < to`, together and by group; `working_time` is null in calendar time."""

    model_config = example(
        **{"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "group_by": "authority", "clock": "calendar"},
        working_time=None,
        total=FIGURES,
        groups=[{"group": GROUP, "comparable": True, "expected_within_24h": 0.72, **FIGURES}],
    )

    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    group_by: GroupBy
    clock: Clock
    working_time: WorkingTimeOut | None
    total: FiguresOut
    groups: list[GroupOut]

    @classmethod
    def of(cls, period: Period, group_by: GroupBy, clock: Clock, measured: MeasuredAnswers, hours: WorkingHours | None) -> "AnswersOut":
        groups = [GroupOut.of_group(group) for group in measured.groups]
        total = FiguresOut.of(measured.total, measured.no_reply)
        working_time = WorkingTimeOut.of(hours)
        return cls(
            since=period.since,
            until=period.until,
            group_by=group_by,
            clock=clock,
            working_time=working_time,
            total=total,
            groups=groups,
        )


def _fields(figures: Figures, no_reply: int) -> dict[str, Any]:
    return {
        "n": figures.n,
        "answered": figures.answered,
        "unanswered": figures.unanswered,
        "withdrawn": figures.withdrawn,
        "retracted": figures.retracted,
        "km_median_seconds": figures.km_median_seconds,
        "km_median_interval": figures.km_median_interval,
        "p90_seconds": figures.p90_seconds,
        "share_within": _by_hours(figures.share_within),
        "share_within_interval": _by_hours(figures.share_within_interval),
        "mean_answered_seconds": figures.mean_answered_seconds,
        "longest_wait_seconds": figures.longest_wait_seconds,
        "no_reply_channel": no_reply,
    }


def _by_hours(values: Mapping[int, Value]) -> dict[str, Value]:
    return {f"{hours}h": value for hours, value in values.items()}
