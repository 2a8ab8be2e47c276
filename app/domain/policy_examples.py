"""What a policy means for a few questions, so that who sets it sees what they set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from app.domain.deadline import ClockStart, Policy

FRIDAY, MONDAY, SATURDAY = 4, 0, 5
QUESTIONS = ((FRIDAY, time(17, 40), False), (SATURDAY, time(12), False), (MONDAY, time(10), False), (FRIDAY, time(22), True))
"""The day and hour of a question, and whether it is urgent."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, found and handed over at once, and by when it must be answered."""

    asked_at: datetime
    urgent: bool
    due_at: datetime
    clock_start: ClockStart


@dataclass(frozen=True, slots=True)
class FullAnswerExample:
    """An interim answer without a promised date, and by when the full one must follow."""

    answered_at: datetime
    due_at: datetime


def examples(policy: Policy, *, now: datetime, zone: tzinfo | None = None) -> Iterator[Example]:
    """The next such questions after `now`."""
    for weekday, at, urgent in QUESTIONS:
        asked_at = _next(weekday, at, now, _zone(policy, now, zone))
        due_at = policy.due_at(published_at=asked_at, collected_at=asked_at, urgent=urgent, handed_over_at=asked_at)
        yield Example(asked_at, urgent, due_at, policy.clock_start)


def full_answer_example(policy: Policy, *, now: datetime) -> FullAnswerExample | None:
    """An interim answer on a Monday; `None` where a full one has no term."""
    if policy.substantive is None:
        return None
    answered_at = _next(MONDAY, time(10), now, policy.substantive.calendar.zone)
    return FullAnswerExample(answered_at, policy.substantive.due_at(answered_at))


def _zone(policy: Policy, now: datetime, zone: tzinfo | None) -> tzinfo | None:
    calendar = policy.calendar or (None if policy.substantive is None else policy.substantive.calendar)
    return zone or (now.tzinfo if calendar is None else calendar.zone)


def _next(weekday: int, at: time, now: datetime, zone: tzinfo | None) -> datetime:
    today = now.astimezone(zone).date()
    return datetime.combine(today + timedelta(days=1 + (weekday - today.weekday() - 1) % 7), at, zone)
