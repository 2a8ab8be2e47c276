"""What the commands `classify`, `train` and `evaluate` do, over streams and files."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from rich.table import Table

from app.classifier.contract import Classifier, TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import DataRefused
from app.classifier.evaluation import Report, evaluate
from app.classifier.examples import Example
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import load_shipped_model, shipped_bytes, write_model
from app.classifier.near_duplicates import share_of_near_duplicates
from app.classifier.regional.exports import read_exports
from app.classifier.regional.figures import HeadFigures, table_of
from app.classifier.regional.model_file import base_of, pack_regional, parse_any_model, read_any_model, read_bytes
from app.classifier.regional.training import teach
from app.classifier.remote import Endpoint, RemoteClassifier
from app.classifier.tables import read_table
from app.classifier.topics import shipped_taxonomy
from app.classifier.training import train
from app.domain.verdict import Verdict

BATCH = 500
DIGITS = 4
REFUSALS_SHOWN = 20
Tell = Callable[[float], None]
"""Hears what share of the work is done since it was called last."""


def _tell_nobody(share: float) -> None:
    """For callers who wait in patience."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was learned from and where the model went; `quality` is a twin's, fitted without the test part and measured on it."""

    model: str
    path: Path
    examples: int
    threads: int
    near_duplicates: float
    quality: Report | None

    def as_table(self) -> Table:
        """The report for people."""
        table = Table(title=f"{self.model}, written to {self.path}") if self.quality is None else self.quality.as_table()
        learned = f"learned from {self.examples} texts of {self.threads} threads, {self.near_duplicates:.1%} of them near-duplicates"
        table.caption = "\n".join(str(line) for line in (learned, table.caption) if line)
        return table


def read_examples(paths: Sequence[Path], errors: TextIO) -> list[Example]:
    """The labelled texts of corpus folders, files of threads (`.jsonl`) and tables (any other file).

    Wrong rows of tables are named on `errors` and left out.
    """
    refused: list[DataRefused] = []
    examples = [example for path in paths for example in (read_corpus(path) if _holds_threads(path) else read_table(path, refused))]
    _name_refused(refused, errors)
    return examples


def _name_refused(refused: Sequence[DataRefused], errors: TextIO) -> None:
    errors.writelines(f"{refusal}\n" for refusal in refused[:REFUSALS_SHOWN])
    if len(refused) > REFUSALS_SHOWN:
        errors.write(f"and {len(refused) - REFUSALS_SHOWN} more rows\n")


def train_files(paths: Sequence[Path], out: Path, errors: TextIO = sys.stderr, on_share: Tell = _tell_nobody) -> TrainingReport:
    """Writes a model fitted on everything given; its quality is measured on a twin fitted without the test part."""
    examples = read_examples(paths, errors)
    model = train(examples, on_share=lambda share: on_share(share / 2))
    name = write_model(model, out)
    return TrainingReport(
        name,
        out,
        model.origin.examples,
        model.origin.threads,
        share_of_near_duplicates(examples),
        _measure_twin(name, examples, lambda share: on_share(share / 2)),
    )


@dataclass(frozen=True, slots=True)
class TeachingReport:
    """What a region's model learned, and how well, by cross-validation on the texts given."""

    model: str
    path: Path
    base: str
    examples: int
    figures: tuple[HeadFigures, ...]

    def as_table(self) -> Table:
        """The report for people."""
        table = table_of(self.figures, f"{self.model}, written to {self.path}")
        table.caption = f"learned from {self.examples} texts on top of {self.base}; each text was judged by a twin that had not seen it"
        return table


