"""How fast a credential may call, how long it rests after a refusal, and over which stretch of time its calls are counted."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

RECOVERY = timedelta(minutes=30)
"""In which a pace would rise from nothing to the whole limit: slowly, as each step too far costs a refusal."""

LOWEST_SHARE = 1 / 8
BURST = timedelta(seconds=2)
"""Refusals within this time are one: they hit calls that were under way when the first came back."""

SECOND = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=4)

WINDOW = timedelta(days=1)
STEP = timedelta(minutes=15)
"""Calls are counted by steps of the clock. A day's limit holds for every window of 24 hours, widened to whole steps."""

LEARNT_LASTS = timedelta(days=3)
"""How long a day's limit that a refusal taught us is planned with: networks change them without a word."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The calls per second that a credential may make: its limit, lowered by refusals and slowly recovering.

    Additive increase, multiplicative decrease, as in TCP (Chiu and Jain 1989): of all simple rules the one that brings
    several users of one unknown limit to an even share of it.
    """

    limit: int
    lowered_to: float | None = None
    lowered_at: datetime | None = None

    def at(self, moment: datetime) -> float:
        """Calls per second at the moment."""
        if self.lowered_to is None or self.lowered_at is None:
            return float(self.limit)
        grown = self.lowered_to + self.limit * max(moment - self.lowered_at, timedelta()) / RECOVERY
        return min(grown, float(self.limit))

    def lowered(self, moment: datetime) -> "Pace":
        """Half the pace, once for a burst of refusals."""
        if self.lowered_at is not None and moment - self.lowered_at < BURST:
            return self
        return replace(self, lowered_to=max(self.at(moment) / 2, self.limit * LOWEST_SHARE), lowered_at=moment)

    def slots_at(self, moment: datetime) -> int:
        """How many calls may be under way at once, each followed by `rest_at`: so no second holds more calls than that."""
        return max(int(self.at(moment)), 1)

    def rest_at(self, moment: datetime) -> timedelta:
        """How long a slot rests after a call: a second, longer where the pace is under one call a second."""
        return SECOND / min(self.at(moment), 1.0)


def pause_after(asked: timedelta, refusals: int) -> timedelta:
    """The pause after so many refusals in a row: what the first asked for, doubled each time, four hours unless more was asked."""
    doubled: timedelta = asked * (1 << min(refusals - 1, 16))
    return min(doubled, max(asked, LONGEST_PAUSE))


def step_of(moment: datetime) -> datetime:
    """The step in which a call of that moment is counted."""
    return moment - (moment - datetime(2000, 1, 1, tzinfo=UTC)) % STEP


def window_before(moment: datetime) -> datetime:
    """Steps that began after this hold calls of the last 24 hours."""
    return moment - WINDOW - STEP


def leaves_window(step: datetime) -> datetime:
    """When the calls of a step count no more."""
    return step + STEP + WINDOW


def planned_limit(per_day: int | None, learnt: int | None, learnt_at: datetime | None, *, now: datetime) -> int | None:
    """The calls a day to plan with: the setting, or what a refusal taught us lately where that is less; `None` where neither says.

    A refusal before half of the set limit was used is no sign of the limit: others may have called with the same key.
    """
    if learnt is None or learnt_at is None or now - learnt_at > LEARNT_LASTS or (per_day is not None and 2 * learnt < per_day):
        return per_day
    return learnt if per_day is None else min(per_day, learnt)
