"""Ridge regression in its dual form: at once while the texts are few, by conjugate gradients when they are many."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

MOST_AT_ONCE = 6000
"""Texts whose likeness to one another fits into memory: 36 million numbers."""
STEPS = 40
ENOUGH = 1e-3

Matrix = NDArray[np.float64]


def likeness(seen: sparse.csr_array, measures: Matrix) -> Matrix | None:
    """How alike every two texts are; None where they are too many for that."""
    if seen.shape[0] > MOST_AT_ONCE:
        return None
    alike: Matrix = (seen @ seen.T).toarray() + measures @ measures.T
    return alike


def fit_ridge(seen: sparse.csr_array, alike: Matrix | None, targets: Matrix, weights: NDArray[np.float64], penalty: float) -> Matrix:
    """A column of votes for each column of targets: the least squares of the weighed rows, with a penalty on the votes.

    Votes are rounded by whoever keeps them, so that the last bits of a machine's arithmetic leave no trace.
    """
    if alike is None:
        roots = np.sqrt(weights)[:, None]
        rows = sparse.csr_array(sparse.diags_array(roots[:, 0]) @ seen)
        by_descent: Matrix = rows.T @ _descend(rows, sparse.csr_array(rows.T), targets * roots, penalty)
        return by_descent
    at_once: Matrix = seen.T @ np.linalg.solve(alike + np.diag(penalty / weights), targets)
    return at_once


def _descend(rows: sparse.csr_array, columns: sparse.csr_array, wanted: Matrix, penalty: float) -> Matrix:
    """The dual weights of all targets; each column goes its own way."""
    found = np.zeros_like(wanted)
    left, direction = wanted.copy(), wanted.copy()
    size = _squares(left)
    goal = size * ENOUGH**2
    for _ in range(STEPS):
        if not (size > goal).any():
            break
        moved = rows @ (columns @ direction) + penalty * direction
        step = _ratio(size, np.einsum("rc,rc->c", direction, moved))
        found += step * direction
        left -= step * moved
        before, size = size, _squares(left)
        direction = left + _ratio(size, before) * direction
    return found


def _squares(matrix: Matrix) -> NDArray[np.float64]:
    summed: NDArray[np.float64] = np.einsum("rc,rc->c", matrix, matrix)
    return summed


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
