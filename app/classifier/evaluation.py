"""How good a model is on labelled texts that it has not learned from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
from rich.table import Table
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from app.classifier.calibration import calibration_error
from app.classifier.examples import Example
from app.classifier.linear import LinearClassifier
from app.domain.verdict import NEEDS_ANSWER, Kind

KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision, recall and F1 of one class, and how many texts truly belong to it."""

    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """Quality per kind and of «needs an answer»; `confusion` has a row per true kind and a column per said one."""

    model: str
    examples: int
    kinds: dict[str, Quality]
    macro_f1: float
    needs_answer: Quality
    needs_answer_auc: float | None
    calibration_error: float
    confusion: list[list[int]]
    texts_per_second: float

    def as_json(self) -> str:
        """The report for machines."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def as_table(self) -> Table:
        """The report for people."""
        rows = {**self.kinds, "needs an answer": self.needs_answer}
        auc = "" if self.needs_answer_auc is None else f", AUC {self.needs_answer_auc:.3f}"
        title = f"{self.model}: {self.examples} texts, macro-F1 {self.macro_f1:.3f}{auc}, calibration error {self.calibration_error:.3f}"
        table = Table("class", "precision", "recall", "F1", "texts", *(f"said {kind}" for kind in KINDS), title=title)
        for number, (name, one) in enumerate(rows.items()):
            said = [str(count) for count in self.confusion[number]] if number < len(KINDS) else []
            table.add_row(name, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.count), *said)
        table.caption = f"{self.texts_per_second:.0f} texts a second"
        return table


def evaluate(model: LinearClassifier, examples: Sequence[Example]) -> Report:
    """Judges all examples and compares; nothing is fitted or chosen here."""
    texts = [example.text for example in examples]
    began = perf_counter()
    said = [verdict.kind.value for verdict in model.classify(texts)]
    seconds = perf_counter() - began
    truth = [example.kind.value for example in examples]
    names = [kind.value for kind in KINDS]
    precision, recall, f1, count = precision_recall_fscore_support(truth, said, labels=names, zero_division=0)
    asks = np.array([kind in NEEDS_ANSWER for kind in truth])
    judged = np.array([kind in NEEDS_ANSWER for kind in said])
    chances = model.predict(texts).needs_answer
    needs = precision_recall_fscore_support(asks, judged, average="binary", zero_division=0)
    return Report(
        model=model.name,
        examples=len(texts),
        kinds={
            name: Quality(float(p), float(r), float(f), int(n)) for name, p, r, f, n in zip(names, precision, recall, f1, count, strict=True)
        },
        macro_f1=float(np.mean([f for f, n in zip(f1, count, strict=True) if n])),
        needs_answer=Quality(float(needs[0]), float(needs[1]), float(needs[2]), int(asks.sum())),
        needs_answer_auc=float(roc_auc_score(asks, chances)) if 0 < asks.sum() < len(asks) else None,
        calibration_error=float(calibration_error(chances.astype(np.float64), asks)),
        confusion=confusion_matrix(truth, said, labels=names).tolist(),
        texts_per_second=len(texts) / seconds,
    )
