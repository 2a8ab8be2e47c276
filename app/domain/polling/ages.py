"""How comments are spread over the age of a post: soon and dense at first, falling as a power; learnt on top of that."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Self

EDGES = (0.0, 1 / 144, 1 / 48, 1 / 24, 1 / 12, 1 / 6, 1 / 3, 2 / 3, 4 / 3, 8 / 3, 5.0, 10.0, 20.0, 30.0)
"""Between these ages, in days, the density is taken to be even; the last stretch goes on for ever."""
POWER = 1.3
KNEE_DAYS = 1 / 48
"""The first guess: the density falls as (age + half an hour)^-1.3, so half of all comes within five hours and a tenth after five days."""
EVIDENCE = 15.0
"""Expected comments after which a stretch is believed as much as the guess."""
STRETCHES = len(EDGES) - 1


@dataclass(frozen=True, slots=True)
class Ages:
    """What share of a post's comments of thirty days comes per day at each age, with its first and second integrals at the edges."""

    levels: tuple[float, ...]
    areas: tuple[float, ...]
    moments: tuple[float, ...]

    @classmethod
    def of(cls, shares: Sequence[float]) -> Self:
        """The density from the share of comments that comes in each stretch."""
        lengths = [end - start for start, end in pairwise(EDGES)]
        levels = [share / sum(shares) / length for share, length in zip(shares, lengths, strict=True)]
        areas = list(accumulate((level * length for level, length in zip(levels, lengths, strict=True)), initial=0.0))
        steps = (area * length + level * length**2 / 2 for area, level, length in zip(areas, levels, lengths, strict=False))
        return cls(tuple(levels), tuple(areas), tuple(accumulate(steps, initial=0.0)))

    def level(self, age: float) -> float:
        """The density at an age in days."""
        return self.levels[stretch(age)]

    def integrals(self, age: float) -> tuple[float, float]:
        """∫ density and ∫∫ density from the post's publication to `age`."""
        number = stretch(age)
        rest, level, area = age - EDGES[number], self.levels[number], self.areas[number]
        return area + level * rest, self.moments[number] + area * rest + level * rest * rest / 2


def stretch(age: float) -> int:
    """Which stretch an age lies in."""
    return min(max(bisect_right(EDGES, age) - 1, 0), STRETCHES - 1)


def guessed_shares() -> list[float]:
    """What share of comments the power law puts into each stretch."""
    tails = [(1 + edge / KNEE_DAYS) ** (1 - POWER) for edge in EDGES]
    return [before - after for before, after in pairwise(tails)]


def learn_ages(counts: Sequence[float], expected: Sequence[float]) -> Ages:
    """The density after `counts` comments in each stretch where the guess had let us expect `expected`."""
    ratios = [(EVIDENCE + count) / (EVIDENCE + number) for count, number in zip(counts, expected, strict=True)]
    return Ages.of([share * ratio for share, ratio in zip(guessed_shares(), ratios, strict=True)])
