"""What a classifier is to the rest of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TextInContext:
    """A message's text with the post above it and the text that it replies to, where there are such."""

    text: str
    post: str | None = None
    reply_to: str | None = None


class Classifier(Protocol):
    """Judges texts on the CPU: call it in a thread, outside any transaction."""

    @property
    def name(self) -> str:
        """The model's name, as every verdict carries it."""
        ...

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        """One verdict a text, in order; no text makes it raise."""
        ...
