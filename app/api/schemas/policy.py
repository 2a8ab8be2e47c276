"""Policies as the API takes and shows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field, Strict, model_validator

from app.api.parameters import STORABLE
from app.api.schemas.shape import NamedOut, example, strict_example
from app.domain.deadline import ClockStart, Policy
from app.domain.policy_examples import examples, full_answer_example
from app.domain.ready_policies import READY, ReadyPolicy
from app.domain.russian_days import NEWEST, OfficeHours
from app.domain.working_time import WEEKDAYS_9_TO_18
from app.storage.policies import ShownPolicy
from app.storage.policy_rows import NewPolicy
from app.usecases.change_policy import of_ready

HOUR = timedelta(hours=1)
ReadyCode = StrEnum("ReadyCode", {code.upper(): code for code in READY})  # type: ignore[misc]
Hours = Annotated[float, Field(gt=0, le=720, examples=[9])]
PolicyName = Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)]
HourOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
OFFICE: dict[str, Any] = {"weekday": 1, "opens": "09:00", "closes": "18:00"}
EXAMPLE = {"asked_at": "2026-03-13T17:40:00+03:00", "urgent": False, "due_at": "2026-03-16T17:40:00+03:00"}
FULL = {"answered_at": "2026-03-16T10:00:00+03:00", "due_at": "2026-03-25T21:00:00Z"}
POLICY: dict[str, Any] = {
    "id": 2,
    "version": 2,
    "name": "9 рабочих часов",
    "hours": 9.0,
    "urgent_hours": 4.0,
    "clock_start": "detected",
    "working_time": True,
    "office_hours": [OFFICE],
    "zone": "Europe/Moscow",
    "holidays": "russia-1",
    "days_off": [],
    "working_days": [],
    "substantive_days": 7,
    "ack_stops": False,
    "active_from": "2026-03-11T09:00:00Z",
    "holds_for_open": True,
    "made_by": {"id": 1, "name": "admin"},
    "examples": [EXAMPLE],
    "full_answer_example": FULL,
}


class OfficeDay(BaseModel):
    """The hours of a day of the week, Monday is 1."""

    model_config = strict_example(**OFFICE)

    weekday: Annotated[int, Field(ge=1, le=7), Strict()]
    opens: HourOfDay
    closes: HourOfDay

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "OfficeDay":
        if self.opens >= self.closes:
            raise ValueError("closes: an office closes after it opens, on the same day")
        return self


class PolicyIn(BaseModel):
    """The next version. `ready` gives what is not said here; without it `name`, `hours` and `urgent_hours` are needed."""

    model_config = strict_example(ready="nine_working_hours")

    ready: ReadyCode | None = None
    name: PolicyName | None = None
    hours: Hours | None = None
    urgent_hours: Hours | None = None
    clock_start: ClockStart | None = None
    working_time: Annotated[bool | None, Field(description="Whether the hours run in working time; urgent ones never do.")] = None
    office_hours: Annotated[list[OfficeDay] | None, Field(max_length=7, description="Monday to Friday, 9 to 18 unless said.")] = None
    holidays: Annotated[bool, Field(description="Whether Russia's days off and moved working days hold.")] = True
    days_off: Annotated[list[date], Field(max_length=200, description="More days on which nobody works.")] = []
    working_days: Annotated[list[date], Field(max_length=200, description="Days on which people work all the same.")] = []
    substantive_days: Annotated[
        int | None, Field(ge=1, le=60, description="Working days within which a full answer follows an interim one; null: no term.")
    ] = 7
    ack_stops: Annotated[bool | None, Field(description="Whether «спасибо, уточним» is an answer.")] = None

    @model_validator(mode="after")
    def _says_enough(self) -> "PolicyIn":
        if self.ready is None and (self.name is None or self.hours is None or self.urgent_hours is None):
            raise ValueError("give ready, or else name, hours and urgent_hours")
        days = [day.weekday for day in self.office_hours or []]
        if len(set(days)) < len(days):
            raise ValueError("office_hours: a day of the week has its hours once")
        return self

    def new(self, zone: str) -> NewPolicy:
        """The version to be put in force, by working time in the region's zone."""
        ready = None if self.ready is None else READY[self.ready.value]
        usual = NewPolicy("", timedelta(), timedelta(), ClockStart.PUBLISHED, False, self._office(), zone, None)
        base = usual if ready is None else of_ready(ready, self._office(), zone)
        said: dict[str, Any] = {
            "name": self.name,
            "threshold": None if self.hours is None else self.hours * HOUR,
            "urgent_threshold": None if self.urgent_hours is None else self.urgent_hours * HOUR,
            "clock_start": self.clock_start,
            "in_working_time": self.working_time,
            "ack_stops": self.ack_stops,
        }
        return replace(base, substantive_days=self.substantive_days, **{name: value for name, value in said.items() if value is not None})

    def _office(self) -> OfficeHours:
        given = None if self.office_hours is None else {day.weekday - 1: _between(day) for day in self.office_hours}
        weekly = WEEKDAYS_9_TO_18 if given is None else given
        return OfficeHours(weekly, NEWEST if self.holidays else None, frozenset(self.days_off), frozenset(self.working_days))


