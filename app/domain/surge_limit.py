"""How high the sum of a series must rise for an alarm, so that all series of a region together raise so many false ones a week.

The sum (`domain/surge.py`) rises by log(rise) with each message and falls steadily between them: it is the queue of a server
whose customers all take as long. How long it takes without cause to pass a limit is known exactly: with W the scale function
of the process, W² / W' less the integral of W (Pistorius 2004; W is Erlang's sum).
"""

from collections.abc import Iterable
from functools import lru_cache
from math import exp, factorial, floor, log

LEAST_RISE = 3.0
"""A rise by this factor is what the watch is set to notice soonest; greater ones are noticed sooner still."""
LEAST_A_WEEK = 9.0
"""What the watch is set to notice comes at least so often: a topic of which three messages a year become nine is no surge, and
false alarms spent on it are missing where it matters."""
LEAST_MESSAGES = 5
"""Fewer are never called a surge, however rare the topic."""
RAREST = 0.01
"""Messages a week that the rarest series is held to have."""
STEPS_OF_RATES = 20
"""Rates are told apart by a twentieth of a natural logarithm: what they need is worked out once for each."""
DOUBT = 0.75
"""A rate that is learnt from n messages is off by a share of 1/√n, and where it is too low false alarms come e to the power of that error
sooner: the limit makes up for so much of it, measured by bench.surges on other years than those reported."""
PIECES = 32
CLOSE = 1e-4
HAIR = 1e-9


def rise_of(a_week: float) -> float:
    """By which factor a series of so many messages a week must rise at least to be a surge."""
    return max(LEAST_RISE, LEAST_A_WEEK / max(a_week, RAREST))


def equal_share(rates: Iterable[float], *, false_alarms_a_week: float) -> float:
    """False alarms a week that each series may raise; those that seldom reach five messages leave theirs to the others."""
    least = sorted(_most_false_alarms(_step_of(rate)) for rate in rates)
    left = false_alarms_a_week
    for number, most in enumerate(least):
        share = left / (len(least) - number)
        if most > share:
            return share
        left -= most
    return false_alarms_a_week


def limit_of(a_week: float, *, share: float, learnt_weeks: float) -> float:
    """The limit at which a series of so many messages a week, learnt in so many weeks, raises no more false alarms than its share."""
    step = _step_of(a_week)
    rise = rise_of(a_week)
    lowest = _lowest(rise)
    limit = _limit(step, floor(log(share) * STEPS_OF_RATES))
    if limit <= lowest:
        return lowest
    by_rate = (rise - 1) / (rise * log(rise) - (rise - 1))
    return limit + DOUBT * (by_rate * limit) ** 2 / (2 * a_week * learnt_weeks)


def messages_between_false_alarms(limit: float, rise: float) -> float:
    """After how many messages, on average, the sum passes the limit where nothing happens."""
    pieces = (_scale(limit * (piece + 0.5) / PIECES, rise)[0] for piece in range(PIECES))
    value, slope = _scale(limit, rise)
    return value * value / slope - sum(pieces) * limit / PIECES


def _step_of(a_week: float) -> int:
    return floor(log(max(a_week, RAREST)) * STEPS_OF_RATES + 0.5)


def _lowest(rise: float) -> float:
    """The limit that no four messages pass, not even at one moment."""
    return log(rise) * (LEAST_MESSAGES - 1) * (1 + HAIR)


@lru_cache(maxsize=10_000)
def _most_false_alarms(step: int) -> float:
    a_week = exp(step / STEPS_OF_RATES)
    rise = rise_of(a_week)
    return a_week / messages_between_false_alarms(_lowest(rise), rise)


@lru_cache(maxsize=10_000)
def _limit(step: int, step_of_share: int) -> float:
    a_week, share = exp(step / STEPS_OF_RATES), exp(step_of_share / STEPS_OF_RATES)
    rise = rise_of(a_week)
    low = _lowest(rise)
    if a_week / messages_between_false_alarms(low, rise) <= share:
        return low
    high = max(low, log(a_week / share) + 1)
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if a_week / messages_between_false_alarms(middle, rise) > share else (low, middle)
    return high


def _scale(limit: float, rise: float) -> tuple[float, float]:
    """W and its slope, for a sum that falls by rise − 1 while one message usually comes."""
    fall, step = rise - 1, log(rise)
    value = slope = 0.0
    for count in range(int(limit / step) + 1):
        left = limit - count * step
        factor = (-1) ** count / factorial(count) / fall ** (count + 1) * exp(left / fall)
        value += factor * left**count
        slope += factor * ((count * left ** (count - 1) if count else 0.0) + left**count / fall)
    return value, slope
