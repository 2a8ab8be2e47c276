"""What the commands `classify`, `train` and `evaluate` do, over streams and files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.table import Table

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.evaluation import Report, evaluate
from app.classifier.examples import Example
from app.classifier.linear import LinearClassifier
from app.classifier.model_file import load_shipped_model, read_model, write_model
from app.classifier.tables import read_table
from app.classifier.training import train

BATCH = 1000


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was learned from, where the model went, and its quality on the part kept apart (fitted without it)."""

    name: str
    path: Path
    examples: int
    quality: Report

    def as_table(self) -> Table:
        table = self.quality.as_table()
        table.caption = f"{self.name}, learned from {self.examples} texts, written to {self.path}; quality on texts kept apart"
        return table


def read_examples(paths: Sequence[Path]) -> list[Example]:
    """Labelled texts of corpus folders, files of threads and CSV tables."""
    return [example for path in paths for example in (read_table(path) if path.suffix == ".csv" else read_corpus(path))]


def train_files(paths: Sequence[Path], out: Path) -> TrainingReport:
    """Writes a model fitted on everything given, and measures one fitted without the test part on that part."""
    examples = read_examples(paths)
    kept_apart = [example for example in examples if example.held_out]
    learned = [example for example in examples if not example.held_out]
    name = write_model(train(examples), out)
    quality = evaluate(LinearClassifier(train(learned), f"{name} without its test part"), kept_apart)
    return TrainingReport(name, out, len(examples), quality)


def evaluate_files(paths: Sequence[Path], model: Path | None = None) -> Report:
    """The quality of a model file, or of the shipped model, on labelled data."""
    return evaluate(load_shipped_model() if model is None else read_model(model), read_examples(paths))


def classify_lines(source: TextIO, target: TextIO, errors: TextIO) -> int:
    """Verdicts for JSON Lines, in order; the number of lines that could not be read, each named on `errors`."""
    classifier, problems = load_shipped_model(), 0
    batch: list[tuple[object, TextInContext]] = []
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            batch.append((asked["id"], TextInContext(str(asked["text"]), asked.get("post"), asked.get("reply_to"))))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems += 1
            errors.write(f"line {number}: a JSON object with id and text is needed ({error!r})\n")
        if len(batch) >= BATCH:
            _answer(classifier, batch, target)
            batch = []
    _answer(classifier, batch, target)
    return problems


def _answer(classifier: LinearClassifier, batch: Sequence[tuple[object, TextInContext]], target: TextIO) -> None:
    for (key, _), verdict in zip(batch, classifier.classify([text for _, text in batch]), strict=True):
        written = {
            "id": key,
            "kind": verdict.kind.value,
            "confidence": round(verdict.confidence, 4),
            "topic": verdict.topic,
            "topic_confidence": None if verdict.topic_confidence is None else round(verdict.topic_confidence, 4),
            "urgent": verdict.urgent,
            "model": verdict.model,
        }
        target.write(json.dumps(written, ensure_ascii=False) + "\n")
