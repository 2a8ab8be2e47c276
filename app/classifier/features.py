"""Texts as the model sees them: four spaces of hashed grams and a row of traits, the same for learning and for judging."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.characters import character_tables, code_points
from app.classifier.contract import TextInContext
from app.classifier.grams import Grams, find_words, fold, letter_grams, word_grams
from app.classifier.layout import to_cyrillic
from app.classifier.lexicon import Lexicon
from app.classifier.meanings import shipped_meanings
from app.classifier.traits import count_classes, letters_of, measure_form, measure_hints, measure_subjects

LETTER_BITS = 16
WORD_BITS = 15
CONTEXT_BITS = 13
MEANING_WEIGHT = np.float32(0.8)


class Space(NamedTuple):
    """Grams of distinct texts (`distinct` of them), and for each message which of those is its own."""

    grams: Grams
    distinct: int
    rows: NDArray[np.intp]


class Spaces(NamedTuple):
    """Where a message's grams come from; each place has its own weights."""

    letters: Space
    words: Space
    post: Space
    reply_to: Space


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a batch. `traits` tell what a message wants, `subjects` what it and its context are about.

    Both hold the meaning of the message's words and end in a 1.

    `wordless` messages have nothing to read but marks and emoji.
    """

    spaces: Spaces
    traits: NDArray[np.float32]
    subjects: NDArray[np.float32]
    wordless: NDArray[np.bool_]


def read_messages(messages: Sequence[TextInContext], lexicon: Lexicon) -> Features:
    """The features of a batch; a post or a replied-to text that many messages share is read once."""
    tables, texts = character_tables(), len(messages)
    codes, owners = code_points([to_cyrillic(message.text) for message in messages])
    counts = count_classes(tables.classes[codes], owners, texts)
    folded = fold(codes, owners, tables)
    words = find_words(folded)
    post, post_subjects = _read_contexts([message.post or "" for message in messages], lexicon)
    reply_to, reply_subjects = _read_contexts([message.reply_to or "" for message in messages], lexicon)
    replies = np.array([message.reply_to is not None for message in messages], dtype=np.float32)
    place = np.stack((replies, np.ones_like(replies)), axis=1)
    meanings = shipped_meanings().of_texts(words, texts) * MEANING_WEIGHT
    traits = (measure_form(counts, folded, words), measure_hints(words, lexicon, texts), meanings, place)
    subjects = (measure_subjects(words, lexicon, texts), post_subjects, reply_subjects, meanings, place[:, 1:])
    each = np.arange(texts)
    letters = Space(letter_grams(folded, LETTER_BITS), texts, each)
    spaces = Spaces(letters, Space(word_grams(words, WORD_BITS), texts, each), post, reply_to)
    return Features(spaces, np.concatenate(traits, axis=1), np.concatenate(subjects, axis=1), letters_of(counts) == 0)


def _read_contexts(contexts: Sequence[str], lexicon: Lexicon) -> tuple[Space, NDArray[np.float32]]:
    numbers = {context: number for number, context in enumerate(dict.fromkeys(contexts))}
    words = find_words(fold(*code_points(list(numbers)), character_tables()))
    rows = np.array([numbers[context] for context in contexts], dtype=np.intp)
    return Space(word_grams(words, CONTEXT_BITS), len(numbers), rows), measure_subjects(words, lexicon, len(numbers))[rows]
