"""Whether one model is worse than another, on texts that neither of them learned from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.classifier.examples import thread_number
from app.classifier.regional.model import AnyClassifier, has_learned, own_label
from app.classifier.regional.taught import Own, Taught
from app.domain.topic import group_of
from app.domain.verdict import NEEDS_ANSWER, Verdict

DRAWS = 2000
SEED = 4
DOUBT = 0.05
"""A model counts as worse when this share of the draws finds it behind by more than `MARGIN`."""
MARGIN = 0.02
FEWEST = 30
"""Held texts with a label without which nothing is said of it."""

Right = Callable[[Verdict, Taught], bool | None]
Rights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TaskJudgement:
    """Of one matter: how often either is right, and a bound below which the difference lies with a chance of 5 %."""

    texts: int
    rival_right: float
    candidate_right: float
    at_least: float

    @property
    def is_worse(self) -> bool:
        return self.at_least < -MARGIN


@dataclass(frozen=True, slots=True)
class Judgement:
    """A candidate beside its rival, matter by matter; empty where too few texts are held back."""

    candidate: str
    rival: str
    tasks: Mapping[str, TaskJudgement]

    @property
    def is_known(self) -> bool:
        """Whether there was anything to judge by."""
        return bool(self.tasks)

    @property
    def is_worse(self) -> bool:
        """Whether the candidate may be worse in any matter."""
        return any(task.is_worse for task in self.tasks.values())

    @property
    def is_better(self) -> bool:
        """Whether it is worse in none and right more often in some."""
        return not self.is_worse and any(task.candidate_right > task.rival_right for task in self.tasks.values())

    def as_data(self) -> dict[str, Any]:
        """The judgement as it is kept."""
        return {"rival": self.rival, "tasks": {name: asdict(task) for name, task in self.tasks.items()}}


def judge(candidate: AnyClassifier, rival: AnyClassifier, held: Sequence[Taught]) -> Judgement:
    """Both models on the held texts, less those that either has learned from; a paired bootstrap with a fixed seed."""
    fresh = [one for one in held if not any(has_learned(model, [thread_number(one.thread)]) for model in (candidate, rival))]
    verdicts = [model.classify([one.text for one in fresh]) for model in (rival, candidate)]
    tasks = {}
    for name, right in RIGHTS.items():
        before, after = (_rights(right, said, fresh) for said in verdicts)
        if len(before) >= FEWEST:
            tasks[name] = TaskJudgement(len(before), float(before.mean()), float(after.mean()), _at_least(after - before))
    return Judgement(candidate.name, rival.name, tasks)


def _rights(right: Right, said: Sequence[Verdict], held: Sequence[Taught]) -> Rights:
    found = [told for verdict, one in zip(said, held, strict=True) if (told := right(verdict, one)) is not None]
    return np.array(found, dtype=np.float64)


def _at_least(differences: Rights) -> float:
    chance = np.random.default_rng(SEED)
    means = [float(differences[chance.integers(0, len(differences), len(differences))].mean()) for _ in range(DRAWS)]
    return float(np.quantile(means, DOUBT))


def _needs_answer(verdict: Verdict, one: Taught) -> bool | None:
    return None if one.kind is None else verdict.needs_answer == (one.kind in NEEDS_ANSWER)


def _kind(verdict: Verdict, one: Taught) -> bool | None:
    return None if one.kind is None else verdict.kind == one.kind


def _group(verdict: Verdict, one: Taught) -> bool | None:
    if one.topic is None:
        return None
    return bool(verdict.topics) and group_of(verdict.topics[0].code) == group_of(one.topic)


def _urgency(truth: bool) -> Right:
    """Urgent texts and the others are judged apart: the first are few, and to miss one is worse."""

    def right(verdict: Verdict, one: Taught) -> bool | None:
        return verdict.urgent is truth if one.urgent is truth else None

    return right


def _own(own: Own) -> Right:
    def right(verdict: Verdict, one: Taught) -> bool | None:
        label = one.label(own)
        return None if label is None else label in [guess.code for guess in own_label(verdict, own)]

    return right


RIGHTS: Mapping[str, Right] = {
    "needs_answer": _needs_answer,
    "kind": _kind,
    "group": _group,
    "urgent": _urgency(True),
    "not_urgent": _urgency(False),
    **{own.value: _own(own) for own in Own},
}
