"""How good a model is on labelled texts, and how many of them it knows from learning."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
from rich.table import Table

from app.classifier.contract import Classifier
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, thread_number
from app.classifier.linear import LinearClassifier
from app.classifier.metrics import Chances, Quality, area_under_curve, calibration_error, confusion, quality
from app.classifier.model import KINDS
from app.classifier.regional.model import AnyClassifier, has_learned
from app.classifier.subject_quality import SubjectQuality, measure_subjects
from app.classifier.subjects import SubjectChances
from app.domain.topic import group_of
from app.domain.verdict import NEEDS_ANSWER, Verdict

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class KindQuality:
    """Per kind and of «needs an answer»; `confusion` has a row per true kind and a column per said one.

    `unsure` is the share of texts in the lane of doubtful verdicts, `sure_accuracy` the share of right kinds among the others.
    """

    texts: int
    kinds: dict[str, Quality]
    accuracy: float
    macro_f1: float
    confusion: list[list[int]]
    needs_answer: Quality
    needs_answer_auc: float | None
    calibration_error: float
    kind_calibration_error: float
    unsure: float
    sure_accuracy: float


@dataclass(frozen=True, slots=True)
class Report:
    """Each part is None where the texts have no such label.

    `learned` of the texts belong to threads that the model learned from: unless it is 0, the numbers flatter.
    """

    model: str
    examples: int
    learned: int
    said_to_need_an_answer: float
    kinds: KindQuality | None
    urgent: Quality | None
    subjects: SubjectQuality | None
    texts_per_second: float

    def as_json(self) -> str:
        """The report for machines: each quality an object of precision, recall, f1 and count."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def as_table(self) -> Table:
        """The report for people: a row for each kind, for urgency, and for each group of topics."""
        table = Table("class", "precision", "recall", "F1", "texts", *(f"said {kind}" for kind in KINDS))
        table.title = f"{self.model} on {self.examples} texts"
        if self.kinds is not None:
            for (name, one), said in zip(self.kinds.kinds.items(), self.kinds.confusion, strict=True):
                table.add_row(*_cells(name, one), *map(str, said))
            table.add_row(*_cells("needs an answer", self.kinds.needs_answer))
        if self.urgent is not None:
            table.add_row(*_cells("urgent", self.urgent))
        if self.subjects is not None:
            table.add_section()
            for name, one in self.subjects.groups.items():
                table.add_row(*_cells(name, one))
        table.caption = "\n".join(self._notes())
        return table

    def _notes(self) -> list[str]:
        notes = [f"said to need an answer: {self.said_to_need_an_answer:.1%}"]
        if (kinds := self.kinds) is not None:
            auc = "unknown" if kinds.needs_answer_auc is None else f"{kinds.needs_answer_auc:.3f}"
            notes += [
                f"kinds: accuracy {kinds.accuracy:.3f}, macro-F1 {kinds.macro_f1:.3f}, needs-answer AUC {auc}",
                f"calibration error: needs-answer {kinds.calibration_error:.3f}, kind {kinds.kind_calibration_error:.3f}",
                f"unsure: {kinds.unsure:.0%} of the texts; of the other kinds said, {kinds.sure_accuracy:.0%} are right",
            ]
        if (subjects := self.subjects) is not None:
            rankings = {"group": subjects.group, "topic": subjects.topic}
            notes += [
                f"{name}: likeliest right {one.first_right:.0%}, in the first three {one.first_three_right:.0%} of {one.texts} texts"
                for name, one in rankings.items()
                if one is not None
            ]
            notes.append(
                f"named for {subjects.told:.0%}, {subjects.told_right:.0%} of the names right; "
                f"groups: weighted F1 {subjects.weighted_f1:.3f}, calibration error {subjects.group_calibration_error:.3f}"
            )
        if self.learned:
            notes.append(f"the model learned from {self.learned} of these texts: the numbers flatter it")
        return [*notes, f"{self.texts_per_second:.0f} texts a second"]


