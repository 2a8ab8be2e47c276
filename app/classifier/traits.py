"""What a text shows beside its words: length, marks, shouting, emoji, whether it asks and where it stands."""


import numpy as np
from numpy.typing import NDArray

from app.classifier.characters import CharacterClass as Class
from app.classifier.characters import CharacterTables, code_points
from app.classifier.grams import fold, hash_words

WORDS_UP_TO = (1, 3, 6, 12, 25, 60)
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
QUESTION_WORDS = ["когда", "где", "куда", "откуда", "как", "какой", "какая", "какое", "какие", "каких", "каком", "какого", "сколько", "кто", "кому", "кого", "чей", "что", "почему", "зачем", "отчего", "ли", "разве", "подскажите", "скажите", "объясните", "поясните"]
LETTERS = (Class.LOWER, Class.UPPER, Class.LATIN)


def question_hashes(tables: CharacterTables) -> NDArray[np.uint32]:
    """The hashes of the words that open questions, sorted."""
    return np.unique(hash_words(fold(*code_points(QUESTION_WORDS), tables)).words)


def count_classes(classes: NDArray[np.uint8], owners: NDArray[np.intp], texts: int) -> NDArray[np.float32]:
    """How many characters of each class each text has."""
    return np.bincount(owners * len(Class) + classes, minlength=texts * len(Class)).reshape(texts, len(Class)).astype(np.float32)
