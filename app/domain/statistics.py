"""How long people wait, unanswered questions included: the Kaplan–Meier estimate and what is read from it.

An unanswered question says «longer than this»: it stays at risk until it was last observed and is then censored. Leaving
it out, as a bare mean does, makes the figure better the more questions stay without an answer.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain
from operator import neg

from app.domain.working_time import Calendar

HOURS = (4, 9, 24)
LEAST_COMPARED = 5
"""Questions below which a group is shown and not compared: one quick answer must not make the best body of a region."""
CONFIDENCE_95 = 1.959963984540054
TOLERANCE = 1e-12
"""A share that is a half by arithmetic must not miss it by rounding."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One question: the seconds until its first answer, or until it was last observed without one.

    `retracted`: the answer was taken back later. Its time counts, but it is not among those answered in time. `withdrawn`: the question was
    taken back by its author, and observed no longer.
    """

    seconds: float
    answered: bool
    retracted: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """The share still without an answer after so many seconds: a step down at each of `seconds`.

    `hazards` is Greenwood's sum of d / (n (n − d)) up to the step; the variance of a share S is S² times it.
    """

    seconds: tuple[float, ...]
    shares: tuple[float, ...]
    hazards: tuple[float, ...]

    def share_at(self, seconds: float) -> float:
        """The share still without an answer."""
        index = bisect_right(self.seconds, seconds)
        return self.shares[index - 1] if index else 1.0

    def interval_at(self, seconds: float) -> tuple[float, float]:
        """The 95 % interval of `share_at`, Greenwood's variance on the scale of log(−log S), which stays within 0 and 1."""
        index = bisect_right(self.seconds, seconds)
        return self._interval(index - 1) if index else (1.0, 1.0)

    def quantile(self, answered: float) -> float | None:
        """By when this share of all questions was answered, `None` when that is not reached."""
        index = bisect_left(self.shares, -(1 - answered + TOLERANCE), key=neg)
        return self.seconds[index] if index < len(self.seconds) else None

    def quantile_interval(self, answered: float) -> tuple[float | None, float | None]:
        """The 95 % interval of `quantile` after Brookmeyer and Crowley: the times at which the share may be just that."""
        level, low = 1 - answered + TOLERANCE, None
        for index, at in enumerate(self.seconds):
            lower, upper = self._interval(index)
            if low is None and lower <= level:
                low = at
            if upper <= level:
                return low, at
        return low, None

    def _interval(self, index: int) -> tuple[float, float]:
        share, hazard = self.shares[index], self.hazards[index]
        if share <= 0.0:
            # Everybody is answered: Greenwood's variance does not exist there, so the bound before is kept.
            return 0.0, self._interval(index - 1)[1] if index else 1.0
        spread = CONFIDENCE_95 * math.sqrt(hazard) / abs(math.log(share))
        return share ** math.exp(spread), share ** math.exp(-spread)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of a group. Of the unanswered some were `withdrawn` and are observed no longer, of the answers some were `retracted`.

    `mean_answered_seconds` leaves the unanswered out and is a contrast, not a measure. `share_within` is over all questions, by hours.
    Past the longest wait it is the share so far, a lower bound; without questions there is none.
    """

    n: int
    answered: int
    unanswered: int
    withdrawn: int
    retracted: int
    km_median_seconds: float | None
    km_median_interval: tuple[float | None, float | None]
    p90_seconds: float | None
    share_within: Mapping[int, float | None]
    share_within_interval: Mapping[int, tuple[float, float] | None]
    mean_answered_seconds: float | None
    longest_wait_seconds: float | None

    @property
    def comparable(self) -> bool:
        """Whether there are enough questions to be held against another group's."""
        return self.n >= LEAST_COMPARED

    @property
    def cautious_share(self) -> float:
        """The least share answered within a day that the evidence leaves open: what groups are ordered by.

        The fewer questions speak for a group, the further its share is from what can be said of it.
        """
        interval = self.share_within_interval[max(HOURS)]
        return 0.0 if interval is None else interval[0]


