"""Labelled texts, and the split of them that never changes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.classifier.contract import TextInContext
from app.domain.verdict import Kind

PARTS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what a person said of it; `kind`, `urgent` and `topic` (a topic or a whole group) are None where nobody did.

    Examples of one `thread` are never divided between learning and measuring.
    """

    text: TextInContext
    kind: Kind | None
    urgent: bool | None
    topic: str | None
    thread: str
    held_out: bool = False


def part_of(thread: str, salt: str) -> int:
    """The part, 0 to 4, that a thread falls into by its name alone."""
    return thread_number(f"{salt}:{thread}") % PARTS


def thread_number(thread: str) -> int:
    """A 64-bit number that stands for the thread in a model file and in splits."""
    return int.from_bytes(hashlib.sha256(thread.encode("utf-8", "surrogatepass")).digest()[:8])


def is_held_out(thread: str) -> bool:
    """Whether a thread belongs to the test part, about 20 % of all, on which no model is fitted."""
    return part_of(thread, "test") == 0


def digest(examples: Iterable[Example]) -> str:
    """SHA-256 over all texts and labels in any order: two models with the same digest learned from the same data."""
    lines = sorted(repr((example.text, str(example.kind), example.urgent, example.topic, example.thread)) for example in examples)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
