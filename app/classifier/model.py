"""A fitted linear model: quantised weights, what they mean, and the scores that they give."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.features import Features, Space
from app.classifier.lexicon import Lexicon
from app.domain.verdict import Kind

IDF_STEP = 1 / 16
KINDS = tuple(Kind)
URGENT = len(KINDS)
FIRST_GROUP = URGENT + 1


@dataclass(frozen=True, slots=True)
class Weights:
    """Small integers and the size of one step in each column."""

    steps: NDArray[np.float32]
    values: NDArray[np.int8] | NDArray[np.int16]

    def restore(self) -> NDArray[np.float32]:
        """The weights themselves."""
        restored: NDArray[np.float32] = self.values * self.steps
        return restored


@dataclass(frozen=True, slots=True)
class SpaceWeights:
    """How much a space counts, how telling each of its buckets is (0 = never learned), and what each votes for.

    A space votes for the kinds and `urgent`, and for groups and topics too when it has columns for them.
    """

    weight: float
    idf: NDArray[np.uint8]
    votes: Weights


class Calibration(NamedTuple):
    """Temperatures that make the scores probabilities, and the probabilities from which a decision falls."""

    kind_temperature: float = 1.0
    urgent_temperature: float = 1.0
    group_temperature: float = 1.0
    topic_temperature: float = 1.0
    needs_answer_from: float = 0.5
    urgent_from: float = 0.5
    group_from: float = 0.5
    topic_from: float = 0.5
    sure_from: float = 0.5


class Origin(NamedTuple):
    """What a model learned from: counts, and the digest of the labelled texts."""

    examples: int
    threads: int
    digest: str


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that a model file holds. Spaces vote for everything, traits for the kinds and `urgent`, subjects for groups and topics.

    `topics` stand in the order of their groups, and votes for a topic compare it with those of its group alone. `learned`
    has the numbers of the threads that the model learned from, in order.
    """

    groups: tuple[str, ...]
    topics: tuple[str, ...]
    spaces: tuple[SpaceWeights, ...]
    traits: Weights
    subjects: Weights
    lexicon: Lexicon
    learned: NDArray[np.uint64]
    calibration: Calibration
    origin: Origin


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model unfolded for speed: per space a table of votes whose last column is the squared idf and last row is empty."""

    model: Model
    tables: tuple[NDArray[np.float32], ...] = field(init=False)
    traits: NDArray[np.float32] = field(init=False)
    subjects: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        """Unfolds the tables once."""
        object.__setattr__(self, "tables", tuple(unfold(space.votes, space.idf) for space in self.model.spaces))
        object.__setattr__(self, "traits", self.model.traits.restore())
        object.__setattr__(self, "subjects", self.model.subjects.restore())

    def score(self, features: Features) -> NDArray[np.float32]:
        """A row for each message, a column for each kind, `urgent`, each group and each topic."""
        wishes = np.einsum("mt,tc->mc", features.traits, self.traits)
        scores = np.concatenate((wishes, np.einsum("mt,tc->mc", features.subjects, self.subjects)), axis=1)
        for space, table, weights in zip(features.spaces, self.tables, self.model.spaces, strict=True):
            votes = add_up(space, table) * np.float32(weights.weight)
            scores[:, : votes.shape[1]] += votes[space.rows]
        return scores


def unfold(votes: Weights, steps_of_idf: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A table of votes by bucket, whose last column is the squared idf and last row is empty."""
    idf = (steps_of_idf * np.float32(IDF_STEP))[:, None]
    table = np.concatenate((votes.restore() * idf, idf**2), axis=1)
    return np.concatenate((table, np.zeros((1, table.shape[1]), dtype=np.float32)))


def add_up(space: Space, table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The votes of each distinct text's grams, as if their idf-weighted counts had length 1."""
    sums = np.zeros((space.distinct, table.shape[1]), dtype=np.float32)
    grams = space.grams
    if grams.owners.size:
        votes = np.take(table, grams.buckets[0], axis=0)
        for buckets in grams.buckets[1:]:
            votes += np.take(table, buckets, axis=0)
        firsts = np.flatnonzero(np.diff(grams.owners, prepend=-1))
        sums[grams.owners[firsts]] = np.add.reduceat(votes, firsts, axis=0)
    lengths = np.sqrt(sums[:, -1:])
    return np.divide(sums[:, :-1], lengths, out=np.zeros_like(sums[:, :-1]), where=lengths > 0)
