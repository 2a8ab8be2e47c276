"""Finds texts that repeat others almost word for word: a corpus full of them measures memory, not understanding."""

from collections import defaultdict
from collections.abc import Sequence

from app.classifier.examples import Example

SHINGLE = 5
SHORTEST = 25
ALIKE = 0.7


def share_of_near_duplicates(examples: Sequence[Example]) -> float:
    """The share, among texts of 25 characters and more, of those that share 70 % of their 5-character pieces with an earlier one."""
    texts = [text for example in examples if len(text := _normalise(example.text.text)) >= SHORTEST]
    by_shingle: defaultdict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    repeated = 0
    for number, text in enumerate(texts):
        shingles = {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}
        shared: defaultdict[int, int] = defaultdict(int)
        for shingle in shingles:
            for earlier in by_shingle[shingle]:
                shared[earlier] += 1
            by_shingle[shingle].append(number)
        repeated += any(count >= ALIKE * (len(shingles) + sizes[earlier] - count) for earlier, count in shared.items())
        sizes.append(len(shingles))
    return repeated / max(len(texts), 1)


def _normalise(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())
