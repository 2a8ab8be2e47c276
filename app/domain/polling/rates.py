"""How often each source publishes: what a few numbers per source and one shared tally remember of every poll.

Stored per source: `SourceState` (a moment and five floats). Stored per region and network: `Tally` (two arrays of 168, one of
three, one of twenty, three floats). A worker adds what its polls taught to a tally of its own and adds that to the stored one every minute
or so (sums, so one UPDATE does it); whoever plans makes `Habits` from the stored tally every hour or so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from app.domain.polling.echoes import DELAYS, NO_ECHOES, Echoes, faded, learn_sizes, shares
from app.domain.polling.rhythm import DAY_SECONDS, HOURS, HOURS_A_DAY, Rhythm, learn_rhythm, week_day
from app.domain.polling.spread import LEVELS, Spread, expected_rate, learn_spread, odds

MEMORY_DAYS = 45.0
"""A source's past counts e times less after so long."""
SHARED_MEMORY_DAYS = 28.0
SCALE_EVIDENCE = 5.0
SHORTEST_ACQUAINTANCE = 0.5
"""Days of exposure before a source may teach how messages echo: until then its own rate is confused with echoes."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source: everything published until `known_until` has been seen.

    `messages` came by themselves, not as echoes of others (hence a float), during `exposure` days of average rhythm;
    both fade. `echoes` are what is left of recent messages.
    """

    known_until: datetime
    messages: float = 0.0
    exposure: float = 0.0
    echoes: Echoes = NO_ECHOES


@dataclass(frozen=True, slots=True)
class Habits:
    """What all sources of a region and network share: the rhythm of the week, echoes a message by kernel, and how
    their own rates are spread around the guess."""

    rhythm: Rhythm
    echo_sizes: Echoes
    spread: Spread


@dataclass(slots=True)
class Tally:
    """What the polls of all sources have taught, as sums. `counts` and `expected` are by hour of the week (UTC, from Thursday),
    `spread` is days of exposure by the level that a source was thought to be at."""

    counts: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    expected: list[float] = field(default_factory=lambda: [0.0] * HOURS)
    echoes: list[float] = field(default_factory=lambda: [0.0] * len(DELAYS))
    parents: float = 0.0
    messages: float = 0.0
    guessed: float = 0.0
    spread: list[float] = field(default_factory=lambda: [0.0] * LEVELS)

    def add(self, other: Self, *, kept: float = 1.0) -> None:
        """Takes in what another worker has learnt, after letting its own past fade to the share `kept` (`share_kept`)."""
        self.counts = [kept * one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.expected = [kept * one + more for one, more in zip(self.expected, other.expected, strict=True)]
        self.echoes = [kept * one + more for one, more in zip(self.echoes, other.echoes, strict=True)]
        self.parents = kept * self.parents + other.parents
        self.messages = kept * self.messages + other.messages
        self.guessed = kept * self.guessed + other.guessed
        self.spread = [kept * one + more for one, more in zip(self.spread, other.spread, strict=True)]


def share_kept(elapsed: timedelta) -> float:
    """How much of a tally still counts after so long, so that the habits follow the seasons."""
    return math.exp(-elapsed.total_seconds() / DAY_SECONDS / SHARED_MEMORY_DAYS)


def learn(tally: Tally) -> Habits:
    """The habits that the tally speaks for; an empty one gives a flat week and faint echoes."""
    scale = (SCALE_EVIDENCE + tally.messages) / (SCALE_EVIDENCE + tally.guessed)
    return Habits(learn_rhythm(tally.counts, tally.expected), learn_sizes(tally.echoes, tally.parents), learn_spread(tally.spread, scale))


def guess_rate(*, official: bool, members: int | None) -> float:
    """The `guess`: messages a day to expect of a source of which only owner and size are known; `Habits.spread` corrects it.

    Grows with the fourth root of the members: ten times the members, 1.8 times the posts.
    """
    liveliness = 1.0 if members is None else (max(members, 10) / 2000) ** 0.25
    return (1.5 if official else 3.0) * liveliness


def own_rate(state: SourceState, habits: Habits, guess: float) -> float:
    """Messages a day that the source publishes by itself: its own count, narrowed by what other sources are like."""
    return expected_rate(habits.spread, guess, state.messages, state.exposure)


def rate(state: SourceState, habits: Habits, guess: float) -> float:
    """Messages a day in the long run, echoes included."""
    return own_rate(state, habits, guess) / (1 - sum(habits.echo_sizes))


def observe(state: SourceState, habits: Habits, guess: float, polled_at: datetime, found: Sequence[datetime], tally: Tally) -> SourceState:
    """The state after a poll that found messages published at these moments (none known before); the shared part goes to `tally`.

    Each message is shared out between the source's own rate and echoes of earlier messages, by their odds at its moment
    (the expectation step for a Hawkes process). Exposure is counted in days of average rhythm, so a night is little evidence.
    """
    own, echoes = own_rate(state, habits, guess), state.echoes
    since, day = state.known_until.timestamp(), week_day(state.known_until)
    days = max((polled_at.timestamp() - since) / DAY_SECONDS, 0.0)
    exposure = habits.rhythm.integrals(day + days)[0] - habits.rhythm.integrals(day)[0]
    may_teach = state.exposure > SHORTEST_ACQUAINTANCE
    last = by_itself = 0.0
    for moment in sorted(found):
        at = min(max((moment.timestamp() - since) / DAY_SECONDS, last), days)
        echoes = faded(echoes, at - last)
        own_share, *echo_shares = shares(own * habits.rhythm.level(day + at), echoes, habits.echo_sizes)
        by_itself += own_share
        tally.counts[int((day + at) * HOURS_A_DAY) % HOURS] += own_share
        if may_teach:
            tally.parents += 1
            tally.echoes = [sum(pair) for pair in zip(tally.echoes, echo_shares, strict=True)]
        echoes, last = tuple([echo + 1 for echo in echoes]), at
    _expect(tally, own, day, days)
    tally.messages += by_itself
    tally.guessed += guess * exposure
    kept = math.exp(-days / MEMORY_DAYS)
    messages, known = kept * state.messages + by_itself, kept * state.exposure + exposure
    likely = odds(habits.spread, guess, messages, known)
    tally.spread = [seen + exposure * share for seen, share in zip(tally.spread, likely, strict=True)]
    return SourceState(max(polled_at, state.known_until), messages, known, faded(echoes, days - last))


def _expect(tally: Tally, own: float, day: float, days: float) -> None:
    """Adds to each hour what a source of this rate would have published there in a flat week."""
    hour, end = day * HOURS_A_DAY, (day + days) * HOURS_A_DAY
    while hour < end:
        until = min(float(int(hour) + 1), end)
        tally.expected[int(hour) % HOURS] += own * (until - hour) / HOURS_A_DAY
        hour = until
