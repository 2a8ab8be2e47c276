"""The plan of looks at counters: what all threads of a network share at the moment, and what a look is worth.

A call counts a hundred threads, so looks are cheap until a region is large: the price stands at `CHEAPEST`, where a look waits
for what is hardly noticed, and rises only when the looks of a day would be more than the calls that are kept for them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from app.domain.polling.due import Interval
from app.domain.polling.intervals import COUNT_AT_LEAST_EVERY, RETIRED_AFTER, SILENCE_PER_SWEEP
from app.domain.polling.threads import ThreadHabits, ThreadState, ThreadTally, learn_threads, observe_thread, thread_due_at

CHEAPEST = 0.0002
"""Comment-days (seventeen seconds of one comment) that are worth a look while calls are to spare."""
AIM = 0.8
"""The share of the calls kept for counters that the price aims at; batches are not always full."""
LONGEST_STRIDE = 1.25
STRIDES_OF_GRID = 16
COARSEST = timedelta(seconds=64)
"""Looks fall on a grid of a sixteenth of their interval, at most a minute, so that those of many threads share a call."""
EPOCH = datetime.fromisoformat("2000-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a thread after a look, and when to look again."""

    state: ThreadState
    next_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadPlan:
    """Habits of the network's threads and the price of a look."""

    habits: ThreadHabits
    price: float = CHEAPEST

    @classmethod
    def of(cls, tally: ThreadTally, price: float = CHEAPEST) -> Self:
        """The plan that the tally speaks for; that of an empty one is a guess, and a fair one."""
        return cls(learn_threads(tally), price)

    def after_look(
        self,
        state: ThreadState,
        seen_at: datetime,
        found: Sequence[datetime],
        tally: ThreadTally,
        *,
        moved_at: datetime,
        weight: float,
        bounds: Interval,
    ) -> Look:
        """What a look taught that found comments of these moments, in a thread that was last seen to move at `moved_at`.

        What it taught of all threads goes to `tally`. A retired thread waits for its turn, whatever the habits say of its age.
        """
        seen = observe_thread(state, self.habits, seen_at, found, tally)
        silence = seen_at - max(moved_at, max(found, default=moved_at))
        if silence >= RETIRED_AFTER:
            return Look(seen, seen_at + silence / SILENCE_PER_SWEEP)
        longest = min(bounds.maximum, COUNT_AT_LEAST_EVERY)
        due = thread_due_at(seen, self.habits, weight=weight, price=self.price, bounds=Interval(bounds.minimum, longest))
        return Look(seen, shared(seen_at, max(due, seen_at + bounds.minimum)))


def shared(now: datetime, due: datetime) -> datetime:
    """The next moment of the grid at or after `due`, by how far that lies ahead."""
    step = min((due - now) / STRIDES_OF_GRID, COARSEST) / timedelta(seconds=1)
    if step < 1:
        return due
    grid = timedelta(seconds=2 ** int(math.log2(step)))
    return EPOCH + math.ceil((due - EPOCH) / grid) * grid


def steer_looks(price: float, looks: int, lasted: timedelta, looks_a_day: float) -> float:
    """The price, in comment-days of waiting a look, after a spell with so many looks: they fall with the root of the price."""
    wanted = looks / (lasted / timedelta(days=1))
    aimed = price * (wanted / (AIM * looks_a_day)) ** 2
    return max(min(max(aimed, price / LONGEST_STRIDE), price * LONGEST_STRIDE), CHEAPEST)