def _between(day: OfficeDay) -> tuple[time, time]:
    return time.fromisoformat(day.opens), time.fromisoformat(day.closes)


class ExampleOut(BaseModel):
    """A question that is found and handed over at once, and by when it must be answered."""

    model_config = example(**EXAMPLE)

    asked_at: datetime
    urgent: bool
    due_at: datetime


class FullAnswerExampleOut(BaseModel):
    """An interim answer that promises no date, and by when the full one must follow."""

    model_config = example(**FULL)

    answered_at: datetime
    due_at: datetime


class PolicyOut(BaseModel):
    """A version of the policy. One that `holds_for_open` also judges the questions that were open when it came into force."""

    model_config = example(**POLICY)

    id: int
    version: int
    name: str
    hours: float
    urgent_hours: float
    clock_start: ClockStart
    working_time: bool
    office_hours: list[OfficeDay]
    zone: str | None
    holidays: str | None
    days_off: list[date]
    working_days: list[date]
    substantive_days: int | None
    ack_stops: bool
    active_from: datetime
    holds_for_open: bool
    made_by: NamedOut | None
    examples: list[ExampleOut]
    full_answer_example: FullAnswerExampleOut | None

    @classmethod
    def of(cls, shown: ShownPolicy, now: datetime) -> "PolicyOut":
        policy, office = shown.policy, shown.office
        return cls(
            id=policy.id,
            version=policy.version,
            name=policy.name,
            hours=policy.threshold / HOUR,
            urgent_hours=policy.urgent_threshold / HOUR,
            clock_start=policy.clock_start,
            working_time=shown.in_working_time,
            office_hours=[] if office is None else office_days(office),
            zone=shown.zone,
            holidays=None if office is None else office.edition,
            days_off=[] if office is None else sorted(office.days_off),
            working_days=[] if office is None else sorted(office.working_days),
            substantive_days=None if policy.substantive is None else policy.substantive.days,
            ack_stops=policy.ack_stops,
            active_from=policy.active_from,
            holds_for_open=policy.rejudges,
            made_by=NamedOut.of(shown.made_by),
            examples=_examples(policy, now),
            full_answer_example=_full_answer(policy, now),
        )


def office_days(office: OfficeHours) -> list[OfficeDay]:
    """Weekly hours, day by day."""
    return [
        OfficeDay(weekday=day + 1, opens=f"{hours[0]:%H:%M}", closes=f"{hours[1]:%H:%M}") for day, hours in sorted(office.weekly.items())
    ]


def _examples(policy: Policy, now: datetime) -> list[ExampleOut]:
    return [ExampleOut(asked_at=one.asked_at, urgent=one.urgent, due_at=one.due_at) for one in examples(policy, now=now)]


def _full_answer(policy: Policy, now: datetime) -> FullAnswerExampleOut | None:
    found = full_answer_example(policy, now=now)
    return None if found is None else FullAnswerExampleOut(answered_at=found.answered_at, due_at=found.due_at)


READY_EXAMPLE = {"code": "nine_working_hours", "name": "9 рабочих часов", "source": "Крым, 21.02.2020: 9 рабочих часов с обнаружения."}


class ReadyOut(BaseModel):
    """Terms that regions have, ready to choose, and whose they are."""

    model_config = example(**READY_EXAMPLE)

    code: str
    name: str
    source: str

    @classmethod
    def of(cls, ready: ReadyPolicy) -> "ReadyOut":
        return cls(code=ready.code, name=ready.name, source=ready.source)


class PolicyList(BaseModel):
    """Every version, the one in force first, and ready terms."""

    model_config = example(items=[POLICY], ready=[READY_EXAMPLE])

    items: list[PolicyOut]
    ready: list[ReadyOut]

    @classmethod
    def of(cls, shown: Sequence[ShownPolicy], now: datetime) -> "PolicyList":
        return cls(items=[PolicyOut.of(one, now) for one in shown], ready=[ReadyOut.of(one) for one in READY.values()])
