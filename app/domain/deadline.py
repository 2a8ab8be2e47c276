"""By when a question must be answered: policies and the due time they give."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from app.domain.working_time import Calendar, add_working_time

PolicyId = NewType("PolicyId", int)


class ClockStart(StrEnum):
    """The moment from which a policy counts. `published` is the resident's own clock."""

    PUBLISHED = "published"
    DETECTED = "detected"


@dataclass(frozen=True, slots=True)
class Policy:
    """A versioned rule: the first answer is due `threshold` after `clock_start`, `urgent_threshold` for urgent messages.

    With a calendar the thresholds run in working time; urgent ones always run around the clock, as life and health do.
    """

    id: PolicyId
    name: str
    version: int
    threshold: timedelta
    urgent_threshold: timedelta
    clock_start: ClockStart = ClockStart.PUBLISHED
    calendar: Calendar | None = None
    ack_stops: bool = False

    def due_at(self, *, published_at: datetime, collected_at: datetime, urgent: bool) -> datetime:
        """The moment after which an unanswered question is overdue."""
        start = published_at if self.clock_start is ClockStart.PUBLISHED else collected_at
        if urgent:
            return start + self.urgent_threshold
        if self.calendar is None:
            return start + self.threshold
        return add_working_time(start, self.threshold, self.calendar)
