"""Which class each character is of and what it is folded to, as tables over code points."""

import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST_TEXT = 16_384
LAST_CODE = 0x1FFFF
SPACE = 32
RANGES_LOOKED_UP = (range(0x3000), range(0xFE00, 0x10000), range(0x1F000, 0x1FB00))
SURROGATES = slice(0xD800, 0xE000)
FIRST_PICTURE = 0x2190


class CharacterClass(IntEnum):
    """What a character tells of a text beside its letters."""

    SPACE = 0
    MARK = 1
    LOWER = 2
    UPPER = 3
    LATIN = 4
    DIGIT = 5
    EXCLAMATION = 6
    QUESTION = 7
    OPENING = 8
    CLOSING = 9
    EMOJI = 10
    PLUS = 11
    LINK = 12
    DROPPED = 13


SYMBOLS = {
    "!": CharacterClass.EXCLAMATION,
    "?": CharacterClass.QUESTION,
    "(": CharacterClass.OPENING,
    ")": CharacterClass.CLOSING,
    "+": CharacterClass.PLUS,
}
LINK_SIGNS = "@/#"


class CharacterTables(NamedTuple):
    """By code point up to `LAST_CODE`: the class, the folded code (0 = dropped), whether the character is a symbol."""

    classes: NDArray[np.uint8]
    folded: NDArray[np.uint32]
    symbols: NDArray[np.bool_]


@cache
def character_tables() -> CharacterTables:
    """The tables, built once; what no range looks up counts as a letter of a foreign script."""
    classes = np.full(LAST_CODE + 1, CharacterClass.LOWER, dtype=np.uint8)
    folded = np.arange(LAST_CODE + 1, dtype=np.uint32)
    for codes in RANGES_LOOKED_UP:
        for code in codes:
            classes[code], folded[code] = _class_and_fold(chr(code))
    for outside in (SURROGATES, slice(LAST_CODE, None)):
        classes[outside], folded[outside] = CharacterClass.MARK, SPACE
    symbols = np.isin(classes, [*SYMBOLS.values(), CharacterClass.EMOJI])
    return CharacterTables(classes, folded, symbols)


def code_points(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """All texts as one array, each behind one space, and the number of the text that each code belongs to."""
    cut = [unicodedata.normalize("NFC", text[:LONGEST_TEXT]) for text in texts]
    codes = np.frombuffer(" ".join(["", *cut]).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    owners = np.repeat(np.arange(len(cut)), [len(text) + 1 for text in cut])
    return np.minimum(codes, LAST_CODE, out=codes), owners


def _class_and_fold(character: str) -> tuple[CharacterClass, int]:
    category = unicodedata.category(character)
    if character in SYMBOLS:
        return SYMBOLS[character], ord(character)
    if character.isdigit():
        return CharacterClass.DIGIT, ord("0")
    if character.isalpha():
        return _letter(character)
    if category in {"Mn", "Me", "Cf", "Sk"} and not character.isascii():
        return CharacterClass.DROPPED, 0
    if category in {"So", "Sm"} and ord(character) >= FIRST_PICTURE:
        return CharacterClass.EMOJI, ord(character)
    if character in LINK_SIGNS:
        return CharacterClass.LINK, SPACE
    return (CharacterClass.SPACE if character.isspace() else CharacterClass.MARK), SPACE


def _letter(character: str) -> tuple[CharacterClass, int]:
    lower = character.lower()
    folded = ord("е") if lower == "ё" else ord(lower[0])
    if character.isascii():
        return CharacterClass.LATIN, folded
    return (CharacterClass.UPPER if character.isupper() else CharacterClass.LOWER), folded
