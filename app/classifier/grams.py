"""Hashed words and letter n-grams of many texts at once, over one array of code points.

Every hash is a polynomial in 32-bit wrapping arithmetic: of n neighbouring codes for an n-gram, of all codes for a word.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.classifier.characters import SPACE, CharacterTables

BASE = np.uint32(0x01000193)
SPREAD = np.uint32(0x9E3779B1)
LONGEST_GRAM = 5
STEM_LETTERS = 5
LONGEST_WORD = 32
LONGEST_RUN = 2
POWERS = np.multiply.accumulate(np.full(LONGEST_WORD, BASE, dtype=np.uint32))


@dataclass(frozen=True, slots=True)
class Grams:
    """Buckets of one sort: a row for each n, a column for each place, `empty` where there is no such gram.

    `owners` gives the text of each place and never decreases.
    """

    buckets: NDArray[np.int32]
    owners: NDArray[np.intp]
    empty: int


@dataclass(frozen=True, slots=True)
class FoldedText:
    """The texts as tokens between single spaces: folded codes with the number of the text of each."""

    codes: NDArray[np.uint32]
    owners: NDArray[np.intp]


def fold(codes: NDArray[np.uint32], owners: NDArray[np.intp], tables: CharacterTables) -> FoldedText:
    """Lower case, one digit for all, symbols apart from words, runs of one character cut, single spaces between."""
    folded = tables.folded[codes]
    kept = folded != 0
    folded, owners, symbols = folded[kept], owners[kept], tables.symbols[codes[kept]]
    folded, owners = _separate_symbols(folded, owners, symbols)
    folded = np.append(folded, np.uint32(SPACE))
    owners = np.append(owners, owners[-1:] if owners.size else np.zeros(1, dtype=np.intp))
    kept = np.ones(folded.size, dtype=bool)
    kept[LONGEST_RUN:] = ~((folded[2:] == folded[1:-1]) & (folded[2:] == folded[:-2]))
    kept[1:] &= ~((folded[1:] == SPACE) & (folded[:-1] == SPACE))
    return FoldedText(folded[kept], owners[kept])


def letter_grams(text: FoldedText, bits: int) -> Grams:
    """Every run of 2 to 5 codes inside a word, the spaces around the word counted as codes."""
    codes, spaces = text.codes, text.codes == SPACE
    places, empty = codes.size, 1 << bits
    buckets = np.full((LONGEST_GRAM - 1, places), empty, dtype=np.int32)
    hashes = codes
    inside = np.ones(places, dtype=bool)
    for length in range(2, LONGEST_GRAM + 1):
        end = places - length + 1
        if end <= 0:
            break
        hashes = hashes[:end] * BASE + codes[length - 1 :]
        inside = inside[:end] if length == 2 else inside[:end] & ~spaces[length - 2 : places - 1]
        buckets[length - 2, :end] = np.where(inside, _bucket(hashes, length, bits), empty)
    owners = text.owners.copy()
    owners[:-1] = np.where(spaces[:-1], text.owners[1:], text.owners[:-1])
    return Grams(buckets, owners, empty)


def word_grams(text: FoldedText, bits: int) -> Grams:
    """Every word, its stem (the first letters) and every pair of neighbouring stems."""
    starts, words, stems = hash_words(text)
    owners, empty = text.owners[starts], 1 << bits
    buckets = np.full((3, starts.size), empty, dtype=np.int32)
    if starts.size:
        buckets[0] = _bucket(words, 11, bits)
        buckets[1] = _bucket(stems, 12, bits)
        pairs = _bucket(stems[:-1] * SPREAD + stems[1:], 13, bits)
        buckets[2, :-1] = np.where(owners[:-1] == owners[1:], pairs, empty)
    return Grams(buckets, owners, empty)


def hash_words(text: FoldedText) -> tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.uint32]]:
    spaces = text.codes == SPACE
    places = np.arange(spaces.size)
    offsets = places - np.maximum.accumulate(np.where(spaces, places, 0)) - 1
    starts = np.flatnonzero(~spaces & (offsets == 0))
    if not starts.size:
        none = np.zeros(0, dtype=np.uint32)
        return starts, none, none
    terms = np.where(spaces, np.uint32(0), text.codes * POWERS[np.clip(offsets, 0, LONGEST_WORD - 1)])
    words = np.add.reduceat(terms, starts, dtype=np.uint32)
    stems = np.add.reduceat(np.where(offsets < STEM_LETTERS, terms, np.uint32(0)), starts, dtype=np.uint32)
    return starts, words, stems


def _bucket(hashes: NDArray[np.uint32], seed: int, bits: int) -> NDArray[np.int32]:
    mixed = (hashes ^ (hashes >> np.uint32(15)) ^ np.uint32(seed * 0x85EBCA6B & 0xFFFFFFFF)) * SPREAD
    return ((mixed ^ (mixed >> np.uint32(13))) * SPREAD >> np.uint32(32 - bits)).astype(np.int32)


def _separate_symbols(
    folded: NDArray[np.uint32], owners: NDArray[np.intp], symbols: NDArray[np.bool_]
) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    meet = np.zeros(folded.size, dtype=np.intp)
    meet[1:] = (symbols[1:] | symbols[:-1]) & (folded[1:] != folded[:-1]) & (folded[1:] != SPACE) & (folded[:-1] != SPACE)
    places = np.arange(folded.size) + np.cumsum(meet)
    separated = np.full(folded.size + int(meet.sum()), SPACE, dtype=np.uint32)
    separated[places] = folded
    return separated, np.repeat(owners, meet + 1)
