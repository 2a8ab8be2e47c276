"""Measures of judgements against the truth; nothing is fitted or chosen here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Classes = NDArray[np.intp]
Chances = NDArray[np.float64]

BINS = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision, recall and F1 of one class, and how many texts truly belong to it."""

    precision: float
    recall: float
    f1: float
    count: int


def quality(said: Flags, truth: Flags) -> Quality:
    """How well yes was told from no; a share of nothing counts as 0."""
    both = float((said & truth).sum())
    precision, recall = both / max(int(said.sum()), 1), both / max(int(truth.sum()), 1)
    return Quality(precision, recall, f_beta(said, truth, 1), int(truth.sum()))


def f_beta(said: Flags, truth: Flags, beta: float) -> float:
    """The weighted harmonic mean of precision and recall, 0 when nothing is right; `beta` above 1 favours recall."""
    both, weight = float((said & truth).sum()), beta * beta
    return (1 + weight) * both / max(float(said.sum()) + weight * float(truth.sum()), 1.0)


def area_under_curve(chances: Chances, truth: Flags) -> float | None:
    """The chance that a true text is ranked above a false one, ties counting half; None when either is missing."""
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return None
    _, places, counts = np.unique(chances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def confusion(said: Classes, truth: Classes, count: int) -> list[list[int]]:
    """A row per true class, a column per said one."""
    table: list[list[int]] = np.bincount(truth * count + said, minlength=count * count).reshape(count, count).tolist()
    return table


def calibration_error(chances: Chances, right: Flags) -> float:
    """The expected calibration error over ten equal bins: 0 when of the verdicts given with 70 % just 70 % are right."""
    bins = np.minimum((chances * BINS).astype(np.intp), BINS - 1)
    gaps = np.abs(np.bincount(bins, weights=chances - right, minlength=BINS))
    return float(gaps.sum() / max(len(chances), 1))
