"""One linear head over chosen spaces: fitted by logistic regression, with what its columns say of each bucket and trait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from app.classifier.design import Design, Rows, weigh
from app.classifier.features import Spaces

INVERSE_PENALTY = 10.0
MOST_STEPS = 1000
TOLERANCE = 1e-5
NEVER = -20.0
SPACES = Spaces._fields

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """Votes per space (a row for each bucket, none for a space not looked at) and for the traits, the last row being the constant."""

    votes: Mapping[str, Matrix]
    traits: Matrix

    def score(self, parts: Mapping[str, sparse.csr_array], traits: Matrix) -> Matrix:
        """A row for each message, a column for each class."""
        scores: Matrix = traits @ self.traits[:-1] + self.traits[-1]
        for space, votes in self.votes.items():
            scores += parts[space] @ votes
        return scores


def weigh_spaces(design: Design, rows: Rows, idf: Mapping[str, NDArray[np.uint8]], weights: Mapping[str, float]) -> dict[str, sparse.csr_array]:
    """The rows of every space, weighed."""
    return {space: weigh(counts[rows], idf[space], weights[space]) for space, counts in zip(SPACES, design.counts, strict=True)}


def fit_head(
    parts: Mapping[str, sparse.csr_array], traits: Matrix, classes: NDArray[np.intp], count: int, boosts: Mapping[str, float]
) -> Head:
    """The head for classes 0 to `count`-1 from the spaces that `boosts` names, each multiplied by its boost; an unseen class never wins."""
    seen = np.unique(classes)
    kept = {space: np.unique(parts[space].indices) for space in boosts}
    if len(seen) < 2:
        return _constant(parts, traits, seen, count, boosts)
    blocks = [parts[space].tocsc()[:, kept[space]] * boost for space, boost in boosts.items()]
    matrix = sparse.csr_array(sparse.hstack([*blocks, sparse.csr_array(traits)]))
    model = LogisticRegression(C=INVERSE_PENALTY, solver="lbfgs", max_iter=MOST_STEPS, tol=TOLERANCE).fit(matrix, classes)
    coefficients, intercepts = _per_class(model, len(seen))
    ends = np.cumsum([len(columns) for columns in kept.values()])
    votes = {}
    for (space, boost), block in zip(boosts.items(), np.split(coefficients, ends)[:-1], strict=True):
        votes[space] = np.zeros((parts[space].shape[1], count))
        votes[space][np.ix_(kept[space], seen)] = block * boost
    trait_votes = np.zeros((traits.shape[1] + 1, count))
    trait_votes[-1] = NEVER
    trait_votes[:, seen] = np.concatenate((coefficients[ends[-1] :], intercepts[None, :]))
    return Head(votes, trait_votes)


def _per_class(model: LogisticRegression, classes: int) -> tuple[Matrix, Matrix]:
    if classes == 2:
        return np.concatenate((-model.coef_, model.coef_)).T / 2, np.concatenate((-model.intercept_, model.intercept_)) / 2
    return model.coef_.T, model.intercept_


def _constant(
    parts: Mapping[str, sparse.csr_array], traits: Matrix, seen: Sequence[int] | NDArray[np.intp], count: int, boosts: Mapping[str, float]
) -> Head:
    votes = np.zeros((traits.shape[1] + 1, count))
    votes[-1] = NEVER
    votes[-1, seen] = 0
    return Head({space: np.zeros((parts[space].shape[1], count)) for space in boosts}, votes)
