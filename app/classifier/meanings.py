"""What words mean, as short vectors learned from news and from sentences by others: words that no example held still say something."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from app.classifier.grams import LONGEST_WORD, Words
from app.classifier.lexicon import WHOLE
from app.classifier.plain_arrays import parse_arrays

MAGIC = "OTKLIK-MEANINGS"
FORMAT = 1
SHIPPED = "words.meanings"
BEGINNINGS = (8, 6, 5)
"""How many first letters of an unknown word are looked up, the most telling beginning first."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """Sorted hashes of words and beginnings, the row of each, and the rows: vectors that count less the commoner the word.

    `checksum` tells vectors from others: a model is only as good as those that it learned with.
    """

    hashes: NDArray[np.uint32]
    rows: NDArray[np.uint32]
    vectors: NDArray[np.float32]
    checksum: str

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.vectors.shape[1])

    def of_texts(self, words: Words, texts: int) -> NDArray[np.float32]:
        """A row of length 1 for each text, the direction of its words' sum; of zeros where no word is known."""
        found = self._find(words.prefixes(LONGEST_WORD) ^ WHOLE)
        for letters in BEGINNINGS:
            open_ = np.flatnonzero((found < 0) & (words.lengths >= letters))
            found[open_] = self._find(words.prefixes(letters)[open_])
        known = np.flatnonzero(found >= 0)
        sums = np.zeros((texts, self.size), dtype=np.float32)
        if known.size:
            owners = words.owners[known]
            firsts = np.flatnonzero(np.diff(owners, prepend=-1))
            sums[owners[firsts]] = np.add.reduceat(self.vectors[found[known]], firsts, axis=0)
        lengths = np.sqrt(np.square(sums).sum(axis=1, keepdims=True))
        directions: NDArray[np.float32] = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return directions

    def _find(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[places] == hashes, self.rows[places].astype(np.int64), -1)


@cache
def shipped_meanings() -> Meanings:
    """The vectors that come with this release."""
    contents = parse_arrays(resources.files("app.classifier").joinpath("model", SHIPPED).read_bytes(), SHIPPED, MAGIC, FORMAT)
    hashes, rows, steps, values = contents.arrays
    return Meanings(hashes, rows, values * steps, contents.checksum)
