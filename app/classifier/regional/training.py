"""Teaches the shipped model what a region labelled: the same base and the same texts give the same file to the byte."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.classifier.calibration import fit_temperature
from app.classifier.errors import DataRefused
from app.classifier.examples import PARTS, part_of, thread_number
from app.classifier.features import read_messages
from app.classifier.linear import LinearClassifier, Probabilities
from app.classifier.model import KINDS
from app.classifier.quantising import quantise
from app.classifier.regional.figures import HeadFigures, figures_of
from app.classifier.regional.model import GROUP, KIND, TOPIC, URGENT, Kept, RegionalHead, RegionalModel, RegionalOrigin, move, of_two
from app.classifier.regional.ridge import fit_ridge
from app.classifier.regional.sight import Sight, Sights, look
from app.classifier.regional.taught import Own, Taught, digest_of
from app.domain.topic import group_of

PLAN = {
    KIND: (2.0, 0.0),
    GROUP: (2.0, 0.0),
    TOPIC: (2.0, 0.0),
    URGENT: (2.0, 0.5),
    Own.CATEGORY.value: (1.5, 0.5),
    Own.THEME.value: (1.5, 0.75),
    Own.AUTHORITY.value: (3.0, 0.25),
}
"""The penalty of each head, and the power of how rare a label is by which its texts count: 0 all alike, 1 every label alike."""
FEWEST = 20
"""Texts with a label without which a head is not worth having."""
FEWEST_OF_A_LABEL = 2
FEWEST_OF_URGENCY = 5
"""Urgent texts, and as many others, without which nothing is learnt of urgency: a region must not unlearn it for want of examples."""
URGENCY = (False, True)
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
SHARPNESS = 10.0
"""Least squares give scores between 0 and 1, temperatures are looked for around 1."""
UNKNOWN = -1

Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Task:
    """What one head learns: the label of every text, `UNKNOWN` where nobody said, and what the shipped model thinks of each."""

    name: str
    labels: tuple[str, ...]
    truth: Rows
    shipped: Matrix | None

    @property
    def told(self) -> Rows:
        return np.flatnonzero(self.truth != UNKNOWN)

    @property
    def is_worth_it(self) -> bool:
        """Whether there is anything to tell apart."""
        if self.name == URGENT:
            return bool(np.bincount(self.truth[self.told], minlength=2).min() >= FEWEST_OF_URGENCY)
        return len(self.labels) > 1


@dataclass(frozen=True, slots=True)
class Taming:
    """A fitted head and how it did on texts that it had not seen."""

    head: RegionalHead
    figures: HeadFigures


def teach(
    base: LinearClassifier, base_file: bytes, examples: Sequence[Taught], on_share: Callable[[float], None] = lambda share: None
) -> tuple[RegionalModel, tuple[HeadFigures, ...]]:
    """The region's model, and its figures by cross-validation over five parts of the texts; `DataRefused` when they teach nothing.

    `on_share` hears what share of the heads is done since it was called last.
    """
    ordered = sorted(set(examples), key=repr)
    if not ordered:
        raise DataRefused("training data", "there is no labelled text to learn from")
    features = read_messages([one.text for one in ordered], base.model.lexicon)
    shipped = base.weigh(features)
    sights, parts = look(features, shipped), np.array([part_of(one.thread, "calibration") for one in ordered])
    tasks = [task for task in _tasks(base, shipped, ordered) if task.told.size >= FEWEST and task.is_worth_it]
    if not tasks:
        raise DataRefused("training data", f"no label stands on {FEWEST} texts or more: {len(ordered)} texts teach nothing yet")
    words, letters = (np.flatnonzero(telling).astype(np.int32) for telling in (sights.words, sights.letters))
    kept = Kept(words, sights.words[words], letters, sights.letters[letters])
    tamed: list[Taming] = []
    for task in tasks:
        tamed.append(_tame(task, sights, parts, kept))
        on_share(1 / len(tasks))
    learned = np.unique(np.array([thread_number(one.thread) for one in ordered], dtype=np.uint64))
    labels = {task.name: int(task.told.size) for task in tasks}
    origin = RegionalOrigin(len(ordered), labels, digest_of(ordered))
    model = RegionalModel(base, base_file, kept, tuple(one.head for one in tamed), learned, origin)
    return model, tuple(one.figures for one in tamed)


def _tasks(base: LinearClassifier, shipped: Probabilities, examples: Sequence[Taught]) -> list[Task]:
    groups, topics = base.model.groups, base.model.topics
    told_groups = [group_of(one.topic) if one.topic else None for one in examples]
    ours = (
        Task(KIND, tuple(KINDS), _number([one.kind for one in examples], KINDS), shipped.kinds.astype(np.float64)),
        Task(GROUP, groups, _number(told_groups, groups), shipped.subjects.groups.astype(np.float64)),
        Task(TOPIC, topics, _number([one.topic for one in examples], topics), shipped.subjects.topics.astype(np.float64)),
        Task(URGENT, ("calm", "urgent"), _urgency([one.urgent for one in examples]), of_two(shipped.urgent).astype(np.float64)),
    )
    return [*ours, *(_own_task(own, [one.label(own) for one in examples]) for own in Own)]


def _own_task(own: Own, said: Sequence[str | None]) -> Task:
    counts = Counter(label for label in said if label is not None)
    labels = tuple(sorted(label for label, count in counts.items() if count >= FEWEST_OF_A_LABEL))
    return Task(own.value, labels, _number(said, labels), None)


def _urgency(said: Sequence[bool | None]) -> Rows:
    return np.array([UNKNOWN if urgent is None else URGENCY.index(urgent) for urgent in said], dtype=np.intp)


def _number(said: Sequence[str | None], labels: Sequence[str]) -> Rows:
    numbers = {label: number for number, label in enumerate(labels)}
    return np.array([UNKNOWN if label is None else numbers.get(label, UNKNOWN) for label in said], dtype=np.intp)


def _tame(task: Task, sights: Sights, parts: Rows, kept: Kept) -> Taming:
    scores = np.zeros((len(task.truth), len(task.labels)))
    sight = sights.full if task.shipped is None else sights.plain
    for part in range(PARTS):
        known, unseen = task.told[parts[task.told] != part], task.told[parts[task.told] == part]
        if known.size and unseen.size:
            scores[unseen] = sight.seen[unseen] @ _fit(task, sight, known)
    scale = _scale(task, scores)
    figures = figures_of(task.name, task.labels, _chances(task, scores, scale), task.truth[task.told])
    ends = np.cumsum([len(sights.words), 0 if task.shipped is not None else len(sights.letters)])
    words, letters, measures = np.split(_fit(task, sight, task.told), ends)
    small_words, small_letters = quantise(words[kept.words], np.int8), quantise(letters[kept.letters] if len(letters) else letters, np.int8)
    head = RegionalHead(task.name, task.labels, small_words, small_letters, quantise(measures, np.int16), scale)
    return Taming(head, figures)


def _fit(task: Task, sight: Sight, rows: Rows) -> Matrix:
    penalty, evenness = PLAN[task.name]
    targets = np.eye(len(task.labels))[task.truth[rows]]
    if task.shipped is not None:
        targets = targets - task.shipped[rows]
    weights = np.bincount(task.truth[rows])[task.truth[rows]].astype(np.float64) ** -evenness
    return fit_ridge(sight.seen[rows], sight.alike_of(rows), targets, weights / weights.mean(), penalty)


def _scale(task: Task, scores: Matrix) -> float:
    """How far to shift, or the temperature, that makes the right labels of unseen texts likeliest."""
    truth = task.truth[task.told]
    if task.shipped is None:
        return fit_temperature(scores[task.told] * SHARPNESS, truth) / SHARPNESS
    surprise = [-np.log(np.maximum(_chances(task, scores, s)[np.arange(len(truth)), truth], 1e-6)).mean() for s in STRENGTHS]
    return STRENGTHS[int(np.argmin(np.round(surprise, 6)))]


def _chances(task: Task, scores: Matrix, scale: float) -> Matrix:
    told = scores[task.told]
    if task.shipped is not None:
        shipped = task.shipped[task.told].astype(np.float32)
        return move(shipped, (told * scale).astype(np.float32)).astype(np.float64)
    powers = np.exp((told - told.max(axis=1, keepdims=True)) / scale)
    chances: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return chances
