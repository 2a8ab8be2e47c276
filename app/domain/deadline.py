"""By when a question must be answered: policies and the due time they give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType

from app.domain.promise import promised_at
from app.domain.working_time import Calendar, add_working_days, add_working_time

PolicyId = NewType("PolicyId", int)
ALWAYS = datetime.min.replace(tzinfo=UTC)


class ClockStart(StrEnum):
    """The moment from which a policy counts. `published` is the resident's own clock."""

    PUBLISHED = "published"
    DETECTED = "detected"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class SubstantiveTerm:
    """Within how many working days after an interim answer the full one is due."""

    days: int
    calendar: Calendar

    def due_at(self, answered_at: datetime, promises: tuple[str, ...] = ()) -> datetime:
        """The midnight in which the last of the days ends, or what was promised where that is sooner; the day of the interim answer

        does not count.
        """
        latest = self.calendar.end_of(add_working_days(self.calendar.day_of(answered_at), self.days, self.calendar))
        promised = promised_at(promises, answered_at, self.calendar)
        return latest if promised is None else min(promised, latest)


@dataclass(frozen=True, slots=True)
class Policy:
    """A versioned rule: the first answer is due `threshold` after `clock_start`, `urgent_threshold` for urgent messages.

    With a calendar the thresholds run in working time; urgent ones always run around the clock, as life and health do.
    One that `rejudges` is in force from `active_from` on for questions that are open by then, too.
    """

    id: PolicyId
    name: str
    version: int
    threshold: timedelta
    urgent_threshold: timedelta
    clock_start: ClockStart = ClockStart.PUBLISHED
    calendar: Calendar | None = None
    ack_stops: bool = False
    substantive: SubstantiveTerm | None = None
    active_from: datetime = ALWAYS
    rejudges: bool = False

    def due_at(self, *, published_at: datetime, collected_at: datetime, urgent: bool, handed_over_at: datetime | None = None) -> datetime:
        """The moment after which an unanswered question is overdue.

        Counted from the hand-over, a question that nobody has handed over is due as if it had been when it was collected: this is the
        term for handing it over, and whoever does so later takes no missed deadline back.
        """
        if self.clock_start is ClockStart.PUBLISHED:
            return self._after(published_at, urgent=urgent)
        unhanded = self._after(collected_at, urgent=urgent)
        if self.clock_start is ClockStart.DETECTED or handed_over_at is None or not collected_at < handed_over_at <= unhanded:
            return unhanded
        return self._after(handed_over_at, urgent=urgent)

    def _after(self, start: datetime, *, urgent: bool) -> datetime:
        if urgent:
            return start + self.urgent_threshold
        if self.calendar is None:
            return start + self.threshold
        return add_working_time(start, self.threshold, self.calendar)


Policies = Mapping[PolicyId, Policy]
"""Every version of a region's policies, in the order in which they came into force."""


def later_ones(policies: Policies, opened_under: PolicyId, until: PolicyId | None = None) -> tuple[Policy, ...]:
    """Those that came into force after the one of an opening, up to `until`, and hold for open questions, too."""
    ordered = list(policies)
    end = len(ordered) if until is None else ordered.index(until) + 1
    return tuple(policies[key] for key in ordered[ordered.index(opened_under) + 1 : end] if policies[key].rejudges)


def newest(policies: Policies) -> Policy:
    """The one in force."""
    return policies[list(policies)[-1]]


DueBy = Callable[[Policy], datetime | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the turns of a conversation are judged by.

    `later` are the policies that came into force after the one it was opened under and hold for open questions, too.
    `comments_closed_at` is since when nobody can be answered in the thread, as long as it stays so.
    """

    policy: Policy
    monitored_since: datetime
    later: tuple[Policy, ...] = ()
    handed_over_at: datetime | None = None
    comments_closed_at: datetime | None = None

    def judge(self, due_by: DueBy, ended_by: DueBy) -> tuple[Policy, datetime | None]:
        """The policy that judges a wait, with the due time that it gives; `ended_by` says when the wait was over, by a policy.

        A wait that was over, or had missed its deadline, before a policy came into force keeps the one before; and so does a wait
        that the new one would have let miss its deadline before it was in force: nobody misses what did not hold.
        """
        judge, due_at = self.policy, due_by(self.policy)
        for policy in self.later:
            ended_at = ended_by(judge)
            if (ended_at is not None and ended_at <= policy.active_from) or (due_at is not None and due_at < policy.active_from):
                break
            anew = due_by(policy)
            if anew is None or anew >= policy.active_from:
                judge, due_at = policy, anew
        return judge, due_at
