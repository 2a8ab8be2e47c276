"""How publishing is spread over the hours of a week, shared by all sources of a network; learnt, in UTC, no time zone needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Self

HOURS_A_DAY = 24
DAYS_A_WEEK = 7
HOURS = HOURS_A_DAY * DAYS_A_WEEK
DAY_SECONDS = 86_400.0
EVIDENCE_PER_HOUR = 20.0
"""Expected messages that an hour needs before it is believed as much as the flat rhythm; the same for a weekday."""
EVIDENCE_PER_WEEK_HOUR = 150.0
"""The same for one hour of one weekday, which is otherwise the product of its hour and its weekday."""
QUIETEST = 0.02
"""No hour is believed to be without any message at all."""


def week_day(moment: datetime) -> float:
    """The place of a moment in the week, in days; the week of Unix time begins on a Thursday."""
    return moment.timestamp() / DAY_SECONDS % DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many times the average rate each hour of the week publishes (mean 1), with its first and second integrals by hours."""

    levels: tuple[float, ...]
    areas: tuple[float, ...]
    moments: tuple[float, ...]

    @classmethod
    def of(cls, levels: Sequence[float]) -> Self:
        """The rhythm of 168 hourly levels, scaled to mean 1."""
        mean = sum(levels) / HOURS
        scaled = tuple(level / mean for level in levels)
        areas = tuple(accumulate((level / HOURS_A_DAY for level in scaled), initial=0.0))
        steps = (area / HOURS_A_DAY + level / (2 * HOURS_A_DAY**2) for area, level in zip(areas, scaled, strict=False))
        return cls(scaled, areas, tuple(accumulate(steps, initial=0.0)))

    def level(self, day: float) -> float:
        """The level at a place of the week; places go on past its end."""
        return self.levels[int(day * HOURS_A_DAY) % HOURS]

    def integrals(self, day: float) -> tuple[float, float]:
        """∫ level and ∫∫ level from the week's beginning to `day`, which may lie weeks ahead."""
        weeks, place = divmod(day, DAYS_A_WEEK)
        hour = min(int(place * HOURS_A_DAY), HOURS - 1)
        rest = place - hour / HOURS_A_DAY
        level, area = self.levels[hour], self.areas[hour]
        moment = self.moments[hour] + area * rest + level * rest * rest / 2
        if not weeks:
            return area + level * rest, moment
        past = DAYS_A_WEEK * weeks
        return past + area + level * rest, weeks * self.moments[-1] + past * (past - DAYS_A_WEEK) / 2 + past * place + moment


FLAT = Rhythm.of([1.0] * HOURS)


def learn_rhythm(counts: Sequence[float], expected: Sequence[float]) -> Rhythm:
    """The rhythm after `counts` messages in each hour of the week where a flat one had let us expect `expected`.

    A level is a ratio of the two, so an hour that was watched twice as long, or by sources twice as lively, is no louder for
    it. Hours are smoothed with their neighbours and drawn towards hour x weekday, and those towards 1, by their evidence.
    """
    counts, expected = _smoothed(counts), _smoothed(expected)
    by_hour = [_ratio(counts[hour::HOURS_A_DAY], expected[hour::HOURS_A_DAY], 1.0, EVIDENCE_PER_HOUR) for hour in range(HOURS_A_DAY)]
    adjusted = [expected[hour] * by_hour[hour % HOURS_A_DAY] for hour in range(HOURS)]
    days = [slice(HOURS_A_DAY * day, HOURS_A_DAY * (day + 1)) for day in range(DAYS_A_WEEK)]
    by_day = [_ratio(counts[day], adjusted[day], 1.0, EVIDENCE_PER_HOUR * HOURS_A_DAY) for day in days]
    levels = []
    for hour in range(HOURS):
        product = by_hour[hour % HOURS_A_DAY] * by_day[hour // HOURS_A_DAY]
        levels.append(max(_ratio(counts[hour : hour + 1], expected[hour : hour + 1], product, EVIDENCE_PER_WEEK_HOUR), QUIETEST))
    return Rhythm.of(levels)


def _ratio(counts: Sequence[float], expected: Sequence[float], prior: float, evidence: float) -> float:
    return (evidence * prior + sum(counts)) / (evidence + sum(expected))


def _smoothed(values: Sequence[float]) -> list[float]:
    """Each hour with a quarter of each neighbour; the week is a circle."""
    return [values[hour] / 2 + (values[hour - 1] + values[(hour + 1) % HOURS]) / 4 for hour in range(HOURS)]
