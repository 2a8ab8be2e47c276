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
WORD_SEED, STEM_SEED, PAIR_SEED = 11, 12, 13


@dataclass(frozen=True, slots=True)
class FoldedText:
    """The texts as tokens between single spaces: folded codes with the number of the text of each."""

    codes: NDArray[np.uint32]
    owners: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Words:
    """Where each word stands: its text, its first place, its length, and running sums from which any prefix is hashed."""

    owners: NDArray[np.intp]
    starts: NDArray[np.intp]
    lengths: NDArray[np.intp]
    sums: NDArray[np.uint32]

    def prefixes(self, letters: int) -> NDArray[np.uint32]:
        """The hash of the first letters of each word, of the whole word where it is shorter."""
        return self.sums[self.starts + np.minimum(self.lengths, letters)] - self.sums[self.starts]


@dataclass(frozen=True, slots=True)
class Grams:
    """Buckets of one sort: a row for each n, a column for each place, `empty` where there is no such gram.

    `owners` gives the text of each place and never decreases.
    """

    buckets: NDArray[np.int32]
    owners: NDArray[np.intp]
    empty: int


def fold(codes: NDArray[np.uint32], owners: NDArray[np.intp], tables: CharacterTables) -> FoldedText:
    """Lower case, one digit for all, symbols apart from words, runs of one character cut, single spaces between."""
    folded = tables.folded[codes]
    kept = folded != 0
    folded, owners = _separate_symbols(folded[kept], owners[kept], tables.symbols[codes[kept]])
    folded = np.append(folded, np.uint32(SPACE))
    owners = np.append(owners, owners[-1:] if owners.size else np.zeros(1, dtype=np.intp))
    kept = np.ones(folded.size, dtype=bool)
    kept[LONGEST_RUN:] = (folded[2:] != folded[1:-1]) | (folded[2:] != folded[:-2])
    kept[1:] &= (folded[1:] != SPACE) | (folded[:-1] != SPACE)
    return FoldedText(folded[kept], owners[kept])


def find_words(text: FoldedText) -> Words:
    """Every run of codes between spaces."""
    spaces = text.codes == SPACE
    edges = np.flatnonzero(spaces)
    starts = edges[:-1] + 1
    offsets = np.arange(spaces.size) - np.repeat(edges, np.diff(edges, append=spaces.size)) - 1
    terms = np.where(spaces, np.uint32(0), text.codes * POWERS[np.clip(offsets, 0, LONGEST_WORD - 1)])
    sums = np.concatenate((np.zeros(1, dtype=np.uint32), np.cumsum(terms, dtype=np.uint32)))
    return Words(text.owners[starts], starts, np.diff(edges) - 1, sums)


def letter_grams(text: FoldedText, bits: int) -> Grams:
    """Every run of 2 to 5 codes inside a word, the spaces around the word counted as codes."""
    codes, spaces = text.codes, text.codes == SPACE
    places, empty = codes.size, 1 << bits
    buckets = np.full((LONGEST_GRAM - 1, places), empty, dtype=np.int32)
    hashes, inside = codes, np.ones(places, dtype=bool)
    for length in range(2, min(LONGEST_GRAM, places) + 1):
        end = places - length + 1
        hashes = hashes[:end] * BASE + codes[length - 1 :]
        if length > 2:
            inside = inside[:end] & ~spaces[length - 2 : places - 1]
        buckets[length - 2, :end] = np.where(inside[:end], _bucket(hashes, length, bits), empty)
    owners = text.owners.copy()
    owners[:-1] = np.where(spaces[:-1], text.owners[1:], text.owners[:-1])
    return Grams(buckets, owners, empty)


def word_grams(words: Words, bits: int) -> Grams:
    """Every word, its stem (the first letters) and every pair of neighbouring stems."""
    stems, empty = words.prefixes(STEM_LETTERS), 1 << bits
    pairs = _bucket(stems[:-1] * SPREAD + stems[1:], PAIR_SEED, bits)
    buckets = np.full((3, stems.size), empty, dtype=np.int32)
    buckets[0] = _bucket(words.prefixes(LONGEST_WORD), WORD_SEED, bits)
    buckets[1] = _bucket(stems, STEM_SEED, bits)
    buckets[2, :-1] = np.where(words.owners[:-1] == words.owners[1:], pairs, empty)
    return Grams(buckets, words.owners, empty)


def _bucket(hashes: NDArray[np.uint32], seed: int, bits: int) -> NDArray[np.int32]:
    mixed = (hashes ^ (hashes >> np.uint32(15)) ^ np.uint32(seed * 0x85EBCA6B & 0xFFFFFFFF)) * SPREAD
    return ((mixed ^ (mixed >> np.uint32(13))) * SPREAD >> np.uint32(32 - bits)).astype(np.int32)


def _separate_symbols(
    folded: NDArray[np.uint32], owners: NDArray[np.intp], symbols: NDArray[np.bool_]
) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    meet = np.zeros(folded.size, dtype=np.intp)
    meet[1:] = (symbols[1:] | symbols[:-1]) & (folded[1:] != folded[:-1]) & (folded[1:] != SPACE) & (folded[:-1] != SPACE)
    separated = np.full(folded.size + int(meet.sum()), SPACE, dtype=np.uint32)
    separated[np.arange(folded.size) + np.cumsum(meet)] = folded
    return separated, np.repeat(owners, meet + 1)
