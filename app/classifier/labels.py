"""What people said of the examples, as numbers that heads are fitted to."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.errors import DataRefused
from app.classifier.examples import Example
from app.classifier.model import KINDS
from app.domain.topic import group_of

FEWEST_OF_A_GROUP = 5
FEWEST_OF_A_TOPIC = 3
UNKNOWN = -1

Classes = NDArray[np.intp]


class Labels(NamedTuple):
    """The classes of every example; `UNKNOWN` where nobody said, or where a group or topic is too rare to learn."""

    kinds: Classes
    urgent: Classes
    groups: Classes
    topics: Classes
    group_names: tuple[str, ...]
    topic_names: tuple[str, ...]


def read_labels(examples: Sequence[Example]) -> Labels:
    """The labels of examples that are enough to learn from; `DataRefused` when they are not."""
    if len({example.kind for example in examples} - {None}) < 2:
        raise DataRefused("training data", f"{len(examples)} texts of fewer than two kinds: there is nothing to tell apart")
    groups = [group_of(example.topic) if example.topic else "" for example in examples]
    group_names = _frequent(groups, FEWEST_OF_A_GROUP)
    known = set(group_names)
    topics = [
        example.topic if example.topic and example.topic != group and group in known else ""
        for example, group in zip(examples, groups, strict=True)
    ]
    topic_names = _frequent(topics, FEWEST_OF_A_TOPIC)
    return Labels(
        np.array([UNKNOWN if example.kind is None else KINDS.index(example.kind) for example in examples]),
        np.array([UNKNOWN if example.urgent is None else int(example.urgent) for example in examples]),
        _number(groups, group_names),
        _number(topics, topic_names),
        group_names,
        topic_names,
    )


def add_phrases(labels: Labels, phrases: Sequence[Example]) -> Labels:
    """The labels with those of phrases behind them, of which nothing but group and topic is known."""
    unknown = np.full(len(phrases), UNKNOWN)
    groups = _number([group_of(phrase.topic or "") for phrase in phrases], labels.group_names)
    topics = _number([phrase.topic or "" for phrase in phrases], labels.topic_names)
    return labels._replace(
        kinds=np.concatenate((labels.kinds, unknown)),
        urgent=np.concatenate((labels.urgent, unknown)),
        groups=np.concatenate((labels.groups, groups)),
        topics=np.concatenate((labels.topics, topics)),
    )


def take_labels(labels: Labels, rows: NDArray[np.intp]) -> Labels:
    """The labels of some of the examples."""
    return labels._replace(kinds=labels.kinds[rows], urgent=labels.urgent[rows], groups=labels.groups[rows], topics=labels.topics[rows])


def _frequent(names: Sequence[str], fewest: int) -> tuple[str, ...]:
    """In the order of groups: a dot sorts before every letter of a longer group's code, but not before `_`."""
    counts = Counter(name for name in names if name)
    return tuple(sorted((name for name, count in counts.items() if count >= fewest), key=lambda name: (group_of(name), name)))


def _number(names: Sequence[str], known: Sequence[str]) -> Classes:
    numbers = {name: number for number, name in enumerate(known)}
    return np.array([numbers.get(name, UNKNOWN) for name in names], dtype=np.intp)