def kaplan_meier(waits: Collection[Wait]) -> Curve:
    """The estimate by product limit; where an answer and the end of an observation fall together, the answer came first."""
    ended = sorted([wait.seconds for wait in waits])
    answered = sorted([wait.seconds for wait in waits if wait.answered])
    share, hazard, position = 1.0, 0.0, 0
    steps: list[tuple[float, float, float]] = []
    while position < len(answered):
        seconds = answered[position]
        events = bisect_right(answered, seconds, position) - position
        at_risk = len(ended) - bisect_left(ended, seconds)
        share *= (at_risk - events) / at_risk
        hazard += events / (at_risk * (at_risk - events)) if events < at_risk else math.inf
        steps.append((seconds, share, hazard))
        position += events
    columns = zip(*steps, strict=True) if steps else ((), (), ())
    return Curve(*(tuple(column) for column in columns))


def figures_of(waits: Collection[Wait]) -> Figures:
    """Everything that is shown of a group of questions."""
    curve = kaplan_meier(waits)
    in_time = kaplan_meier([_never_in_time(wait) for wait in waits]) if any(wait.retracted for wait in waits) else curve
    times = [wait.seconds for wait in waits if wait.answered]
    left = {hours: in_time.share_at(hours * 3600) for hours in HOURS}
    bounds = {hours: in_time.interval_at(hours * 3600) for hours in HOURS}
    return Figures(
        n=len(waits),
        answered=len(times),
        unanswered=len(waits) - len(times),
        withdrawn=sum(wait.withdrawn for wait in waits),
        retracted=sum(wait.retracted for wait in waits),
        km_median_seconds=curve.quantile(0.5),
        km_median_interval=curve.quantile_interval(0.5),
        p90_seconds=curve.quantile(0.9),
        share_within={hours: 1 - share if waits else None for hours, share in left.items()},
        share_within_interval={hours: (1 - high, 1 - low) if waits else None for hours, (low, high) in bounds.items()},
        mean_answered_seconds=math.fsum(times) / len(times) if times else None,
        longest_wait_seconds=max((wait.seconds for wait in waits), default=None),
    )


def expected_shares(groups: Sequence[Sequence[tuple[str | None, Wait]]]) -> list[float | None]:
    """The share answered within a day that each group would have if it answered every kind of question as all groups together do.

    Each wait comes with its kind. A body that is asked harder questions than others has less to be expected of it.
    """
    by_kind: dict[str | None, list[Wait]] = defaultdict(list)
    for kind, wait in chain.from_iterable(groups):
        by_kind[kind].append(_never_in_time(wait))
    usual = {kind: 1 - kaplan_meier(waits).share_at(max(HOURS) * 3600) for kind, waits in by_kind.items()}
    return [math.fsum(usual[kind] for kind, _ in group) / len(group) if group else None for group in groups]


def _never_in_time(wait: Wait) -> Wait:
    """A question whose answer was taken back stays in every denominator and enters no numerator."""
    return Wait(math.inf, answered=False) if wait.retracted else wait


def exact(seconds: float) -> float:
    """A length in microseconds, as moments have them, and never below nothing; the difference of two large numbers is not quite that."""
    return max(round(seconds, 6), 0.0)


def working_clock(calendar: Calendar, since: datetime, until: datetime) -> Callable[[float], float]:
    """Working seconds since `since` by Unix second, for moments up to `until`: looked up, not walked through."""
    stretches = [(opens.timestamp(), closes.timestamp()) for opens, closes in calendar.stretches(since, until)]
    starts = [opens for opens, _ in stretches]
    before = [0.0, *accumulate(closes - opens for opens, closes in stretches)]

    def elapsed(moment: float) -> float:
        index = bisect_right(starts, moment) - 1
        if index < 0:
            return 0.0
        opens, closes = stretches[index]
        return before[index] + min(moment, closes) - opens

    return elapsed
