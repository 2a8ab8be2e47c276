"""Fits a model: the same examples give the same file to the byte, whatever their order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.calibration import choose_threshold, fit_binary_temperature, fit_temperature, lowest_for_precision
from app.classifier.design import Design, Rows, build_design, measure_idf
from app.classifier.errors import DataRefused
from app.classifier.examples import PARTS, Example, digest, part_of
from app.classifier.features import read_messages
from app.classifier.heads import SPACES, Head, Matrix, fit_head, weigh_spaces
from app.classifier.lexicon import Lexicon, read_lexicon
from app.classifier.model import KINDS, URGENT, Calibration, Model, Origin, SpaceWeights
from app.classifier.quantising import quantise
from app.domain.verdict import NEEDS_ANSWER

SPACE_WEIGHTS = {"letters": 0.8, "words": 0.6, "post": 0.1, "reply_to": 0.25}
WISH_BOOSTS = {"letters": 1.0, "words": 1.0, "post": 1.0, "reply_to": 1.0}
TOPIC_BOOSTS = {"words": 1.5, "post": 6.0, "reply_to": 2.0}
FEWEST_OF_A_TOPIC = 5
FEWEST_URGENT = 10
RECALL_FAVOURED = 1.5
URGENT_RECALL_FAVOURED = 1.5
TOPIC_PRECISION = 0.6
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
    origin = Origin(len(ordered), len({example.thread for example in ordered}), digest(ordered))
    traits = quantise(np.concatenate((heads.kinds.traits, heads.urgent.traits[:, 1:] * 2, heads.topics.traits), axis=1), np.int16)
    spaces = tuple(_space(space, heads) for space in SPACES)
    return Model(labels.topic_names, spaces, traits, lexicon, calibration, origin)


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
    parts, traits = weigh_spaces(design, rows, idf, SPACE_WEIGHTS), design.traits[rows]

    def fit(classes: NDArray[np.intp], count: int, boosts: dict[str, float]) -> Head:
        known = np.flatnonzero(classes != UNKNOWN)
        return fit_head({space: part[known] for space, part in parts.items()}, traits[known], classes[known], count, boosts)

    urgent = labels.urgent[rows] if int((labels.urgent[rows] == 1).sum()) >= FEWEST_URGENT else np.zeros_like(rows)
    return Heads(
        idf,
        fit(labels.kinds[rows], len(KINDS), WISH_BOOSTS),
        fit(urgent, 2, WISH_BOOSTS),
        fit(labels.topics[rows], len(labels.topic_names), TOPIC_BOOSTS),
    )


def _score_unseen(design: Design, labels: Labels, parts: NDArray[np.intp]) -> Matrix:
    scores = np.zeros((len(parts), URGENT + 1 + len(labels.topic_names)))
    for part in range(PARTS):
        unseen = np.flatnonzero(parts == part)
        if unseen.size and unseen.size < len(parts):
            heads = _fit(design, labels, np.flatnonzero(parts != part))
            weighed, traits = weigh_spaces(design, unseen, heads.idf, SPACE_WEIGHTS), design.traits[unseen]
            columns = (
                heads.kinds.score(weighed, traits),
                heads.urgent.score(weighed, traits)[:, 1:] * 2,
                heads.topics.score(weighed, traits),
            )
            scores[unseen] = np.concatenate(columns, axis=1)
    return scores


def _calibrate(scores: Matrix, labels: Labels) -> Calibration:
    asking = np.array([kind in NEEDS_ANSWER for kind in KINDS])
    kind_temperature = fit_temperature(scores[:, :URGENT], labels.kinds)
    chances = _chances(scores[:, :URGENT] / kind_temperature)[:, asking].sum(axis=1)
    calibration = Calibration(
        kind_temperature=kind_temperature, needs_answer_from=choose_threshold(chances, asking[labels.kinds], beta=RECALL_FAVOURED)
    )
    told = np.flatnonzero(labels.urgent != UNKNOWN)
    if told.size:
        urgent, truth = scores[told, URGENT], labels.urgent[told] == 1
        temperature = fit_binary_temperature(urgent, truth)
        threshold = choose_threshold(1 / (1 + np.exp(-urgent / temperature)), truth, beta=URGENT_RECALL_FAVOURED)
        calibration = calibration._replace(urgent_temperature=temperature, urgent_from=threshold)
    known = np.flatnonzero(labels.topics != UNKNOWN)
    if known.size:
        topics, right = scores[known, URGENT + 1 :], labels.topics[known]
        temperature = fit_temperature(topics, right)
        guesses = _chances(topics / temperature)
        threshold = lowest_for_precision(guesses.max(axis=1), guesses.argmax(axis=1) == right, precision=TOPIC_PRECISION)
        calibration = calibration._replace(topic_temperature=temperature, topic_from=threshold)
    return calibration


def _space(space: str, heads: Heads) -> SpaceWeights:
    columns = [heads.kinds.votes[space], heads.urgent.votes[space][:, 1:] * 2]
    if space in heads.topics.votes:
        columns.append(heads.topics.votes[space])
    return SpaceWeights(SPACE_WEIGHTS[space], heads.idf[space], quantise(np.concatenate(columns, axis=1), np.int8))


def _chances(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return chances
