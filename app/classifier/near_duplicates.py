"""Finds texts that repeat others almost word for word: a corpus full of them measures memory, not understanding."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from zlib import crc32

from app.classifier.examples import Example

PIECE = 5
SHORTEST = 25
SKETCH = 24
ALIKE = 0.7
COMMONPLACE = 200


def share_of_near_duplicates(examples: Sequence[Example]) -> float:
    """The share, among texts of 25 letters and more, of those that share about 70 % of their 5-letter pieces with an earlier one.

    Compared are sketches, the pieces with the smallest checksums; a piece of over 200 texts tells nothing.
    """
    texts = [text for example in examples if len(text := _normalise(example.text.text)) >= SHORTEST]
    texts_with: defaultdict[int, list[int]] = defaultdict(list)
    repeated = 0
    for number, text in enumerate(texts):
        sketch = _sketch(text)
        shared = Counter(earlier for piece in sketch for earlier in texts_with[piece] if len(texts_with[piece]) <= COMMONPLACE)
        repeated += max(shared.values(), default=0) >= ALIKE * len(sketch)
        for piece in sketch:
            texts_with[piece].append(number)
    return repeated / max(len(texts), 1)


def _sketch(text: str) -> list[int]:
    return sorted({crc32(text[start : start + PIECE].encode("utf-8", "surrogatepass")) for start in range(len(text) - PIECE + 1)})[:SKETCH]


def _normalise(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())
