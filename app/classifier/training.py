"""Fits a model: the same examples give the same file to the byte, whatever their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.classifier.design import Design, Rows, build_design, measure_idf
from app.classifier.examples import PARTS, Example, digest, part_of, thread_number
from app.classifier.features import read_messages
from app.classifier.heads import SPACES, Head, Matrix, Sight, fit_head, join_heads, weigh_spaces
from app.classifier.labels import UNKNOWN, Classes, Labels, add_phrases, read_labels, take_labels
from app.classifier.lexicon import Lexicon, read_lexicon
from app.classifier.model import KINDS, Model, Origin, SpaceWeights
from app.classifier.phrases import shipped_phrases
from app.classifier.quantising import quantise
from app.classifier.scoring import calibrate
from app.classifier.subjects import groups_of

SPACE_WEIGHTS = {"letters": 0.8, "words": 0.6, "post": 0.2, "reply_to": 0.5}
EVERYWHERE = {"letters": 1.0, "words": 1.0, "post": 1.0, "reply_to": 1.0}
WISH_SIGHT = Sight(EVERYWHERE, measures=1.0, freedom=10.0, tolerance=0.01, evening=0.25)
SUBJECT_SIGHT = Sight({"words": 1.5, "post": 4.0, "reply_to": 2.0}, measures=2.5, freedom=2.0, tolerance=0.005, evening=0.5)
FEWEST_URGENT = 10
ENOUGH_TO_CALIBRATE = 5_000
"""Messages scored by models that had not seen them: temperatures and thresholds are a dozen numbers."""
PHRASE_WORTH = 1.0
"""How much a phrase of the taxonomy counts beside a labelled message."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What is learned from one set of rows; `topics` tells apart those of one group."""

    idf: dict[str, NDArray[np.uint8]]
    kinds: Head
    urgent: Head
    groups: Head
    topics: Head


def shipped_lexicon() -> Lexicon:
    """The lexicon that comes with this release."""
    with resources.as_file(resources.files("app.classifier").joinpath("model", "lexicon.txt")) as path:
        return read_lexicon(Path(path))


def train(
    examples: Sequence[Example],
    lexicon: Lexicon | None = None,
    phrases: Sequence[Example] | None = None,
    on_share: Callable[[float], None] = lambda share: None,
) -> Model:
    """A model fitted on all examples given, calibrated on scores from models that had not seen the scored threads.

    The heads of subjects learn from `phrases` too, by default those that ship, as far as the examples show their topics.
    `on_share` hears what share of the fitting is done since it was called last.
    """
    ordered = sorted(examples, key=repr)
    labels = read_labels(ordered)
    lexicon = lexicon or shipped_lexicon()
    hints = [phrase for phrase in (shipped_phrases() if phrases is None else phrases) if phrase.topic in labels.topic_names]
    design = build_design(read_messages([example.text for example in [*ordered, *hints]], lexicon))
    lessons = add_phrases(labels, hints)
    parts = np.array([part_of(example.thread, "calibration") for example in ordered])
    unseen = _parts_to_score(parts)
    scored, scores = _score_unseen(design, lessons, parts, unseen, lambda: on_share(1 / (len(unseen) + 1)))
    calibration = calibrate(scores, take_labels(labels, scored))
    heads = _fit(design, lessons, np.arange(len(lessons.kinds)), len(ordered))
    on_share(1 / (len(unseen) + 1))
    threads = np.unique(np.array([thread_number(example.thread) for example in ordered], dtype=np.uint64))
    origin = Origin(len(ordered), len(threads), digest(ordered))
    traits = quantise(np.concatenate((heads.kinds.measures, _difference(heads.urgent.measures)), axis=1), np.int16)
    subjects = quantise(np.concatenate((heads.groups.measures, heads.topics.measures), axis=1), np.int16)
    spaces = tuple(_space(space, heads) for space in SPACES)
    return Model(labels.group_names, labels.topic_names, spaces, traits, subjects, lexicon, threads, calibration, origin)


