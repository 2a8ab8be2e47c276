"""From scores to probabilities."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FARTHEST = 50.0

Number = TypeVar("Number", np.float32, np.float64)


def softmax(scores: NDArray[Number]) -> NDArray[Number]:
    """Chances that sum to one in each row; rows of nothing stay so."""
    if not scores.shape[1]:
        return scores
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[Number] = powers / powers.sum(axis=1, keepdims=True)
    return chances


def softmax_within(scores: NDArray[Number], starts: NDArray[np.intp]) -> NDArray[Number]:
    """Chances that sum to one within each run of columns; `starts` are the first columns of the runs."""
    if not scores.shape[1]:
        return scores
    sizes = np.diff(starts, append=scores.shape[1])
    powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts, axis=1), sizes, axis=1))
    chances: NDArray[Number] = powers / np.repeat(np.add.reduceat(powers, starts, axis=1), sizes, axis=1)
    return chances


def sigmoid(scores: NDArray[Number]) -> NDArray[Number]:
    """The chance of yes."""
    chances: NDArray[Number] = np.reciprocal(1 + np.exp(-np.clip(scores, -FARTHEST, FARTHEST)))
    return chances
