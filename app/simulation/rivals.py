"""Plans to beat: all sources at one interval, and the best fixed intervals of somebody who knew the trace beforehand."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.polling.due import Interval
from app.simulation.trace import DAY_SECONDS, Trace

Floats = NDArray[np.float64]
HALVINGS = 100
PHASES = 8
GOLDEN = (math.sqrt(5) - 1) / 2


def uniform_intervals(trace: Trace, calls_per_day: int, bounds: Interval) -> Floats:
    """The same interval for all."""
    return _clipped(np.full(len(trace.sources), len(trace.sources) / calls_per_day * DAY_SECONDS), bounds)


def best_intervals(trace: Trace, calls_per_day: int, bounds: Interval, since: float) -> Floats:
    """The square-root law for the numbers of messages that each source will really publish from `since` on, under the budget."""
    numbers = np.array([sum(moment >= since for moment in moments) for moments in trace.published], dtype=np.float64)
    return square_root_intervals(numbers, calls_per_day, bounds)


def square_root_intervals(rates: Floats, calls_per_day: int, bounds: Interval) -> Floats:
    """Fixed intervals in proportion to one over the root of the rates, of any scale, that take the budget."""
    with np.errstate(divide="ignore"):
        shape = 1 / np.sqrt(rates)
    low, high = 1e-6, 1e12
    for _ in range(HALVINGS):
        factor = math.sqrt(low * high)
        spends_too_much = np.sum(DAY_SECONDS / _clipped(factor * shape, bounds)) > calls_per_day
        low, high = (factor, high) if spends_too_much else (low, factor)
    return _clipped(high * shape, bounds)


def spread_phases(intervals: Floats, seed: int) -> Floats:
    """First polls spread evenly over each interval, differently for each seed."""
    sources = np.arange(1, len(intervals) + 1)
    return ((sources * GOLDEN + seed * GOLDEN**2) % 1) * intervals


def best_phases(trace: Trace, intervals: Floats, since: float) -> Floats:
    """For each source the first poll, of eight, after which its own messages wait least: knowledge of every single message."""
    began, chosen = trace.began, np.zeros(len(intervals))
    for number, (moments, interval) in enumerate(zip(trace.published, intervals, strict=True)):
        evaluated = np.array([moment for moment in moments if moment >= since]) - began
        phases = (np.arange(PHASES) + 0.5) / PHASES * interval
        chosen[number] = phases[np.argmin(((phases[:, None] - evaluated[None, :]) % interval).sum(axis=1))]
    return chosen


def fixed_polls(trace: Trace, intervals: Floats, phases: Floats) -> list[Floats]:
    """The polls of a plan of fixed intervals until the end of the trace."""
    began, ended = trace.began, trace.ended
    return [np.arange(began + phase, ended, interval) for interval, phase in zip(intervals, phases, strict=True)]


def lags(trace: Trace, polls: Sequence[Sequence[float] | Floats], since: float) -> Floats:
    """How long each message published from `since` on waited for the first poll at or after it, or until the trace's end."""
    ended, waits = trace.ended, [np.zeros(0)]
    for moments, polled in zip(trace.published, polls, strict=True):
        evaluated = np.array([moment for moment in moments if moment >= since])
        ends = np.append(np.asarray(polled, dtype=np.float64), ended)
        waits.append(ends[np.searchsorted(ends[:-1], evaluated)] - evaluated)
    return np.concatenate(waits)


def _clipped(intervals: Floats, bounds: Interval) -> Floats:
    clipped: Floats = np.clip(intervals, bounds.minimum.total_seconds(), bounds.maximum.total_seconds())
    return clipped
