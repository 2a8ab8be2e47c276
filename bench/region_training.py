"""What a region gains by teaching the shipped model: fitted on the train part, measured on the dev part of labelled exports.

    python -m bench.region_training [--data ../shared/data]

The exports stand in for a region's own; nothing of them ships. Weighted F1, shares with the right label among the first three.
"""

import argparse
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

from app.classifier.errors import DataRefused
from app.classifier.model_file import load_shipped_model, shipped_bytes
from app.classifier.regional.exports import read_export
from app.classifier.regional.figures import HeadFigures, figures_of
from app.classifier.regional.model import RegionalClassifier
from app.classifier.regional.model_file import pack_regional, parse_any_model
from app.classifier.regional.taught import Own, Taught
from app.classifier.regional.training import teach

ROOT = Path(__file__).parents[1]
REGIONS = {"kursk_appeals": "Kursk", "ryazan_nashdom": "Ryazan"}


def main() -> None:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = arguments.parse_args().data
    table = Table(
        "region", "label", "labels", "texts", "weighted F1", "first", "of three", "cross-validated F1", "of three ", "seconds", "MB"
    )
    for folder, region in REGIONS.items():
        _add(table, region, data / folder)
    Console(width=160).print(table)


def _add(table: Table, region: str, folder: Path) -> None:
    refused: list[DataRefused] = []
    train, dev = (read_export(folder / f"{part}.csv", refused) for part in ("train", "dev"))
    began = perf_counter()
    model, validated = teach(load_shipped_model(), shipped_bytes(), train)
    seconds, data = perf_counter() - began, pack_regional(model)
    classifier = parse_any_model(data, region)
    assert isinstance(classifier, RegionalClassifier)
    for figures in validated:
        measured = _measure(classifier, figures.name, dev)
        shown = [region, figures.name, str(figures.labels), *_row(measured)] if measured else [region, figures.name, "", "", "", "", ""]
        cells = [f"{figures.weighted_f1:.3f}", f"{figures.first_three_right:.3f}", f"{seconds:.0f}", f"{len(data) / 1e6:.1f}"]
        table.add_row(*shown, *cells)


def _row(figures: HeadFigures) -> list[str]:
    return [str(figures.texts), f"{figures.weighted_f1:.3f}", f"{figures.first_right:.3f}", f"{figures.first_three_right:.3f}"]


def _measure(classifier: RegionalClassifier, name: str, examples: list[Taught]) -> HeadFigures | None:
    if name not in set(Own):
        return None
    told = [(one.text, label) for one in examples if (label := one.label(Own(name))) is not None]
    labels = next(head.labels for head in classifier.taught.heads if head.name == name)
    numbers = {label: number for number, label in enumerate(labels)}
    chances = classifier.own_chances([text for text, _ in told])[name].astype(np.float64)
    return figures_of(name, labels, chances, np.array([numbers.get(label, -1) for _, label in told]))


if __name__ == "__main__":
    main()
