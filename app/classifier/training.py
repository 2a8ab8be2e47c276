"""Fits a model: the same examples give the same file to the byte, whatever their order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.calibration import (
    choose_threshold,
    fit_binary_temperature,
    fit_temperature,
    highest_for_recall,
    lowest_for_precision,
)
from app.classifier.design import Design, Rows, build_design, measure_idf
from app.classifier.errors import DataRefused
from app.classifier.examples import PARTS, Example, digest, part_of, thread_number
from app.classifier.features import read_messages
from app.classifier.heads import SPACES, Head, Matrix, Sight, fit_head, weigh_spaces
from app.classifier.lexicon import Lexicon, read_lexicon
from app.classifier.model import FIRST_TOPIC, KINDS, URGENT, Calibration, Model, Origin, SpaceWeights
from app.classifier.probability import sigmoid, softmax
from app.classifier.quantising import quantise
from app.domain.verdict import NEEDS_ANSWER

SPACE_WEIGHTS = {"letters": 0.8, "words": 0.6, "post": 0.1, "reply_to": 0.25}
WISH_SIGHT = Sight({"letters": 1.0, "words": 1.0, "post": 1.0, "reply_to": 1.0}, measures=1.0)
TOPIC_SIGHT = Sight({"words": 1.5, "post": 4.0, "reply_to": 2.0}, measures=2.5)
FEWEST_OF_A_TOPIC = 5
FEWEST_URGENT = 10
NEEDS_ANSWER_RECALL = 0.9
EVEN_CHANCE = 0.5
URGENT_BETA = 1.5
TOPIC_PRECISION = 0.65
UNKNOWN = -1


class Labels(NamedTuple):
    """The classes of every example as numbers; `UNKNOWN` where nobody said or a topic is too rare to learn."""

    kinds: NDArray[np.intp]
    urgent: NDArray[np.intp]
    topics: NDArray[np.intp]
    topic_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """What is learned from one set of rows."""

    idf: dict[str, NDArray[np.uint8]]
    kinds: Head
    urgent: Head
    topics: Head


def shipped_lexicon() -> Lexicon:
    """The lexicon that comes with this release."""
    with resources.as_file(resources.files("app.classifier").joinpath("model", "lexicon.txt")) as path:
        return read_lexicon(Path(path))


def train(examples: Sequence[Example], lexicon: Lexicon | None = None) -> Model:
    """A model fitted on all examples given, calibrated on scores from models that had not seen the scored threads."""
    ordered = sorted(examples, key=repr)
    labels = _read_labels(ordered)
    lexicon = lexicon or shipped_lexicon()
    design = build_design(read_messages([example.text for example in ordered], lexicon))
    parts = np.array([part_of(example.thread, "calibration") for example in ordered])
    calibration = _calibrate(_score_unseen(design, labels, parts), labels)
    heads = _fit(design, labels, np.arange(len(ordered)))
    threads = np.unique(np.array([thread_number(example.thread) for example in ordered], dtype=np.uint64))
    origin = Origin(len(ordered), len(threads), digest(ordered))
    traits = quantise(np.concatenate((heads.kinds.measures, _difference(heads.urgent.measures)), axis=1), np.int16)
    subjects = quantise(heads.topics.measures, np.int16)
    spaces = tuple(_space(space, heads) for space in SPACES)
    return Model(labels.topic_names, spaces, traits, subjects, lexicon, threads, calibration, origin)


def _read_labels(examples: Sequence[Example]) -> Labels:
    if len({example.kind for example in examples}) < 2:
        raise DataRefused("training data", f"{len(examples)} texts of fewer than two kinds: there is nothing to tell apart")
    counts = Counter(example.topic for example in examples if example.topic)
    names = tuple(sorted(topic for topic, count in counts.items() if count >= FEWEST_OF_A_TOPIC))
    numbers = {name: number for number, name in enumerate(names)}
    return Labels(
        np.array([KINDS.index(example.kind) for example in examples]),
        np.array([UNKNOWN if example.urgent is None else int(example.urgent) for example in examples]),
        np.array([numbers.get(example.topic or "", UNKNOWN) for example in examples]),
        names,
    )


def _fit(design: Design, labels: Labels, rows: Rows) -> Heads:
    idf = {space: measure_idf(counts[rows]) for space, counts in zip(SPACES, design.counts, strict=True)}
    parts = weigh_spaces(design, rows, idf, SPACE_WEIGHTS)

    def fit(classes: NDArray[np.intp], count: int, measures: Matrix, sight: Sight) -> Head:
        known = np.flatnonzero(classes != UNKNOWN)
        return fit_head({space: part[known] for space, part in parts.items()}, measures[rows][known], classes[known], count, sight)

    urgent = labels.urgent[rows] if int((labels.urgent[rows] == 1).sum()) >= FEWEST_URGENT else np.zeros_like(rows)
    return Heads(
        idf,
        fit(labels.kinds[rows], len(KINDS), design.traits, WISH_SIGHT),
        fit(urgent, 2, design.traits, WISH_SIGHT),
        fit(labels.topics[rows], len(labels.topic_names), design.subjects, TOPIC_SIGHT),
    )


def _score_unseen(design: Design, labels: Labels, parts: NDArray[np.intp]) -> Matrix:
    scores = np.zeros((len(parts), FIRST_TOPIC + len(labels.topic_names)))
    for part in range(PARTS):
        unseen = np.flatnonzero(parts == part)
        if unseen.size and unseen.size < len(parts):
            heads = _fit(design, labels, np.flatnonzero(parts != part))
            parts_unseen, traits = weigh_spaces(design, unseen, heads.idf, SPACE_WEIGHTS), design.traits[unseen]
            columns = (
                heads.kinds.score(parts_unseen, traits),
                _difference(heads.urgent.score(parts_unseen, traits)),
                heads.topics.score(parts_unseen, design.subjects[unseen]),
            )
            scores[unseen] = np.concatenate(columns, axis=1)
    return scores


def _calibrate(scores: Matrix, labels: Labels) -> Calibration:
    asking = np.array([kind in NEEDS_ANSWER for kind in KINDS])
    temperature = fit_temperature(scores[:, :URGENT], labels.kinds)
    chances = softmax(scores[:, :URGENT] / temperature)[:, asking].sum(axis=1)
    threshold = min(EVEN_CHANCE, highest_for_recall(chances, asking[labels.kinds], recall=NEEDS_ANSWER_RECALL))
    calibration = Calibration(kind_temperature=temperature, needs_answer_from=threshold)
    return _calibrate_topics(scores, labels, _calibrate_urgent(scores, labels, calibration))


def _calibrate_urgent(scores: Matrix, labels: Labels, calibration: Calibration) -> Calibration:
    told = np.flatnonzero(labels.urgent != UNKNOWN)
    if not told.size:
        return calibration
    urgent, truth = scores[told, URGENT], labels.urgent[told] == 1
    temperature = fit_binary_temperature(urgent, truth)
    threshold = choose_threshold(sigmoid(urgent / temperature), truth, beta=URGENT_BETA)
    return calibration._replace(urgent_temperature=temperature, urgent_from=threshold)


def _calibrate_topics(scores: Matrix, labels: Labels, calibration: Calibration) -> Calibration:
    known = np.flatnonzero(labels.topics != UNKNOWN)
    if not known.size:
        return calibration
    topics, right = scores[known, FIRST_TOPIC:], labels.topics[known]
    temperature = fit_temperature(topics, right)
    guesses = softmax(topics / temperature)
    threshold = lowest_for_precision(guesses.max(axis=1), guesses.argmax(axis=1) == right, precision=TOPIC_PRECISION)
    return calibration._replace(topic_temperature=temperature, topic_from=threshold)


def _space(space: str, heads: Heads) -> SpaceWeights:
    columns = [heads.kinds.votes[space], _difference(heads.urgent.votes[space])]
    if space in heads.topics.votes:
        columns.append(heads.topics.votes[space])
    return SpaceWeights(SPACE_WEIGHTS[space], heads.idf[space], quantise(np.concatenate(columns, axis=1), np.int8))


def _difference(yes_and_no: Matrix) -> Matrix:
    return yes_and_no[:, 1:] - yes_and_no[:, :1]
