"""What everything after a poll will cost, by the hour of the week at which it happens: so that a poll is not put at a bad hour."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from app.domain.polling.rhythm import HOURS, HOURS_A_DAY, Rhythm

LEVELS = 11
SHORTEST_HOURS = 1.5
LEVELS_AN_OCTAVE = 2
SWEEPS = 2
NEAREST, FARTHEST = 0.3, 2.7
"""Usual intervals between which the next poll is looked for."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The cost, in prices of a call, of going on after a poll at each hour of the week, relative to a poll at the week's beginning.

    One row for each of several usual intervals, because only the ratio of rate and price matters.
    """

    rows: tuple[tuple[float, ...], ...]
    a_week: tuple[float, ...]

    shortest: ClassVar[float] = SHORTEST_HOURS / HOURS_A_DAY
    """Usual intervals, in days, below which the hour does not matter."""

    @classmethod
    def of(cls, rhythm: Rhythm, maximum: timedelta) -> Self:
        """The costs under the best plan by whole hours, found by dynamic programming round the week."""
        hours_at_most = max(1, int(maximum.total_seconds() / 3600))
        solved = [_solve(rhythm, SHORTEST_HOURS / HOURS_A_DAY * 2 ** (level / LEVELS_AN_OCTAVE), hours_at_most) for level in range(LEVELS)]
        return cls(tuple(row for row, _ in solved), tuple(cost for _, cost in solved))

    def cost_after(self, day: float, usual: float) -> float:
        """The cost after a poll at this place of the week (or weeks later) for a source whose usual interval is `usual` days."""
        place = min(LEVELS_AN_OCTAVE * math.log2(usual / self.shortest), LEVELS - 1.001)
        level = int(place)
        share = place - level
        return (1 - share) * self._cost(level, day) + share * self._cost(level + 1, day)

    def _cost(self, level: int, day: float) -> float:
        weeks, place = divmod(day * HOURS_A_DAY, HOURS)
        hour = int(place)
        row = self.rows[level]
        return row[hour] + (row[hour + 1] - row[hour]) * (place - hour) - weeks * self.a_week[level]


def _solve(rhythm: Rhythm, usual: float, at_most: int) -> tuple[tuple[float, ...], float]:
    """Costs by hour (169 of them: the week's end too) and the cost of a week, for a source with this usual interval."""
    rate, hours = 2 / usual**2, usual * HOURS_A_DAY
    farthest = min(at_most, HOURS, max(3, math.ceil(FARTHEST * hours)))
    ahead = range(max(1, min(int(NEAREST * hours), farthest)), farthest + 1)
    areas, moments = zip(*[rhythm.integrals(hour / HOURS_A_DAY) for hour in range(HOURS + farthest + 1)], strict=True)
    costs = [0.0] * (HOURS + farthest + 1)
    for _ in range(SWEEPS):
        for hour in reversed(range(HOURS)):
            area = areas[hour] / HOURS_A_DAY
            least = min([rate * (moments[hour + step] - step * area) + costs[hour + step] for step in ahead])
            costs[hour] = least - rate * moments[hour] + 1
        a_week = costs[0] - costs[HOURS]
        costs[HOURS:] = [cost - a_week for cost in costs[: farthest + 1]]
    return tuple(costs[: HOURS + 1]), a_week
