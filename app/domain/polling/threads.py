"""When to look at a thread's counter again: by the age of its post, by how many comments it drew, and by its recent activity.

Stored per thread: `ThreadState` (two moments and four floats). Stored per region and network: `ThreadTally` (two arrays of 13,
one of three, three floats), added to and learnt from like `polling.rates.Tally`. Threads of all sources are counted together, a
hundred a call (`polling.thread_plan`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from app.domain.polling.ages import EDGES, STRETCHES, Ages, learn_ages, stretch
from app.domain.polling.due import Interval
from app.domain.polling.echoes import DELAYS, NO_ECHOES, Echoes, faded, first_reach, learn_sizes, shares, to_come
from app.domain.polling.rhythm import DAY_SECONDS

SHAPE = 0.3
"""Of the Gamma prior: most posts draw no comment, some draw hundreds."""
GUESSED_COMMENTS = 3.0
EVIDENCE_OF_SIZE = 20.0
GUESSED_AGES = learn_ages([0.0] * STRETCHES, [0.0] * STRETCHES)


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What is remembered of a thread, complete until `known_until`: comments that came by themselves, and echoes of recent ones."""

    published_at: datetime
    known_until: datetime
    comments: float = 0.0
    echoes: Echoes = NO_ECHOES


@dataclass(frozen=True, slots=True)
class ThreadHabits:
    """What threads share: the density of comments over age, echoes a comment by kernel, comments a thread within thirty days."""

    ages: Ages
    echo_sizes: Echoes
    size: float


@dataclass(slots=True)
class ThreadTally:
    """What all looks at threads have taught, as sums; `threads` is by the share of their thirty days that has been seen."""

    counts: list[float] = field(default_factory=lambda: [0.0] * STRETCHES)
    expected: list[float] = field(default_factory=lambda: [0.0] * STRETCHES)
    echoes: list[float] = field(default_factory=lambda: [0.0] * len(DELAYS))
    parents: float = 0.0
    comments: float = 0.0
    threads: float = 0.0

    def add(self, other: Self, *, kept: float = 1.0) -> None:
        """Takes in what another worker has learnt, after letting its own past fade to the share `kept`."""
        self.counts = [kept * one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.expected = [kept * one + more for one, more in zip(self.expected, other.expected, strict=True)]
        self.echoes = [kept * one + more for one, more in zip(self.echoes, other.echoes, strict=True)]
        self.parents = kept * self.parents + other.parents
        self.comments = kept * self.comments + other.comments
        self.threads = kept * self.threads + other.threads


def learn_threads(tally: ThreadTally) -> ThreadHabits:
    """The habits that the tally speaks for."""
    size = (EVIDENCE_OF_SIZE * GUESSED_COMMENTS + tally.comments) / (EVIDENCE_OF_SIZE + tally.threads)
    return ThreadHabits(learn_ages(tally.counts, tally.expected), learn_sizes(tally.echoes, tally.parents), size)


def own_size(state: ThreadState, habits: ThreadHabits) -> float:
    """How many comments the post will draw by itself within thirty days: the mean of a Gamma posterior."""
    seen = habits.ages.integrals(_age(state, state.known_until))[0]
    return (SHAPE + state.comments) / (SHAPE / habits.size + seen)


def observe_thread(
    state: ThreadState, habits: ThreadHabits, counted_at: datetime, found: Sequence[datetime], tally: ThreadTally
) -> ThreadState:
    """The state after a look that found these new comments, or none because the counter stood still; shared lessons to `tally`."""
    size, echoes = own_size(state, habits), state.echoes
    start, end = _age(state, state.known_until), max(_age(state, counted_at), _age(state, state.known_until))
    last, by_itself = start, 0.0
    for moment in sorted(found):
        at = min(max(_age(state, moment), last), end)
        echoes = faded(echoes, at - last)
        own_share, *echo_shares = shares(size * habits.ages.level(at), echoes, habits.echo_sizes)
        by_itself += own_share
        tally.counts[stretch(at)] += own_share
        tally.echoes = [sum(pair) for pair in zip(tally.echoes, echo_shares, strict=True)]
        echoes, last = tuple([echo + 1 for echo in echoes]), at
    tally.parents += len(found)
    tally.comments += by_itself
    tally.threads += habits.ages.integrals(end)[0] - habits.ages.integrals(start)[0]
    _expect(tally, size, start, end)
    return ThreadState(state.published_at, max(counted_at, state.known_until), state.comments + by_itself, faded(echoes, end - last))


def thread_due_at(state: ThreadState, habits: ThreadHabits, *, weight: float, price: float, bounds: Interval) -> datetime:
    """When the comments expected since the last look will have waited for `price` comment-days (divided by `weight`).

    The same index as for sources, with the age of the post in place of the hour of the week; `price` is steered in the same way,
    a hundred threads counted being one call.
    """
    start, size = _age(state, state.known_until), own_size(state, habits)
    rate = size / (1 - sum(habits.echo_sizes))
    area, moment = habits.ages.integrals(start)
    echoes = to_come(state.echoes, habits.echo_sizes, 0.0)

    def waiting(days: float) -> tuple[float, float]:
        ahead, ahead_moment = habits.ages.integrals(start + days)
        number, wait = rate * (ahead - area), rate * (ahead_moment - moment - days * area)
        for extra, falls in echoes:
            come = extra * (1 - math.exp(-falls * days)) / falls
            number += come
            wait += (extra * days - come) / falls
        return number, wait

    longest = bounds.maximum.total_seconds() / DAY_SECONDS
    days = max(first_reach(waiting, price / weight, longest), bounds.minimum.total_seconds() / DAY_SECONDS)
    return state.known_until + timedelta(days=days)


def _age(state: ThreadState, moment: datetime) -> float:
    return max((moment - state.published_at).total_seconds() / DAY_SECONDS, 0.0)


def _expect(tally: ThreadTally, size: float, start: float, end: float) -> None:
    """Adds to each stretch of age what the guessed density would have brought there to a thread of this size."""
    for number in range(stretch(start), stretch(end) + 1):
        until = end if number == STRETCHES - 1 else min(EDGES[number + 1], end)
        tally.expected[number] += size * GUESSED_AGES.levels[number] * max(until - max(EDGES[number], start), 0.0)
