"""One linear head over chosen spaces: fitted by logistic regression, with what its columns say of each bucket and trait."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.classifier.design import Design, Rows, weigh
from app.classifier.features import Spaces

MOST_PASSES = 3000
SEED = 20
NEVER = -20.0
SPACES = Spaces._fields

Matrix = NDArray[np.float64]


class Sight(NamedTuple):
    """Which spaces a head looks at, and by what the columns of each and of the measures are multiplied: more is a weaker penalty.

    `freedom` is the inverse of the penalty on all; learning stops when a pass moves no weight by more than the share `tolerance`
    of the largest. A rare class counts more by the power `evening` of how rare it is.
    """

    spaces: Mapping[str, float]
    measures: float
    freedom: float
    tolerance: float
    evening: float


@dataclass(frozen=True, slots=True)
class Head:
    """Votes per space (a row for each bucket; no entry for a space not looked at) and for the measures: traits or subjects."""

    votes: Mapping[str, Matrix]
    measures: Matrix

    def score(self, parts: Mapping[str, sparse.csr_array], measures: Matrix) -> Matrix:
        """A row for each message, a column for each class."""
        scores: Matrix = measures @ self.measures
        for space, votes in self.votes.items():
            scores += parts[space] @ votes
        return scores


def join_heads(heads: Mapping[tuple[int, ...], Head], count: int) -> Head:
    """One head of `count` classes from several, each for the classes that stand at its key's numbers."""
    first = next(iter(heads.values()))
    votes = {space: np.zeros((len(matrix), count)) for space, matrix in first.votes.items()}
    measures = np.zeros((len(first.measures), count))
    for numbers, head in heads.items():
        measures[:, numbers] = head.measures
        for space, matrix in head.votes.items():
            votes[space][:, numbers] = matrix
    return Head(votes, measures)


def weigh_spaces(
    design: Design, rows: Rows, idf: Mapping[str, NDArray[np.uint8]], weights: Mapping[str, float]
) -> dict[str, sparse.csr_array]:
    """The rows of every space, weighed."""
    return {space: weigh(counts[rows], idf[space], weights[space]) for space, counts in zip(SPACES, design.counts, strict=True)}


def fit_head(
    parts: Mapping[str, sparse.csr_array],
    measures: Matrix,
    classes: NDArray[np.intp],
    worth: NDArray[np.float64],
    count: int,
    sight: Sight,
) -> Head:
    """The head for classes 0 to `count`-1 from what it looks at; a class without examples never wins.

    `worth` is how much each row counts beside others of its class.
    """
    seen = np.unique(classes)
    kept = {space: np.unique(parts[space].indices) for space in sight.spaces}
    blocks = [parts[space].tocsc()[:, kept[space]] * boost for space, boost in sight.spaces.items()]
    matrix = sparse.csr_array(sparse.hstack([*blocks, sparse.csr_array(measures * sight.measures)]))
    coefficients = _fit(matrix, classes, worth, sight)
    ends = np.cumsum([len(columns) for columns in kept.values()])
    votes = {}
    for (space, boost), block in zip(sight.spaces.items(), np.split(coefficients, ends)[:-1], strict=True):
        votes[space] = np.zeros((parts[space].shape[1], count))
        votes[space][np.ix_(kept[space], seen)] = block * boost
    measure_votes = np.zeros((measures.shape[1], count))
    measure_votes[-1] = NEVER
    measure_votes[:, seen] = coefficients[ends[-1] :] * sight.measures
    return Head(votes, measure_votes)


def _fit(matrix: sparse.csr_array, classes: NDArray[np.intp], worth: NDArray[np.float64], sight: Sight) -> Matrix:
    """Weights for each class seen; "sag" uses no BLAS, whose last bits depend on the machine and its number of cores."""
    from sklearn.linear_model import LogisticRegression  # takes seconds to load, and only learning needs it

    seen = len(np.unique(classes))
    if seen < 2:
        return np.zeros((matrix.shape[1], seen))
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    weights = _even_out(classes, sight.evening) * worth
    model = LogisticRegression(
        C=sight.freedom, solver="sag", fit_intercept=False, max_iter=MOST_PASSES, tol=sight.tolerance, random_state=SEED
    ).fit(matrix, classes, sample_weight=weights)
    coefficients: Matrix = model.coef_.T
    return np.concatenate((-coefficients, coefficients), axis=1) / 2 if seen == 2 else coefficients


def _even_out(classes: NDArray[np.intp], power: float) -> NDArray[np.float64]:
    """A weight for each message, 1 on average: those of a rare class count more, by this power of how rare it is."""
    weights = np.bincount(classes)[classes] ** -power
    even: NDArray[np.float64] = weights / weights.mean()
    return even
