"""Turns scores into probabilities that can be believed, and chooses the thresholds; all from scores that no label leaked into."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.classifier.metrics import f_beta

TEMPERATURES = np.round(np.geomspace(0.3, 4.0, 120), 3)
THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.01), 2)

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


def fit_temperature(scores: Scores, classes: NDArray[np.intp]) -> float:
    """The number to divide scores by so that the softmax gives the right classes the highest likelihood."""
    return _best(lambda temperature: _mean_surprise(scores / temperature, classes))


def fit_binary_temperature(scores: NDArray[np.float64], truth: Flags) -> float:
    """The same for one score and a sigmoid."""
    return fit_temperature(np.stack((np.zeros_like(scores), scores), axis=1), truth.astype(np.intp))


def choose_threshold(chances: NDArray[np.float64], truth: Flags, *, beta: float) -> float:
    """The probability from which to say yes for the best F-beta; above 1, `beta` favours recall."""
    values = np.array([f_beta(chances >= threshold, truth, beta) for threshold in THRESHOLDS])
    return float(THRESHOLDS[int(np.argmax(np.round(values, 4)))])


def highest_for_recall(chances: NDArray[np.float64], truth: Flags, *, recall: float) -> float:
    """The highest probability from which at least this share of the true ones is still found."""
    good = [threshold for threshold in THRESHOLDS if _mean(chances[truth] >= threshold) >= recall]
    return float(max(good, default=THRESHOLDS[0]))


def lowest_for_precision(chances: NDArray[np.float64], right: Flags, *, precision: float) -> float:
    """The lowest probability from which at least this share of the guesses above it is right, 1 when there is none."""
    good = [threshold for threshold in THRESHOLDS if _mean(right[chances >= threshold]) >= precision]
    return float(min(good, default=1.0))


def _best(loss: Callable[[float], float]) -> float:
    losses = np.array([loss(float(temperature)) for temperature in TEMPERATURES])
    return float(TEMPERATURES[int(np.argmin(np.round(losses, 6)))])


def _mean_surprise(scores: Scores, classes: NDArray[np.intp]) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    chances = shifted[np.arange(len(classes)), classes] - np.log(np.exp(shifted).sum(axis=1))
    return float(-chances.mean())


def _mean(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else 0.0