def teach_files(
    paths: Sequence[Path], base: Path | None, out: Path, errors: TextIO = sys.stderr, on_share: Tell = _tell_nobody
) -> TeachingReport:
    """Writes what a region's exports make of a model file, of the shipped model by default; wrong rows are named on `errors`."""
    refused: list[DataRefused] = []
    examples = read_exports(paths, refused)
    _name_refused(refused, errors)
    found, base_file = (load_shipped_model(), shipped_bytes()) if base is None else base_of(read_bytes(base), base)
    model, figures = teach(found, base_file, examples, on_share)
    data = pack_regional(model)
    out.write_bytes(data)
    return TeachingReport(parse_any_model(data, out).name, out, found.name, model.origin.examples, figures)


def evaluate_files(
    paths: Sequence[Path],
    model: Path | None = None,
    endpoint: Endpoint | None = None,
    errors: TextIO = sys.stderr,
    on_share: Tell = _tell_nobody,
) -> Report:
    """The quality of a model file, of the shipped one by default, on labelled data; it says how much of them the model knows.

    With an `endpoint` that one is measured, and what it leaves unanswered counts as the model's.
    """
    classifier = load_shipped_model() if model is None else read_any_model(model)
    if endpoint is None:
        return evaluate(classifier, read_examples(paths, errors), on_share)
    with closing(RemoteClassifier(endpoint, classifier, shipped_taxonomy())) as remote:
        return evaluate(remote, read_examples(paths, errors), on_share)


def classify_lines(source: TextIO, target: TextIO, errors: TextIO, model: Path | None = None) -> int:
    """Verdicts for JSON Lines, in order; the number of lines that could not be read, each named on `errors` and left out."""
    classifier: Classifier = load_shipped_model() if model is None else read_any_model(model)
    lines, unreadable = enumerate(source, start=1), 0
    while batch := list(islice(lines, BATCH)):
        asked: list[tuple[Any, TextInContext]] = []
        for number, line in batch:
            try:
                asked.extend(_read_line(line))
            except (ValueError, RecursionError) as error:
                unreadable += 1
                errors.write(f"line {number}: {error}\n")
        verdicts = classifier.classify([text for _, text in asked])
        target.writelines(_write_line(key, verdict) for (key, _), verdict in zip(asked, verdicts, strict=True))
        target.flush()
    return unreadable


def _holds_threads(path: Path) -> bool:
    return path.is_dir() or path.suffix == ".jsonl"


def _measure_twin(name: str, examples: Sequence[Example], on_share: Tell) -> Report | None:
    held_out = [example for example in examples if example.held_out]
    rest = [example for example in examples if not example.held_out]
    if not held_out or len({example.kind for example in rest} - {None}) < 2:
        return None
    return evaluate(LinearClassifier(train(rest, on_share=on_share), f"{name}, fitted without the test part,"), held_out)


def _read_line(line: str) -> Iterator[tuple[Any, TextInContext]]:
    if not line.strip():
        return
    asked = json.loads(line)
    if not isinstance(asked, dict) or "id" not in asked:
        raise ValueError("an object with id and text is needed")
    text, post, reply_to = asked.get("text"), asked.get("post"), asked.get("reply_to")
    if not isinstance(text, str) or not isinstance(post, str | None) or not isinstance(reply_to, str | None):
        raise ValueError("text must be a string, post and reply_to strings where they are given")
    yield asked["id"], TextInContext(text, post, reply_to)


def _write_line(key: Any, verdict: Verdict) -> str:
    told = {
        "id": key,
        "kind": verdict.kind,
        "confidence": round(verdict.confidence, DIGITS),
        "topic": verdict.topic,
        "topic_confidence": None if verdict.topic_confidence is None else round(verdict.topic_confidence, DIGITS),
        "topics": [[guess.code, round(guess.confidence, DIGITS)] for guess in verdict.topics],
        "urgent": verdict.urgent,
        "unsure": verdict.unsure,
        "model": verdict.model,
        **{one.name: [[guess.code, round(guess.confidence, DIGITS)] for guess in one.guesses] for one in verdict.own},
    }
    line = json.dumps(told, ensure_ascii=False)
    return (line if line.isprintable() else json.dumps(told)) + "\n"
