"""`otklik classify`, `train`, `evaluate`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import remote_endpoint
from app.classifier.commands import classify_lines, evaluate_files, teach_files, train_files
from app.cli.progress import bar
from app.cli.running import fail, page, settings_in_force

commands = typer.Typer()
SHIPPED = "shipped"


@commands.command()
def classify(model: Annotated[Path | None, typer.Option(help="Another model file than the shipped one.")] = None) -> None:
    """JSON Lines in, verdicts out, in order; a line that cannot be read is named on the error stream and left out."""
    if classify_lines(sys.stdin, sys.stdout, sys.stderr, model):
        sys.exit(1)


@commands.command()
def train(
    data: list[Path],
    out: Annotated[Path, typer.Option(help="The model file to write.")],
    base: Annotated[str | None, typer.Option(help="Adds a region's export to this model file, or to the `shipped` one.")] = None,
) -> None:
    """Fits a model from labelled corpus folders or CSV files, or teaches one a region's export; the same data give the same file."""
    with bar("Learning", 1) as advance:
        if base is None:
            table = train_files(data, out, sys.stderr, advance).as_table()
        else:
            table = teach_files(data, None if base == SHIPPED else Path(base), out, sys.stderr, advance).as_table()
    page().print(table)


@commands.command()
def evaluate(
    data: list[Path],
    model: Annotated[Path | None, typer.Option(help="Another model file than the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Of the model at OTKLIK_CLASSIFIER_URL instead.")] = False,
) -> None:
    """Prints the quality of the model on labelled data; rows that are wrong are named on the error stream and left out."""
    endpoint = remote_endpoint(settings_in_force()) if remote else None
    if remote and endpoint is None:
        fail("OTKLIK_CLASSIFIER_URL is not set: there is no other classifier to measure.")
    with bar("Judging", 1) as advance:
        report = evaluate_files(data, model, endpoint, sys.stderr, advance)
    if as_json:
        print(report.as_json())
    else:
        page().print(report.as_table())
