"""What a text shows beside its words: length, marks, shouting, emoji, questions, and what its words hint at."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.classifier.characters import CharacterClass as Class
from app.classifier.grams import FoldedText, Words
from app.classifier.lexicon import Lexicon

WORD_BOUNDS = (0, 1, 3, 6, 12, 25, 60, 1_000_000)
SHOUTING_FROM_LETTERS = 6
COUNTED = (
    Class.EXCLAMATION,
    Class.QUESTION,
    Class.OPENING,
    Class.CLOSING,
    Class.EMOJI,
    Class.PLUS,
    Class.DIGIT,
    Class.LINK,
    Class.LATIN,
    Class.MARK,
)
HIGHEST_COUNT = 16
HINT_WEIGHT = 0.3
FLAG_WEIGHT = 0.5
SPOILING_THANKS = ("trouble", "contrast", "lacking", "lasting")


def count_classes(classes: NDArray[np.uint8], owners: NDArray[np.intp], texts: int) -> NDArray[np.float32]:
    """How many characters of each class each text has."""
    counts = np.bincount(owners * len(Class) + classes, minlength=texts * len(Class))
    return counts.reshape(texts, len(Class)).astype(np.float32)


def letters_of(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """How many letters and digits each text has: none means a sticker, emoji or marks."""
    letters: NDArray[np.float32] = counts[:, [Class.LOWER, Class.UPPER, Class.LATIN, Class.DIGIT, Class.PLUS]].sum(axis=1)
    return letters


def measure_form(counts: NDArray[np.float32], folded: FoldedText, words: Words) -> NDArray[np.float32]:
    """A row for each text: its length, what of each mark it has, whether it shouts, whether it ends in a question."""
    texts = len(counts)
    length = np.bincount(words.owners, minlength=texts)
    letters = counts[:, [Class.LOWER, Class.UPPER, Class.LATIN]].sum(axis=1)
    columns = [np.log1p(letters) / 5]
    columns += [(length > low) & (length <= high) for low, high in pairwise(WORD_BOUNDS)]
    columns.append(np.where(letters >= SHOUTING_FROM_LETTERS, counts[:, Class.UPPER] / np.maximum(letters, 1), 0))
    columns += [np.log1p(np.minimum(counts[:, mark], HIGHEST_COUNT)) / 2 for mark in COUNTED]
    columns += [counts[:, Class.QUESTION] > 0, _ends_in_question(folded, words, texts), letters == 0]
    return np.stack([column.astype(np.float32) * np.float32(FLAG_WEIGHT) for column in columns], axis=1)


def measure_hints(words: Words, lexicon: Lexicon, texts: int) -> NDArray[np.float32]:
    """A row for each text: words under each heading, as a count to 2 and as a share; if any names a subject; what spoils its thanks."""
    counts = _count_hints(words, lexicon, texts)
    length = np.maximum(np.bincount(words.owners, minlength=texts), 1)[:, None]
    about = lexicon.under("subject")
    subjects, wishes = counts[:, about].sum(axis=1, keepdims=True), counts[:, ~about].sum(axis=1, keepdims=True)
    columns = [
        np.minimum(counts, 2) * HINT_WEIGHT,
        _share(counts[:, ~about], length),
        _share(subjects, length),
        _share(wishes, length),
        subjects == 0,
        (subjects == 0) & (length > WORD_BOUNDS[3]),
        _spoiled_thanks(counts, lexicon) * FLAG_WEIGHT,
    ]
    return np.concatenate(columns, axis=1, dtype=np.float32)


def measure_subjects(words: Words, lexicon: Lexicon, texts: int) -> NDArray[np.float32]:
    """A row for each text: how many words name each subject, as a count to 2."""
    subjects: NDArray[np.float32] = np.minimum(_count_hints(words, lexicon, texts)[:, lexicon.under("subject")], 2) * np.float32(
        HINT_WEIGHT
    )
    return subjects


def _count_hints(words: Words, lexicon: Lexicon, texts: int) -> NDArray[np.float32]:
    headings, found = len(lexicon.headings), lexicon.match(words)
    hinting = np.flatnonzero(found < len(lexicon.hashes))
    places, under = np.nonzero(lexicon.members[found[hinting]])
    counts = np.bincount(words.owners[hinting[places]] * headings + under, minlength=texts * headings)
    return counts.reshape(texts, headings).astype(np.float32)


def _spoiled_thanks(counts: NDArray[np.float32], lexicon: Lexicon) -> NDArray[np.bool_]:
    thanks = counts[:, lexicon.under("thanks")].any(axis=1)
    spoils = [counts[:, lexicon.under(name)].any(axis=1) for name in SPOILING_THANKS]
    columns = [*spoils, np.sum(spoils, axis=0) == 0, np.sum(spoils, axis=0) > 1]
    return np.stack([thanks & column for column in columns], axis=1)


def _share(counts: NDArray[np.float32], length: NDArray[np.intp]) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = (np.sqrt(np.minimum(counts / length, 1)) * FLAG_WEIGHT).astype(np.float32)
    return shares


def _ends_in_question(folded: FoldedText, words: Words, texts: int) -> NDArray[np.bool_]:
    ends = np.zeros(texts, dtype=bool)
    if words.owners.size:
        lasts = np.flatnonzero(np.diff(words.owners, append=texts))
        ends[words.owners[lasts]] = folded.codes[words.starts[lasts]] == ord("?")
    return ends
