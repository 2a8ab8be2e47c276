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


def sigmoid(scores: NDArray[Number]) -> NDArray[Number]:
    """The chance of yes."""
    chances: NDArray[Number] = np.reciprocal(1 + np.exp(-np.clip(scores, -FARTHEST, FARTHEST)))
    return chances
