"""How well groups and topics are told, on texts whose subject is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.classifier.examples import Example
from app.classifier.metrics import Quality, calibration_error, quality
from app.classifier.subjects import SubjectChances
from app.domain.topic import group_of
from app.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Ranking:
    """Over texts whose true class the model knows: the share with the likeliest class right, and with one of the first three."""

    texts: int
    first_right: float
    first_three_right: float


@dataclass(frozen=True, slots=True)
class SubjectQuality:
    """Of groups and topics. `told` is the share of texts with a topic or group named, `told_right` the share of names that are right.

    A named group is right when the true topic is one of it. `weighted_f1` weighs the groups by their texts.
    """

    groups: dict[str, Quality]
    weighted_f1: float
    group: Ranking
    topic: Ranking | None
    told: float
    told_right: float
    group_calibration_error: float


def measure_subjects(
    verdicts: Sequence[Verdict], chances: SubjectChances, examples: Sequence[Example], groups: Sequence[str], topics: Sequence[str]
) -> SubjectQuality | None:
    """The quality on the examples with a topic; None when there is none of the groups that the classifier knows."""
    rows = [row for row, example in enumerate(examples) if example.topic and group_of(example.topic) in groups]
    if not rows:
        return None
    true = [examples[row].topic or "" for row in rows]
    truth = np.array([groups.index(group_of(topic)) for topic in true])
    of_groups = chances.groups[rows].astype(np.float64)
    said = of_groups.argmax(axis=1)
    by_group = {name: quality(said == number, truth == number) for number, name in enumerate(groups) if (truth == number).any()}
    named = [(verdicts[row].topic, topic) for row, topic in zip(rows, true, strict=True) if verdicts[row].topic]
    return SubjectQuality(
        groups=by_group,
        weighted_f1=sum(one.f1 * one.count for one in by_group.values()) / len(rows),
        group=_rank(of_groups, truth),
        topic=_rank_topics(chances, rows, true, topics),
        told=len(named) / len(rows),
        told_right=sum(said_topic in (topic, group_of(topic)) for said_topic, topic in named) / max(len(named), 1),
        group_calibration_error=calibration_error(of_groups.max(axis=1), said == truth),
    )


def _rank_topics(chances: SubjectChances, rows: Sequence[int], true: Sequence[str], topics: Sequence[str]) -> Ranking | None:
    numbers = {topic: number for number, topic in enumerate(topics)}
    known = [(row, numbers[topic]) for row, topic in zip(rows, true, strict=True) if topic in numbers]
    if not known:
        return None
    return _rank(chances.topics[[row for row, _ in known]].astype(np.float64), np.array([number for _, number in known]))


def _rank(chances: NDArray[np.float64], truth: NDArray[np.intp]) -> Ranking:
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :3] == truth[:, None]
    return Ranking(len(truth), float(ranked[:, 0].mean()), float(ranked.any(axis=1).mean()))
