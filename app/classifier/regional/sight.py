"""What a region's heads see of a message: its words and letters, its meaning, hints, and what the shipped model says of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.classifier.design import count_grams, measure_idf, weigh
from app.classifier.features import Features, Space
from app.classifier.grams import Grams
from app.classifier.linear import Probabilities
from app.classifier.regional.ridge import likeness

LETTER_BUCKETS = 1 << 13
"""Letter groups share buckets eight to one: that loses nothing here and keeps the file small."""
HINTS, GROUPS, TOPICS, KINDS = np.float32(0.5), np.float32(1.0), np.float32(1.0), np.float32(0.5)
"""By what each part of the measures is multiplied: more is a weaker penalty. Chosen by cross-validation, see the decision on regions."""

Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Sight:
    """The texts that are learnt from: weighed grams and measures in one row each, and how alike every two texts are."""

    seen: sparse.csr_array
    alike: Matrix | None

    def alike_of(self, rows: Rows) -> Matrix | None:
        """How alike some of the texts are."""
        return None if self.alike is None else self.alike[np.ix_(rows, rows)]


@dataclass(frozen=True, slots=True)
class Sights:
    """What heads that shift the shipped chances see (`plain`) and what those of the region's own words see (`full`, with letters).

    `words` and `letters` say how telling each bucket is.
    """

    plain: Sight
    full: Sight
    words: NDArray[np.uint8]
    letters: NDArray[np.uint8]


def look(features: Features, probabilities: Probabilities) -> Sights:
    """All that a region learns from of these messages."""
    words, letters = count_grams(features.spaces.words), count_grams(fold_letters(features.spaces.letters))
    telling_words, telling_letters = measure_idf(words), measure_idf(letters)
    measures = measures_of(features, probabilities).astype(np.float64)
    plain = weigh(words, telling_words, 1.0)
    full = sparse.csr_array(sparse.hstack([plain, weigh(letters, telling_letters, 1.0)], format="csr"))
    return Sights(_sight(plain, measures), _sight(full, measures), telling_words, telling_letters)


def _sight(grams: sparse.csr_array, measures: Matrix) -> Sight:
    seen = sparse.csr_array(sparse.hstack([grams, sparse.csr_array(measures)], format="csr"))
    return Sight(seen, likeness(grams, measures))


def measures_of(features: Features, probabilities: Probabilities) -> NDArray[np.float32]:
    """The measures alone: subjects with meanings, chances of groups, topics and kinds, and a 1."""
    blocks = (
        features.subjects[:, :-1] * HINTS,
        np.sqrt(probabilities.subjects.groups) * GROUPS,
        np.sqrt(probabilities.subjects.topics) * TOPICS,
        probabilities.kinds * KINDS,
        features.subjects[:, -1:],
    )
    return np.concatenate(blocks, axis=1)


def fold_letters(space: Space) -> Space:
    """The letter groups in fewer buckets."""
    buckets = space.grams.buckets
    folded = np.where(buckets == space.grams.empty, np.int32(LETTER_BUCKETS), buckets % np.int32(LETTER_BUCKETS))
    return Space(Grams(folded.astype(np.int32), space.grams.owners, LETTER_BUCKETS), space.distinct, space.rows)


def keep_buckets(space: Space, kept: NDArray[np.int32]) -> Space:
    """The same grams in the buckets that a model keeps, in their order; the others are as if they were not there."""
    places = np.full(space.grams.empty + 1, len(kept), dtype=np.int32)
    places[kept] = np.arange(len(kept))
    return Space(Grams(places[space.grams.buckets], space.grams.owners, len(kept)), space.distinct, space.rows)
