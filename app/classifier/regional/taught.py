"""Texts that a region labelled: in our words, in its own, or in both."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.classifier.contract import TextInContext
from app.classifier.examples import is_held_out
from app.domain.verdict import Kind


class Own(StrEnum):
    """What a region names in its own words."""

    CATEGORY = "category"
    THEME = "theme"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Taught:
    """A text with what was said of it; `topic` is a code of ours, `own` what the region calls it. What nobody said is missing."""

    text: TextInContext
    kind: Kind | None = None
    topic: str | None = None
    own: tuple[tuple[Own, str], ...] = field(default=())
    urgent: bool | None = None

    @property
    def thread(self) -> str:
        """What the text is kept apart by: the same text is never both learnt from and measured on."""
        return thread_of(self.text.text)

    @property
    def held_out(self) -> bool:
        """Whether the text belongs to the part that judges models and teaches none."""
        return is_held_out(self.thread)

    def label(self, own: Own) -> str | None:
        """What the region calls the text."""
        return dict(self.own).get(own)


def thread_of(text: str) -> str:
    """The name under which a table's text is split."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(examples: Iterable[Taught]) -> str:
    """SHA-256 over all texts and labels in any order."""
    lines = sorted(repr((one.text, str(one.kind), one.topic, one.own, *(() if one.urgent is None else (one.urgent,)))) for one in examples)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
