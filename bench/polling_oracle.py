"""What could have been reached by somebody who knows how a trace was drawn, but none of its messages before a poll finds it.

The planner's own rules (`due_at`, `observe`) for one who knows the true level of every hour and the true size of bursts; one price
for the whole trace, chosen so that the evaluated days take the budget, and no limit of 24 hours. The *all-knowing* also knows every
source's true rate. The *learner* knows only by what law rates are drawn, and learns each source's own as the planner does.
"""

import heapq
import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.domain.polling.due import Interval, due_at
from app.domain.polling.echoes import DELAYS
from app.domain.polling.horizon import Horizon
from app.domain.polling.rates import Habits, SourceState, Tally, observe, rate
from app.domain.polling.rhythm import Rhythm
from app.domain.polling.spread import MULTIPLES, RAREST
from app.simulation.rivals import Floats, fixed_polls, lags, spread_phases, square_root_intervals, uniform_intervals
from app.simulation.trace import DAY_SECONDS, Trace
from bench.polling_traces import Region, hourly_levels, true_rates

CERTAIN_DAYS = 1e6
"""So many days of exposure, and no trace can shake the belief in a rate."""
CLOSE_ENOUGH = 0.005
GUESS = 1.0
"""The levels of the mixture reach from a thousandth of it to half a thousand times it."""
LEVEL_VARIANCE, LEVEL_SHIFT = 0.284, -0.130
"""Variance and mean of the logarithm of a Gamma distribution of shape `spread.WIDTH` and mean 1."""
GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """Mean lags as shares of that of one interval for all: by the closed form, by fixed intervals from true rates, by knowing the
    law of the trace, by knowing every rate as well."""

    closed_form: float
    fixed: float
    learner: float
    all_knowing: float


def bounds_of(region: Region, seed: int, trace: Trace, calls_per_day: int, between: Interval, since: float) -> Bounds:
    """The bounds of a trace that was drawn from a region with this seed."""
    rates = true_rates(region, seed, trace)
    uniform = uniform_intervals(trace, calls_per_day, between)
    alike = _fixed_lag(trace, uniform, since)
    own = rates * (1 - region.echoes)
    habits = _true_habits(region)
    learning = [SourceState(_moment(trace.began)) for _ in own]
    knowing = [SourceState(_moment(trace.began), one * CERTAIN_DAYS, CERTAIN_DAYS) for one in own.tolist()]
    opening = (float(np.sum(np.sqrt(rates / 2))) / calls_per_day) ** 2
    learner, all_knowing = (
        _lag_within_budget(Follower(trace, habits, states, between), opening, calls_per_day, since) for states in (learning, knowing)
    )
    return Bounds(
        float(np.sum(np.sqrt(rates)) ** 2 / (len(rates) * np.sum(rates))),
        _fixed_lag(trace, square_root_intervals(rates, calls_per_day, between), since) / alike,
        learner / alike,
        all_knowing / alike,
    )


def _fixed_lag(trace: Trace, intervals: Floats, since: float) -> float:
    return float(lags(trace, fixed_polls(trace, intervals, spread_phases(intervals, 0)), since).mean())


def _lag_within_budget(follower: "Follower", price: float, calls_per_day: int, since: float) -> float:
    """The mean lag at the price that takes the budget; what is missing or too much by then is made up for, as lag goes with 1/calls."""
    trace = follower.trace
    budget = calls_per_day * (trace.ended - since) / DAY_SECONDS
    while True:
        polls = follower.polls(price)
        share = sum(moment >= since for one in polls for moment in one) / budget
        if abs(share - 1) < CLOSE_ENOUGH:
            return float(lags(trace, polls, since).mean()) * share
        price *= share**2


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows a trace at one price, with habits that are known and states that observe."""

    trace: Trace
    habits: Habits
    states: list[SourceState]
    between: Interval

    def polls(self, price: float) -> list[list[int]]:
        """The polls of all sources."""
        trace, habits, states = self.trace, self.habits, list(self.states)
        horizon, guess, unread = Horizon.of(habits.rhythm, self.between.maximum), GUESS, Tally()
        polls: list[list[int]] = [[] for _ in states]
        found = [0 for _ in states]
        usual = [min(math.sqrt(2 * price / rate(state, habits, guess)), 1.0) * DAY_SECONDS for state in states]
        due = [(trace.began + math.ceil(one * ((source + 1) * GOLDEN % 1)), source) for source, one in enumerate(usual)]
        heapq.heapify(due)
        while due[0][0] <= trace.ended:
            now, source = due[0]
            before, published = found[source], trace.published[source]
            after = found[source] = bisect_right(published, now, lo=before)
            new = [_moment(one) for one in published[before:after]]
            states[source] = observe(states[source], habits, guess, _moment(now), new, unread)
            polls[source].append(now)
            at = due_at(states[source], habits, horizon, guess=guess, weight=1.0, price=price, bounds=self.between)
            heapq.heapreplace(due, (max(math.ceil(at.timestamp()), now + 1), source))
        return polls


def _true_habits(region: Region) -> Habits:
    """What all sources of a region share. The law of rates is log-normal; a level of the mixture is itself somewhat spread."""
    own_median = region.per_day * (1 - region.echoes) * math.exp(-(region.sigma**2) / 2)
    variance = region.sigma**2 - LEVEL_VARIANCE
    distances = [math.log(GUESS * multiple / own_median) + LEVEL_SHIFT for multiple in MULTIPLES]
    shares = [max(math.exp(-(distance**2) / (2 * variance)), RAREST) for distance in distances]
    return Habits(Rhythm.of(hourly_levels(region)), _echo_sizes(region), tuple(share / sum(shares) for share in shares))


def _echo_sizes(region: Region) -> tuple[float, ...]:
    """The kernels that have the mean delay of the region's bursts: the two around it, in proportion."""
    delay = region.echo_seconds / DAY_SECONDS
    upper = min(max(bisect_right(DELAYS, delay), 1), len(DELAYS) - 1)
    share = (delay - DELAYS[upper - 1]) / (DELAYS[upper] - DELAYS[upper - 1])
    sizes = {upper - 1: (1 - share) * region.echoes, upper: share * region.echoes}
    return tuple(sizes.get(kernel, 0.0) for kernel in range(len(DELAYS)))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
