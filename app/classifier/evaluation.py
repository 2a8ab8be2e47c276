"""How good a model is on labelled texts, and how many of them it knows from learning."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from app.classifier.contract import Classifier
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, thread_number
from app.classifier.linear import LinearClassifier, Probabilities
from app.classifier.metrics import Quality, area_under_curve, calibration_error, confusion, quality
from app.classifier.model import KINDS
from app.domain.verdict import NEEDS_ANSWER, Verdict


@dataclass(frozen=True, slots=True)
class TopicQuality:
    """Over texts whose true topic the model knows: share with a topic told, share of those right, share right in the likeliest 1 and 3."""

    texts: int
    told: float
    told_right: float
    first_right: float
    first_three_right: float


@dataclass(frozen=True, slots=True)
class Report:
    """Quality per kind and of «needs an answer»; `confusion` has a row per true kind and a column per said one.

    `learned` of the texts belong to threads that the model learned from: unless it is 0, the numbers flatter.
    """

    model: str
    examples: int
    learned: int
    kinds: dict[str, Quality]
    accuracy: float
    macro_f1: float
    confusion: list[list[int]]
    needs_answer: Quality
    needs_answer_auc: float | None
    calibration_error: float
    kind_calibration_error: float
    urgent: Quality | None
    topics: TopicQuality | None
    texts_per_second: float

    def as_json(self) -> str:
        """The report for machines: each quality an object of precision, recall, f1 and count."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def as_table(self) -> Table:
        """The report for people."""
        rows = {**self.kinds, "needs an answer": self.needs_answer} | ({} if self.urgent is None else {"urgent": self.urgent})
        title = f"{self.model} on {self.examples} texts"
        table = Table("class", "precision", "recall", "F1", "texts", *(f"said {kind}" for kind in KINDS), title=title)
        for number, (name, one) in enumerate(rows.items()):
            said = [str(count) for count in self.confusion[number]] if number < len(KINDS) else []
            table.add_row(name, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.count), *said)
        table.caption = "\n".join(self._notes())
        return table

    def _notes(self) -> list[str]:
        auc = "unknown" if self.needs_answer_auc is None else f"{self.needs_answer_auc:.3f}"
        notes = [
            f"accuracy {self.accuracy:.3f}, macro-F1 {self.macro_f1:.3f}, needs-answer AUC {auc}",
            f"calibration error: needs-answer {self.calibration_error:.3f}, kind {self.kind_calibration_error:.3f}",
        ]
        if self.topics is not None:
            notes.append(
                f"topics: told for {self.topics.told:.0%} of {self.topics.texts} texts, {self.topics.told_right:.0%} of them right; "
                f"likeliest right {self.topics.first_right:.0%}, in the first three {self.topics.first_three_right:.0%}"
            )
        if self.learned:
            notes.append(f"the model learned from {self.learned} of these texts: the numbers flatter it")
        return [*notes, f"{self.texts_per_second:.0f} texts a second"]


def evaluate(model: Classifier, examples: Sequence[Example]) -> Report:
    """Judges all examples and compares; `DataRefused` when there is none.

    Of a classifier that tells no probabilities the confidence in the kind stands for them, and the topic told for its likeliest ones.
    """
    if not examples:
        raise DataRefused("evaluation data", "there is no labelled text to measure on")
    texts = [example.text for example in examples]
    began = perf_counter()
    verdicts = model.classify(texts)
    seconds = perf_counter() - began
    probabilities = model.predict(texts) if isinstance(model, LinearClassifier) else None
    said = np.array([KINDS.index(verdict.kind) for verdict in verdicts])
    truth = np.array([KINDS.index(example.kind) for example in examples])
    asks = np.array([example.kind in NEEDS_ANSWER for example in examples])
    kinds = {str(kind): quality(said == number, truth == number) for number, kind in enumerate(KINDS)}
    chances = _chances(verdicts) if probabilities is None else probabilities.needs_answer.astype(np.float64)
    return Report(
        model=model.name,
        examples=len(examples),
        learned=_learned(model, examples),
        kinds=kinds,
        accuracy=float((said == truth).mean()),
        macro_f1=float(np.mean([one.f1 for one in kinds.values() if one.count])),
        confusion=confusion(said, truth, len(KINDS)),
        needs_answer=quality(np.array([verdict.needs_answer for verdict in verdicts]), asks),
        needs_answer_auc=area_under_curve(chances, asks),
        calibration_error=calibration_error(chances, asks),
        kind_calibration_error=calibration_error(np.array([verdict.confidence for verdict in verdicts]), said == truth),
        urgent=_measure_urgent(verdicts, examples),
        topics=_measure_topics(verdicts, examples, *_ranking(model, verdicts, probabilities)),
        texts_per_second=len(examples) / seconds,
    )


def _chances(verdicts: Sequence[Verdict]) -> NDArray[np.float64]:
    return np.array([verdict.confidence if verdict.needs_answer else 1 - verdict.confidence for verdict in verdicts])


def _learned(model: Classifier, examples: Sequence[Example]) -> int:
    if not isinstance(model, LinearClassifier):
        return 0
    return int(np.isin([thread_number(example.thread) for example in examples], model.model.learned).sum())


def _ranking(
    model: Classifier, verdicts: Sequence[Verdict], probabilities: Probabilities | None
) -> tuple[Sequence[str], NDArray[np.float32]]:
    """The topics that the model knows, and a row of their chances for each text."""
    if isinstance(model, LinearClassifier) and probabilities is not None:
        return model.model.topics, probabilities.topics
    topics = sorted({verdict.topic for verdict in verdicts if verdict.topic is not None})
    chances = np.array([[verdict.topic == topic for topic in topics] for verdict in verdicts], dtype=np.float32)
    return topics, chances.reshape(len(verdicts), len(topics))


def _measure_urgent(verdicts: Sequence[Verdict], examples: Sequence[Example]) -> Quality | None:
    told = [(verdict.urgent, example.urgent) for verdict, example in zip(verdicts, examples, strict=True) if example.urgent is not None]
    if not told:
        return None
    said, truth = np.array(told, dtype=bool).T
    return quality(said, truth)


def _measure_topics(
    verdicts: Sequence[Verdict], examples: Sequence[Example], topics: Sequence[str], chances: NDArray[np.float32]
) -> TopicQuality | None:
    known = [row for row, example in enumerate(examples) if example.topic in topics]
    if not known:
        return None
    truth = np.array([topics.index(examples[row].topic or "") for row in known])
    ranked = np.argsort(-chances[known], axis=1, kind="stable")
    told = [(verdicts[row].topic, examples[row].topic) for row in known if verdicts[row].topic is not None]
    return TopicQuality(
        texts=len(known),
        told=len(told) / len(known),
        told_right=sum(said == true for said, true in told) / max(len(told), 1),
        first_right=float((ranked[:, 0] == truth).mean()),
        first_three_right=float((ranked[:, :3] == truth[:, None]).any(axis=1).mean()),
    )
