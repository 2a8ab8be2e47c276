"""Words that hint at something wrong, asked for, thanked for, and at each subject: written by hand, matched by hash."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.classifier.characters import character_tables, code_points
from app.classifier.errors import DataRefused
from app.classifier.grams import LONGEST_WORD, Words, find_words, fold

WHOLE = np.uint32(0x5BD1E995)
SHORTEST_ENTRY, LONGEST_ENTRY = 2, 14


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Headings, the sorted hashes of the entries, and which entry stands under which headings (a last row for no entry)."""

    headings: tuple[str, ...]
    hashes: NDArray[np.uint32]
    members: NDArray[np.uint8]

    def under(self, name: str) -> NDArray[np.bool_]:
        """Which headings have this name or begin with it and a space."""
        return np.array([heading == name or heading.startswith(f"{name} ") for heading in self.headings], dtype=bool)

    def match(self, words: Words) -> NDArray[np.intp]:
        """The row of `members` for each word: the whole word first, then its longest beginning."""
        found = self._rows(words.prefixes(LONGEST_WORD) ^ WHOLE)
        for letters in range(LONGEST_ENTRY, SHORTEST_ENTRY - 1, -1):
            open_ = np.flatnonzero((found == len(self.hashes)) & (words.lengths >= letters))
            found[open_] = self._rows(words.prefixes(letters)[open_])
        return found

    def _rows(self, hashes: NDArray[np.uint32]) -> NDArray[np.intp]:
        places = np.searchsorted(self.hashes, hashes)
        same = self.hashes[np.minimum(places, len(self.hashes) - 1)] == hashes
        return np.where(same, places, len(self.hashes))


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon of a text file: headings in brackets, under each its entries; `DataRefused` names file and line."""
    headings: list[str] = []
    entries: dict[str, set[int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("["):
            headings.append(line.strip("[] "))
        elif line and not line.startswith("#"):
            if not headings:
                raise DataRefused(f"{path}:{number}", "entries stand before the first heading")
            for entry in line.split():
                entries.setdefault(entry, set()).add(len(headings) - 1)
    if not entries:
        raise DataRefused(str(path), "the lexicon has no entries")
    return _build(tuple(headings), entries)


def _build(headings: tuple[str, ...], entries: dict[str, set[int]]) -> Lexicon:
    words = find_words(fold(*code_points([entry.rstrip("=") for entry in entries]), character_tables()))
    whole = np.array([entry.endswith("=") for entry in entries])
    hashes = words.prefixes(LONGEST_WORD) ^ np.where(whole, WHOLE, np.uint32(0))
    order = np.argsort(hashes)
    members = np.zeros((len(entries) + 1, len(headings)), dtype=np.uint8)
    for row, headed in enumerate(entries.values()):
        members[row, list(headed)] = 1
    members[:-1] = members[order]
    return Lexicon(headings, hashes[order], members)
