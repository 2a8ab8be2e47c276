"""How well the heads of a region's model tell its labels, on texts that they had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from app.classifier.metrics import calibration_error, quality


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """Over texts with a label: weighted F1, and the shares with the right label first and among the first three."""

    name: str
    labels: int
    texts: int
    weighted_f1: float
    first_right: float
    first_three_right: float
    calibration_error: float


def figures_of(name: str, labels: Sequence[str], chances: NDArray[np.float64], truth: NDArray[np.intp]) -> HeadFigures:
    """The figures; a true label that the head does not know (below 0) is always missed."""
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :3]
    right = ranked == truth[:, None]
    said = ranked[:, 0]
    unknown = int((truth < 0).sum())
    f1 = sum(one.f1 * one.count for n in np.unique(truth[truth >= 0]).tolist() for one in (quality(said == n, truth == n),))
    return HeadFigures(
        name=name,
        labels=len(labels),
        texts=len(truth),
        weighted_f1=f1 / max(len(truth), 1),
        first_right=float(right[:, 0].mean()) if len(truth) else 0.0,
        first_three_right=float(right.any(axis=1).mean()) if len(truth) else 0.0,
        calibration_error=calibration_error(chances.max(axis=1), right[:, 0]) if unknown < len(truth) else 0.0,
    )


def table_of(figures: Sequence[HeadFigures], title: str) -> Table:
    """Figures for people, a row for each label."""
    table = Table("label", "labels", "texts", "weighted F1", "likeliest right", "among three", "calibration error", title=title)
    for one in figures:
        shares = (one.weighted_f1, one.first_right, one.first_three_right, one.calibration_error)
        table.add_row(one.name, str(one.labels), str(one.texts), *(f"{share:.3f}" for share in shares))
    return table
