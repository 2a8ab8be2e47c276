"""What the classifier said of a message."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the writer wants, read with the post above."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    THANKS = "thanks"
    OTHER = "other"


NEEDS_ANSWER = frozenset({Kind.COMPLAINT, Kind.QUESTION, Kind.SUGGESTION})


class TopicGuess(NamedTuple):
    """A topic, or a whole group, and how probable it is."""

    code: str
    confidence: float


class OwnGuesses(NamedTuple):
    """The likeliest labels of one kind (category, theme, authority) in the region's own words."""

    name: str
    guesses: tuple[TopicGuess, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind and a topic with their calibrated probabilities; `model` names the model that judged.

    `topic` is the likeliest one where it is likely enough, else its group where that is, else None. `topics` are the three
    likeliest, named or not. `unsure` verdicts are those whose kind is more often wrong than an operator should take on trust.
    `own` is there where a region has taught the model its own words.
    """

    kind: Kind
    confidence: float
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str
    topics: tuple[TopicGuess, ...] = ()
    unsure: bool = False
    own: tuple[OwnGuesses, ...] = ()

    @property
    def needs_answer(self) -> bool:
        """Whether an authority must answer a message of this kind."""
        return self.kind in NEEDS_ANSWER
