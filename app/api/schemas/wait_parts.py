"""The parts of waits as the API shows them: those of one question, and figures of all."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.api.schemas.shape import NamedOut, example
from app.api.schemas.statistics import WorkingTimeOut
from app.domain.statistics import Figures
from app.domain.turn import Turn
from app.domain.wait_parts import PartKind
from app.domain.working_hours import WorkingHours
from app.domain.working_time import Calendar, working_time_between
from app.storage.incident_details import IncidentDetails
from app.usecases.measure_answers import Clock, Period
from app.usecases.measure_parts import MeasuredParts, PartsOfGroup

EXAMPLE_PARTS: list[dict[str, Any]] = [
    {
        "part": "detect",
        "authority": None,
        "started_at": "2026-03-11T09:00:00Z",
        "ended_at": "2026-03-11T09:02:00Z",
        "seconds": 120.0,
        "working_seconds": 120.0,
    },
    {
        "part": "route",
        "authority": None,
        "started_at": "2026-03-11T09:02:00Z",
        "ended_at": "2026-03-11T09:40:00Z",
        "seconds": 2280.0,
        "working_seconds": 2280.0,
    },
    {
        "part": "body",
        "authority": {"id": 4, "name": "Городская администрация"},
        "started_at": "2026-03-11T09:40:00Z",
        "ended_at": "2026-03-11T11:25:00Z",
        "seconds": 6300.0,
        "working_seconds": 6300.0,
    },
]
FIGURES: dict[str, Any] = {
    "n": 120,
    "ended": 118,
    "unended": 2,
    "km_median_seconds": 420.0,
    "km_median_interval": [360.0, 500.0],
    "p90_seconds": 1500.0,
    "longest_seconds": 86400.0,
}
GROUP: dict[str, Any] = {"group": {"id": 4, "name": "Городская администрация"}, "detect": FIGURES, "route": FIGURES, "body": FIGURES}
TOTAL = dict.fromkeys(("detect", "route", "body"), FIGURES)


class PartOut(BaseModel):
    """A part of a wait: until we saw the question (`detect`), until a body was given it (`route`), or with a body (`body`).

    They follow each other without a gap. The last one of a question that still waits has no `ended_at`; its lengths are those so far.
    """

    model_config = example(**EXAMPLE_PARTS[-1])

    part: PartKind
    authority: NamedOut | None
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    working_seconds: float

    @classmethod
    def all_of(cls, incident: IncidentDetails, turn: Turn, *, calendar: Calendar, now: datetime) -> "list[PartOut]":
        """The parts of a turn's wait."""
        parts = incident.parts_of(turn, now)
        return [
            cls(
                part=part.kind,
                authority=None if part.authority_id is None else NamedOut(id=part.authority_id, name=incident.bodies[part.authority_id]),
                started_at=part.since,
                ended_at=None if turn.waits and part is parts[-1] else part.until,
                seconds=part.length.total_seconds(),
                working_seconds=working_time_between(part.since, part.until, calendar).total_seconds(),
            )
            for part in parts
        ]


class PartFiguresOut(BaseModel):
    """How long a part of the wait takes, those included that have not ended (Kaplan–Meier, 95 % interval).

    `unended`: the part still lasts, the answer came before its end or, of a body, the question was passed on without an answer.
    """

    model_config = example(**FIGURES)

    n: int
    ended: int
    unended: int
    km_median_seconds: float | None
    km_median_interval: tuple[float | None, float | None]
    p90_seconds: float | None
    longest_seconds: float | None

    @classmethod
    def of(cls, figures: Figures) -> "PartFiguresOut":
        return cls(
            n=figures.n,
            ended=figures.answered,
            unended=figures.unanswered,
            km_median_seconds=figures.km_median_seconds,
            km_median_interval=figures.km_median_interval,
            p90_seconds=figures.p90_seconds,
            longest_seconds=figures.longest_wait_seconds,
        )


class PartsOut(BaseModel):
    """From publication until we saw a question (`detect`), until it had its body (`route`), until the answer (`body`)."""

    model_config = example(**TOTAL)

    detect: PartFiguresOut
    route: PartFiguresOut
    body: PartFiguresOut


class PartsOfBodyOut(PartsOut):
    """The parts at one body: `detect` and `route` of the questions that it had first, `body` of every one that it held.

    A null `group` stands for what no body was given.
    """

    model_config = example(**GROUP)

    group: NamedOut | None

    @classmethod
    def of(cls, measured: PartsOfGroup) -> "PartsOfBodyOut":
        group = None if measured.key is None or measured.name is None else NamedOut(id=measured.key, name=measured.name)
        return cls(group=group, **_figures(measured))


class WaitPartsOut(BaseModel):
    """Where the waits of all questions put in `from <= t < to` passed, together and body by body.

    `working_time` is null in calendar time.
    """

    model_config = example(
        **{"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "clock": "calendar", "working_time": None},
        total=TOTAL,
        groups=[GROUP],
    )

    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    clock: Clock
    working_time: WorkingTimeOut | None
    total: PartsOut
    groups: list[PartsOfBodyOut]

    @classmethod
    def of(cls, period: Period, clock: Clock, measured: MeasuredParts, hours: WorkingHours | None) -> "WaitPartsOut":
        groups = [PartsOfBodyOut.of(group) for group in measured.groups]
        total, working_time = PartsOut(**_figures(measured.total)), WorkingTimeOut.of(hours)
        return cls(since=period.since, until=period.until, clock=clock, working_time=working_time, total=total, groups=groups)


def _figures(measured: PartsOfGroup) -> dict[str, PartFiguresOut]:
    return {kind.value: PartFiguresOut.of(measured.figures[kind]) for kind in PartKind}
