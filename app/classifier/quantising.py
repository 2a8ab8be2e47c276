"""Rounds weights to small integers, so that the last bits of a machine's arithmetic leave no trace in the file."""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.classifier.model import Weights

SIGNIFICANT_DIGITS = 3

Whole = TypeVar("Whole", np.int8, np.int16)


def quantise(weights: NDArray[np.float64], kind: type[Whole]) -> Weights:
    """The nearest whole steps, each column with its own step."""
    widest = np.abs(weights).max(axis=0, initial=0)
    steps = np.array([_round_up(width / np.iinfo(kind).max) for width in widest], dtype=np.float32)
    values: NDArray[Whole] = np.round(weights / steps).astype(kind)
    return Weights(steps, values)


def _round_up(step: float) -> float:
    if step == 0:
        return 1.0
    unit = 10.0 ** (math.floor(math.log10(step)) - SIGNIFICANT_DIGITS + 1)
    return math.ceil(step / unit) * unit
