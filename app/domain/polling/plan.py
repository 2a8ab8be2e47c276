"""What one page is worth to the planner, and what a network's plan is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.polling.due import Interval, due_at
from app.domain.polling.horizon import Horizon
from app.domain.polling.rates import Habits, SourceState, Tally, guess_rate, learn, observe, rate

OFFICIAL_FAVOUR = 2.0
"""A resident who writes to an official page awaits its answer, so a message there counts twice."""
PUSHED_FACTOR = 1 / 25
"""The network tells a pushed page's news itself: polling only looks for what was missed, at five times the interval."""
LIGHTEST, HEAVIEST = 0.01, 100.0
CRISIS_WEIGHT = 25.0
"""What an administrator gives a page in a crisis: a fifth of its usual interval."""


def worth(weight: float, *, official: bool, pushed: bool) -> float:
    """How much a message of the page counts in the plan; intervals go with one over its root."""
    return weight * (OFFICIAL_FAVOUR if official else 1.0) * (PUSHED_FACTOR if pushed else 1.0)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the planner knows of a page besides what it has learnt."""

    weight: float
    official: bool
    pushed: bool

    @property
    def worth(self) -> float:
        """See `worth`."""
        return worth(self.weight, official=self.official, pushed=self.pushed)

    @property
    def guess(self) -> float:
        """Messages a day to expect at first."""
        return guess_rate(official=self.official, members=None)


@dataclass(frozen=True, slots=True)
class Planned:
    """When a page is polled next, and what that rests on. `newest` is the last post that the poll found."""

    next_poll_at: datetime
    state: SourceState
    rate: float
    price: float
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What all pages of a network share at the moment: habits, costs by the hour, the price of a call."""

    habits: Habits
    horizon: Horizon
    price: float
    bounds: Interval

    @classmethod
    def of(cls, tally: Tally, price: float, bounds: Interval) -> "Plan":
        """The plan that the tally speaks for; takes a tenth of a second."""
        habits = learn(tally)
        return cls(habits, Horizon.of(habits.rhythm, bounds.maximum), price, bounds)

    def after_poll(self, page: Watched, state: SourceState, polled_at: datetime, found: list[datetime], tally: Tally) -> Planned:
        """What a poll taught of a page, and when to poll it again; what it taught of all pages goes to `tally`."""
        seen = observe(state, self.habits, page.guess, polled_at, found, tally)
        expected = rate(seen, self.habits, page.guess)
        at = due_at(seen, self.habits, self.horizon, guess=page.guess, weight=page.worth, price=self.price, bounds=self.bounds)
        return Planned(max(at, polled_at + self.bounds.minimum), seen, expected, self.price, max(found, default=None))


def first_state(since: datetime, polled_at: datetime, *, backfill: timedelta) -> SourceState:
    """Of a page that has never been polled: its first poll reads all that was published since the backfill's beginning."""
    return SourceState(min(since, polled_at) - backfill)
