"""The planner over a trace: the domain's own functions, told of a message only when a poll finds it."""

import heapq
import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.domain.polling.due import Interval, due_at
from app.domain.polling.horizon import Horizon
from app.domain.polling.price import Spell, may_call, must_replan, opening_price, polls_wanted, steer
from app.domain.polling.rates import SourceState, Tally, guess_rate, learn, observe, rate
from app.simulation.trace import DAY_SECONDS, Trace

STEER_EVERY_SECONDS = 600
SPELLS_PER_LESSON = 36
GUESS = guess_rate(official=True, members=None)
GOLDEN = (math.sqrt(5) - 1) / 2
OVERDUE = 0


def plan_polls(
    trace: Trace, calls_per_day: int, bounds: Interval, on_seconds: Callable[[float], None] = lambda seconds: None
) -> list[list[int]]:
    """When the planner polls each source, in whole Unix seconds, from the beginning to the end of the trace.

    `on_seconds` hears how much of the trace has been gone through since it was called last.
    """
    return Run(trace, calls_per_day, bounds).polls(on_seconds) if trace.sources else []


class Run:
    """One run: what production keeps in the database (states, tally, spells, due times) and the calls of the last 24 hours.

    A planned poll is `(second, source, version)`; every poll and new plan of a source raises its version and so voids older ones.
    """

    def __init__(self, trace: Trace, calls_per_day: int, bounds: Interval) -> None:
        self._trace, self._calls_per_day, self._bounds = trace, calls_per_day, bounds
        self._ended = trace.ended
        self._longest = int(bounds.maximum.total_seconds())
        sources = range(len(trace.sources))
        self._polls: list[list[int]] = [[] for _ in sources]
        self._states = [SourceState(_moment(trace.began)) for _ in sources]
        self._known_until = [trace.began for _ in sources]
        self._found = [0 for _ in sources]
        self._versions = [0 for _ in sources]
        self._tally = Tally()
        self._learn()
        self._price = self._open()
        self._planned_at_price = [self._price for _ in sources]
        self._due_at = [trace.began for _ in sources]
        self._last_day: deque[int] = deque()
        self._spells: deque[Spell] = deque()
        self._spell_began, self._spell_calls, self._spell_wanted, self._spell_count = trace.began, 0, 0.0, 0
        first = min(len(sources) / calls_per_day * DAY_SECONDS, self._longest)
        self._due = [(trace.began + math.ceil(first * ((source + 1) * GOLDEN % 1)), source, 0) for source in sources]
        heapq.heapify(self._due)
        self._waiting: list[tuple[int, int, int]] = []

    def polls(self, on_seconds: Callable[[float], None]) -> list[list[int]]:
        """Runs to the end of the trace."""
        now = self._trace.began
        while (now := max(now, self._next_second())) <= self._ended:
            while now >= self._spell_began + STEER_EVERY_SECONDS:
                self._close_spell()
                on_seconds(STEER_EVERY_SECONDS)
            while self._last_day and self._last_day[0] < now - DAY_SECONDS:
                self._last_day.popleft()
            while self._due and self._due[0][0] <= now:
                self._await_call(*heapq.heappop(self._due), now)
            while self._waiting and self._may_call(self._waiting[0]):
                _, source, version = heapq.heappop(self._waiting)
                if version == self._versions[source]:
                    self._poll(source, now)
        return self._polls

    def _next_second(self) -> int:
        """When something is due next, or a call is free for what waits already."""
        due = self._due[0][0] if self._due else self._ended + 1
        if not self._waiting:
            return due
        is_overdue = self._waiting[0][0] == OVERDUE
        calls = len(self._last_day)
        while calls and not may_call(calls - 1, self._calls_per_day, overdue=is_overdue):
            calls -= 1
        return min(due, self._last_day[len(self._last_day) - calls] + DAY_SECONDS + 1) if calls else due

    def _may_call(self, planned: tuple[int, int, int]) -> bool:
        return may_call(len(self._last_day), self._calls_per_day, overdue=planned[0] == OVERDUE)

    def _await_call(self, due: int, source: int, version: int, now: int) -> None:
        """Puts a due source in the queue for calls, the longest waiting first; one at its longest interval before all."""
        if version != self._versions[source]:
            return
        overdue_at = self._known_until[source] + self._longest
        if now >= overdue_at:
            heapq.heappush(self._waiting, (OVERDUE, source, version))
        else:
            heapq.heappush(self._waiting, (due, source, version))
            heapq.heappush(self._due, (overdue_at, source, version))

    def _poll(self, source: int, now: int) -> None:
        published, before = self._trace.published[source], self._found[source]
        after = self._found[source] = bisect_right(published, now, lo=before)
        found = [_moment(moment) for moment in published[before:after]]
        self._states[source] = observe(self._states[source], self._habits, GUESS, _moment(now), found, self._tally)
        self._spell_wanted += polls_wanted(_moment(self._known_until[source]), _moment(self._due_at[source]), _moment(now))
        self._known_until[source] = now
        self._polls[source].append(now)
        self._last_day.append(now)
        self._spell_calls += 1
        self._plan(source, now + 1)

    def _plan(self, source: int, earliest: int) -> None:
        due = due_at(self._states[source], self._habits, self._horizon, guess=GUESS, weight=1.0, price=self._price, bounds=self._bounds)
        self._versions[source] += 1
        self._planned_at_price[source] = self._price
        second = min(math.ceil(due.timestamp()), self._known_until[source] + self._longest)
        self._due_at[source] = max(second, earliest)
        heapq.heappush(self._due, (self._due_at[source], source, self._versions[source]))

    def _close_spell(self) -> None:
        """Steers the price after a stretch of time, learns now and then, and plans anew what the price has moved away from."""
        end = self._spell_began + STEER_EVERY_SECONDS
        self._spells.append(Spell(_moment(self._spell_began), _moment(end), self._price, self._spell_calls, self._spell_wanted))
        if len(self._spells) > DAY_SECONDS // STEER_EVERY_SECONDS:
            self._spells.popleft()
        self._spell_began, self._spell_calls, self._spell_wanted, self._spell_count = end, 0, 0.0, self._spell_count + 1
        if self._spell_count % SPELLS_PER_LESSON == 0:
            self._learn()
        if self._spell_count < DAY_SECONDS // STEER_EVERY_SECONDS:
            self._price = self._open()
        else:
            self._price = steer(self._price, self._spells, self._habits.rhythm, self._calls_per_day, now=_moment(end))
        for source, planned in enumerate(self._planned_at_price):
            if self._polls[source] and must_replan(planned, self._price):
                self._plan(source, end)

    def _learn(self) -> None:
        self._habits = learn(self._tally)
        self._horizon = Horizon.of(self._habits.rhythm, self._bounds.maximum)

    def _open(self) -> float:
        return opening_price((rate(state, self._habits, GUESS) for state in self._states), self._calls_per_day)


def feasible(bounds: Interval, sources: int, calls_per_day: int) -> Interval:
    """The bounds with the maximum lengthened where the budget could not show every source within it."""
    shortest = timedelta(days=1.1 * sources / calls_per_day)
    return Interval(bounds.minimum, max(bounds.maximum, shortest))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
