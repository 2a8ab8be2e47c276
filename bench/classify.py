"""Speed of the shipped classifier beside scikit-learn's vectoriser alone, and its judgement on texts it was never fitted on.

    python -m bench.classify [--rounds 5] [--data ../shared/data] [--model FILE]

The first table: texts a second on one core for batches of the corpus's comments under their posts; the figure to quote
is the ratio. The second: what the model says of sets of one known kind (folders with `dev.csv`) and how it tells
subjects by the maps of two regions, left out when there is no such folder.
"""

import argparse
import csv
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import HashingVectorizer

from app.classifier.contract import TextInContext
from app.classifier.corpus import read_corpus
from app.classifier.errors import DataRefused
from app.classifier.evaluation import evaluate
from app.classifier.linear import LinearClassifier, Probabilities
from app.classifier.metrics import area_under_curve, calibration_error
from app.classifier.model import KINDS
from app.classifier.model_file import load_shipped_model, read_model
from app.classifier.tables import read_table
from app.domain.verdict import Kind

ROOT = Path(__file__).parents[1]
BATCHES = (100, 300, 1000)
CALLING = ("perm_incidents_unlabelled", "perm_incidents_labelled_small", "troitsk_forum", "kursk_appeals", "ryazan_nashdom")
SILENT = ("neg_comments_ruarg", "neg_toxic_detox", "neg_news_tgcontest", "tg_spam_ham")
NEAREST = CALLING[0]
FEEDBACK = "uk_feedback"
MAPPED = ("kursk_appeals", "ryazan_nashdom")
FALSE_ALARMS = (0.02, 0.05)
TIMED = range(45, 129)
"""The lengths of the comments that are timed: some 80 characters on average."""


def main() -> None:
    """Prints both tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    arguments.add_argument("--model", type=Path)
    asked = arguments.parse_args()
    model = load_shipped_model() if asked.model is None else read_model(asked.model)
    print_speed(model, asked.rounds)
    if asked.data.is_dir():
        print_judgements(model, asked.data)
    else:
        Console().print(f"No judgements on other texts: there is no folder {asked.data}.")


def print_speed(model: LinearClassifier, rounds: int) -> None:
    """Texts a second by the processor's time, the median of the rounds."""
    texts = [example.text for example in read_corpus(ROOT / "corpus" / "threads") if len(example.text.text) in TIMED]
    texts = texts * (1 + max(BATCHES) // len(texts))
    vectoriser = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=2**16)
    mean = statistics.fmean(len(text.text) for text in texts)
    table = Table("batch", "verdicts/s", "vectoriser alone, texts/s", "ratio", title=f"comments of {mean:.0f} characters under their posts")
    for size in BATCHES:
        batch = texts[:size]
        ours = _rate(partial(model.classify, batch), size, rounds)
        theirs = _rate(partial(vectoriser.transform, [text.text for text in batch]), size, rounds)
        table.add_row(str(size), f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.1f}")
    Console().print(table)


def print_judgements(model: LinearClassifier, data: Path) -> None:
    """What the model says of each set, how well incidents are ranked above the rest, and how subjects are told by the maps."""
    chances = {name: _judge(model, data / name).needs_answer for name in (*CALLING, *SILENT)}
    bound = model.model.calibration.needs_answer_from
    table = Table("set", "texts", "needs an answer", f"AUC against {NEAREST}", title=f"{model.name}, texts without their posts")
    for name, ours in chances.items():
        auc = f"{_rank(chances[NEAREST], ours):.3f}" if name in SILENT else ""
        table.add_row(name, str(len(ours)), f"{(ours >= bound).mean():.3f}", auc)
    Console().print(table)
    _print_trade(chances[NEAREST], np.concatenate([chances[name] for name in SILENT]), bound)
    _print_feedback(model, data / FEEDBACK)
    for name in MAPPED:
        _print_subjects(model, data / name)


def _print_trade(calling: NDArray[np.float32], silent: NDArray[np.float32], bound: float) -> None:
    both = np.concatenate((calling, silent)).astype(np.float64)
    error = calibration_error(both, np.arange(len(both)) < len(calling))
    found = " · ".join(f"{(calling >= np.quantile(silent, 1 - share)).mean():.3f} at {share:.0%}" for share in FALSE_ALARMS)
    Console().print(
        f"{NEAREST}: recall {(calling >= bound).mean():.3f} at {(silent >= bound).mean():.1%} false alarms; {found}; "
        f"calibration error with the negatives {error:.3f}"
    )


def _print_subjects(model: LinearClassifier, folder: Path) -> None:
    refused: list[DataRefused] = []
    examples = read_table(folder / "dev.csv", refused)
    subjects = evaluate(model, examples).subjects
    if subjects is not None:
        Console().print(
            f"{folder.name}: groups by the map, weighted F1 {subjects.weighted_f1:.3f}, first {subjects.group.first_right:.3f}, "
            f"among three {subjects.group.first_three_right:.3f} ({subjects.group.texts} texts, {len(refused)} off the map)"
        )


def _print_feedback(model: LinearClassifier, folder: Path) -> None:
    labels = np.array([row["kind"] for row in _rows(folder)])
    kinds = _judge(model, folder).kinds
    complaint, thanks = kinds[:, KINDS.index(Kind.COMPLAINT)], kinds[:, KINDS.index(Kind.THANKS)]
    leaning = complaint / (complaint + thanks)
    auc = _rank(leaning[labels == "complaint"], leaning[labels == "thanks"])
    Console().print(
        f"{folder.name}: thanks against complaint, AUC {auc:.3f} ({(labels == 'thanks').sum()} and {(labels == 'complaint').sum()})"
    )


def _judge(model: LinearClassifier, folder: Path) -> Probabilities:
    return model.predict([TextInContext(row["text"]) for row in _rows(folder)])


def _rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the development part; of chat the ham alone, as spam is no everyday talk."""
    with (folder / "dev.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row.get("label") != "spam"]


def _rank(positive: NDArray[np.float32], negative: NDArray[np.float32]) -> float:
    truth = np.arange(len(positive) + len(negative)) < len(positive)
    return area_under_curve(np.concatenate((positive, negative)).astype(np.float64), truth) or 0.0


def _rate(work: Callable[[], object], texts: int, rounds: int) -> float:
    work()
    return statistics.median(_texts_per_second(work, texts) for _ in range(rounds))


def _texts_per_second(work: Callable[[], object], texts: int) -> float:
    repeats = max(1, 2000 // texts)
    began = process_time()
    for _ in range(repeats):
        work()
    return repeats * texts / (process_time() - began)


if __name__ == "__main__":
    main()