def evaluate(model: Classifier, examples: Sequence[Example], on_share: Callable[[float], None] = lambda share: None) -> Report:
    """Judges all examples and compares; `DataRefused` when there is none.

    Of a classifier that tells no probabilities the confidence in the kind stands for them, and the topic told for its likeliest ones.
    `on_share` hears what share of the texts has been judged since it was called last.
    """
    if not examples:
        raise DataRefused("evaluation data", "there is no labelled text to measure on")
    texts = [example.text for example in examples]
    began = perf_counter()
    verdicts: list[Verdict] = []
    for batch in (texts[start : start + BATCH] for start in range(0, len(texts), BATCH)):
        verdicts += model.classify(batch)
        on_share(len(batch) / len(texts))
    seconds = max(perf_counter() - began, 1e-9)
    linear = model if isinstance(model, AnyClassifier) else None
    probabilities = None if linear is None else linear.predict(texts)
    chances = _chances(verdicts) if probabilities is None else probabilities.needs_answer.astype(np.float64)
    if linear is None or probabilities is None:
        subjects, groups, topics = _as_chances(verdicts)
    else:
        shipped = linear if isinstance(linear, LinearClassifier) else linear.base
        subjects, groups, topics = probabilities.subjects, shipped.model.groups, shipped.model.topics
    return Report(
        model=model.name,
        examples=len(examples),
        learned=0 if linear is None else has_learned(linear, [thread_number(example.thread) for example in examples]),
        said_to_need_an_answer=sum(verdict.needs_answer for verdict in verdicts) / len(verdicts),
        kinds=_measure_kinds(verdicts, chances, examples),
        urgent=_measure_urgent(verdicts, examples),
        subjects=measure_subjects(verdicts, subjects, examples, groups, topics),
        texts_per_second=len(examples) / seconds,
    )


def _chances(verdicts: Sequence[Verdict]) -> Chances:
    return np.array([verdict.confidence if verdict.needs_answer else 1 - verdict.confidence for verdict in verdicts])


def _as_chances(verdicts: Sequence[Verdict]) -> tuple[SubjectChances, tuple[str, ...], tuple[str, ...]]:
    """The topics told, as if they had been certain, and the groups and topics that were told at all."""
    topics = tuple(sorted({verdict.topic for verdict in verdicts if verdict.topic is not None}))
    groups = tuple(sorted({group_of(topic) for topic in topics}))
    told = [(verdict.topic, group_of(verdict.topic or "")) for verdict in verdicts]
    by_group = np.array([[group == name for name in groups] for _, group in told], dtype=np.float32)
    by_topic = np.array([[topic == name for name in topics] for topic, _ in told], dtype=np.float32)
    return SubjectChances(by_group.reshape(len(verdicts), -1), by_topic.reshape(len(verdicts), -1)), groups, topics


def _cells(name: str, one: Quality) -> tuple[str, ...]:
    return name, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.count)


def _measure_kinds(verdicts: Sequence[Verdict], of_answer: Chances, examples: Sequence[Example]) -> KindQuality | None:
    known = [row for row, example in enumerate(examples) if example.kind is not None]
    if not known:
        return None
    judged = [verdicts[row] for row in known]
    said = np.array([KINDS.index(verdict.kind) for verdict in judged])
    truth = np.array([KINDS.index(kind) for row in known if (kind := examples[row].kind) is not None])
    asks = np.array([KINDS[kind] in NEEDS_ANSWER for kind in truth])
    kinds = {str(kind): quality(said == number, truth == number) for number, kind in enumerate(KINDS)}
    chances = of_answer[known]
    sure = np.array([not verdict.unsure for verdict in judged])
    return KindQuality(
        texts=len(known),
        kinds=kinds,
        accuracy=float((said == truth).mean()),
        macro_f1=float(np.mean([one.f1 for one in kinds.values() if one.count])),
        confusion=confusion(said, truth, len(KINDS)),
        needs_answer=quality(np.array([verdict.needs_answer for verdict in judged]), asks),
        needs_answer_auc=area_under_curve(chances, asks),
        calibration_error=calibration_error(chances, asks),
        kind_calibration_error=calibration_error(np.array([verdict.confidence for verdict in judged]), said == truth),
        unsure=float((~sure).mean()),
        sure_accuracy=float((said == truth)[sure].mean()) if sure.any() else 0.0,
    )


def _measure_urgent(verdicts: Sequence[Verdict], examples: Sequence[Example]) -> Quality | None:
    told = [(verdict.urgent, example.urgent) for verdict, example in zip(verdicts, examples, strict=True) if example.urgent is not None]
    if not told:
        return None
    said, truth = np.array(told, dtype=bool).T
    return quality(said, truth)
