"""Speed of the shipped classifier beside scikit-learn's vectoriser alone, and its judgement on texts it was never fitted on.

    python -m bench.classify [--rounds 5] [--data ../shared/data] [--model FILE]

The first table: texts a second on one core for batches of the corpus's comments under their posts; the figure to quote
is the ratio. The second: what the model says of sets of one known kind (folders with `dev.csv`), left out when there is no such folder.
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
from app.classifier.linear import LinearClassifier, Probabilities
from app.classifier.metrics import area_under_curve
from app.classifier.model import KINDS
from app.classifier.model_file import load_shipped_model, read_model
from app.domain.verdict import Kind

ROOT = Path(__file__).parents[1]
BATCHES = (100, 300, 1000)
CALLING = ("perm_incidents_unlabelled", "perm_incidents_labelled_small", "troitsk_forum", "kursk_appeals", "ryazan_nashdom")
SILENT = ("neg_comments_ruarg", "neg_toxic_detox", "neg_news_tgcontest", "tg_spam_ham")
NEAREST = CALLING[0]
FEEDBACK = "uk_feedback"
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
    """The share judged to need an answer in each set, and how well those that do are ranked above those that do not."""
    nearest = _judge(model, data / NEAREST).needs_answer
    table = Table("set", "texts", "needs an answer", f"AUC against {NEAREST}", title=f"{model.name}, texts without their posts")
    for name in (*CALLING, *SILENT):
        chances = _judge(model, data / name).needs_answer
        share = float((chances >= model.model.calibration.needs_answer_from).mean())
        auc = f"{_rank(nearest, chances):.3f}" if name in SILENT else ""
        table.add_row(name, str(len(chances)), f"{share:.3f}", auc)
    Console().print(table)
    _print_feedback(model, data / FEEDBACK)


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
    with (folder / "dev.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


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
