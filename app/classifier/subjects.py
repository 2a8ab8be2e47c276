"""What a message is about: chances of groups, of topics within them, and which of them are worth naming."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.model import Model
from app.classifier.probability import softmax, softmax_within
from app.domain.topic import group_of
from app.domain.verdict import TopicGuess

MOST_GUESSES = 3

NamedTopic = tuple[str | None, float | None, tuple[TopicGuess, ...]]


class SubjectChances(NamedTuple):
    """A row for each message; a topic's chance is that of its group times its own within the group."""

    groups: NDArray[np.float32]
    topics: NDArray[np.float32]


def groups_of(topics: Sequence[str], groups: Sequence[str]) -> NDArray[np.intp]:
    """The number of each topic's group."""
    return np.array([groups.index(group_of(topic)) for topic in topics], dtype=np.intp)


def first_of_groups(topics: Sequence[str]) -> NDArray[np.intp]:
    """Where the topics of each group begin; topics of a group stand together."""
    return np.array([n for n, topic in enumerate(topics) if not n or group_of(topics[n - 1]) != group_of(topic)], dtype=np.intp)


def subject_chances(scores: NDArray[np.float32], model: Model) -> SubjectChances:
    """The chances that calibrated scores of groups and topics stand for."""
    calibration, count = model.calibration, len(model.groups)
    groups = softmax(scores[:, :count] / np.float32(calibration.group_temperature))
    within = softmax_within(scores[:, count:] / np.float32(calibration.topic_temperature), first_of_groups(model.topics))
    return SubjectChances(groups, groups[:, groups_of(model.topics, model.groups)] * within)


def name_topics(chances: SubjectChances, model: Model) -> Iterator[NamedTopic]:
    """For each message the topic, or else the group, that is likely enough, its chance, and the three likeliest topics."""
    divided = set(groups_of(model.topics, model.groups).tolist())
    whole = [number for number in range(len(model.groups)) if number not in divided]
    names = [*model.topics, *(model.groups[number] for number in whole)]
    if not names:
        return iter([(None, None, ())] * len(chances.groups))
    finest = np.concatenate((chances.topics, chances.groups[:, whole]), axis=1)
    ranked = np.argsort(-finest, axis=1, kind="stable")[:, :MOST_GUESSES]
    groups, group_chances = chances.groups.argmax(axis=1).tolist(), chances.groups.max(axis=1).tolist()
    calibration = model.calibration
    rows = zip(ranked.tolist(), np.take_along_axis(finest, ranked, axis=1).tolist(), groups, group_chances, strict=True)

    def name(numbers: list[int], their_chances: list[float], group: int, group_chance: float) -> NamedTopic:
        guesses = tuple(TopicGuess(names[number], chance) for number, chance in zip(numbers, their_chances, strict=True))
        if guesses[0].confidence >= calibration.topic_from:
            return (*guesses[0], guesses)
        if group_chance >= calibration.group_from:
            return model.groups[group], group_chance, guesses
        return None, None, guesses

    return (name(*row) for row in rows)
