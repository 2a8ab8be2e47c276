"""How long what people wrote is kept: talk for a shorter time than questions and what belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

UNKNOWN_AUTHOR = "~"
"""Begins what stands for a person who is known no more; no network gives out such an id. Alone it stands for just anybody."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Whose last word is older, that is erased; `None`: nothing is."""

    talk: datetime | None
    asked: datetime | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long words are kept after the last of them. `None` for what was asked: for good; for talk: as long as what was asked.

    `received` is how long the networks' answers are kept, which other hands throw away.
    """

    talk: timedelta | None = None
    asked: timedelta | None = None
    received: timedelta | None = None

    def cutoffs(self, now: datetime) -> Cutoffs:
        """The terms as moments; talk never outlives what was asked."""
        talk = min((term for term in (self.talk, self.asked) if term is not None), default=None)
        return Cutoffs(None if talk is None else now - talk, None if self.asked is None else now - self.asked)


class Part(NamedTuple):
    """What one person wrote in one thread. `was_asked`: an incident was opened for it, or an operator said what it is.

    `last_word_at` is when we last heard of it: of a message, an edit, an answer, an operator's step.
    """

    source_id: int
    post_id: str
    author_id: str
    last_word_at: datetime
    was_asked: bool


def divide(parts: Sequence[Part], cutoffs: Cutoffs, *, most: int) -> tuple[list[Part], list[Part]]:
    """What is erased now, the longest silent first, so many parts at most; and what stays for the time being."""
    due: list[Part] = []
    kept: list[Part] = []
    for part in sorted(parts, key=lambda one: (one.last_word_at, one.source_id, one.post_id, one.author_id)):
        before = cutoffs.asked if part.was_asked else cutoffs.talk
        is_due = before is not None and part.last_word_at < before and len(due) < most
        (due if is_due else kept).append(part)
    return due, kept