def _fit(design: Design, labels: Labels, rows: Rows, messages: int) -> Heads:
    """The heads learned from some rows, of which those from number `messages` on are phrases."""
    worth = np.where(rows < messages, 1.0, PHRASE_WORTH)
    idf = {space: measure_idf(counts[rows]) for space, counts in zip(SPACES, design.counts, strict=True)}
    parts = weigh_spaces(design, rows, idf, SPACE_WEIGHTS)

    def fit(classes: Classes, count: int, measures: Matrix, sight: Sight) -> Head:
        known = np.flatnonzero(classes != UNKNOWN)
        spaces = {space: part[known] for space, part in parts.items()}
        return fit_head(spaces, measures[rows][known], classes[known], worth[known], count, sight)

    def fit_topics() -> Head:
        heads = {}
        group_of_topic = groups_of(labels.topic_names, labels.group_names)
        for group in range(len(labels.group_names)):
            numbers = np.flatnonzero(group_of_topic == group)
            places = np.full(len(labels.topic_names) + 1, UNKNOWN)
            places[numbers] = np.arange(len(numbers))
            heads[tuple(numbers.tolist())] = fit(places[labels.topics[rows]], len(numbers), design.subjects, SUBJECT_SIGHT)
        return join_heads(heads or {(): fit(labels.topics[rows], 0, design.subjects, SUBJECT_SIGHT)}, len(labels.topic_names))

    urgent = labels.urgent[rows] if int((labels.urgent[rows] == 1).sum()) >= FEWEST_URGENT else np.zeros_like(rows)
    return Heads(
        idf,
        fit(labels.kinds[rows], len(KINDS), design.traits, WISH_SIGHT),
        fit(urgent, 2, design.traits, WISH_SIGHT),
        fit(labels.groups[rows], len(labels.group_names), design.subjects, SUBJECT_SIGHT),
        fit_topics(),
    )


def _parts_to_score(parts: NDArray[np.intp]) -> list[Rows]:
    """The messages of each part in turn, until they are enough."""
    found: list[Rows] = []
    for part in range(PARTS):
        unseen = np.flatnonzero(parts == part)
        if unseen.size and unseen.size < len(parts) and sum(one.size for one in found) < ENOUGH_TO_CALIBRATE:
            found.append(unseen)
    return found


def _score_unseen(
    design: Design, labels: Labels, parts: NDArray[np.intp], unseen_parts: Sequence[Rows], on_part: Callable[[], None]
) -> tuple[Rows, Matrix]:
    """The messages of the parts with their scores from models that had not seen that part."""
    columns = len(KINDS) + 1 + len(labels.group_names) + len(labels.topic_names)
    phrases = np.arange(len(parts), len(labels.kinds))
    rows, scores = np.zeros(0, dtype=np.intp), np.zeros((0, columns))
    for unseen in unseen_parts:
        heads = _fit(design, labels, np.concatenate((np.flatnonzero(parts != parts[unseen[0]]), phrases)), len(parts))
        parts_unseen, traits = weigh_spaces(design, unseen, heads.idf, SPACE_WEIGHTS), design.traits[unseen]
        scored = (
            heads.kinds.score(parts_unseen, traits),
            _difference(heads.urgent.score(parts_unseen, traits)),
            heads.groups.score(parts_unseen, design.subjects[unseen]),
            heads.topics.score(parts_unseen, design.subjects[unseen]),
        )
        rows, scores = np.concatenate((rows, unseen)), np.concatenate((scores, np.concatenate(scored, axis=1)))
        on_part()
    return (rows, scores) if rows.size else (np.arange(len(parts)), np.zeros((len(parts), columns)))


def _space(space: str, heads: Heads) -> SpaceWeights:
    columns = [heads.kinds.votes[space], _difference(heads.urgent.votes[space])]
    if space in heads.groups.votes:
        columns += [heads.groups.votes[space], heads.topics.votes[space]]
    return SpaceWeights(SPACE_WEIGHTS[space], heads.idf[space], quantise(np.concatenate(columns, axis=1), np.int8))


def _difference(yes_and_no: Matrix) -> Matrix:
    return yes_and_no[:, 1:] - yes_and_no[:, :1]
