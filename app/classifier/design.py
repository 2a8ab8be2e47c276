"""The matrix that a model learns from: a row for each message, a column for each bucket and trait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.classifier.features import Features, Space

RAREST_GRAM = 3
IDF_STEP = 1 / 16

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Design:
    """Counts of grams in each space, traits and subjects: all that is counted once, whatever rows a model then learns from."""

    counts: tuple[sparse.csr_array, ...]
    traits: NDArray[np.float64]
    subjects: NDArray[np.float64]


def build_design(features: Features) -> Design:
    """The counts of all messages."""
    counts = tuple(count_grams(space) for space in features.spaces)
    return Design(counts, features.traits.astype(np.float64), features.subjects.astype(np.float64))


def measure_idf(counts: sparse.csr_array) -> NDArray[np.uint8]:
    """How telling each bucket is, ln((1+n)/(1+df)) + 1 in steps of 1/16; 0 for those too rare to learn from."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    return np.where(frequency >= RAREST_GRAM, np.round(idf / IDF_STEP), 0).astype(np.uint8)


def weigh(counts: sparse.csr_array, idf: NDArray[np.uint8], weight: float) -> sparse.csr_array:
    """Rows of idf-weighted counts of length `weight`, a gram that stands k times counted k times in the length."""
    values = idf * IDF_STEP
    squares = counts @ values**2
    norms = np.divide(weight, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0)
    return sparse.csr_array(sparse.diags_array(norms) @ counts @ sparse.diags_array(values))


def count_grams(space: Space) -> sparse.csr_array:
    """How often each bucket stands in each message."""
    grams = space.grams
    present = grams.buckets < grams.empty
    rows = np.broadcast_to(grams.owners, grams.buckets.shape)[present]
    counts = sparse.csr_array((np.ones(rows.size), (rows, grams.buckets[present])), shape=(space.distinct, grams.empty))
    counts.sum_duplicates()
    return counts[space.rows]
