"""What the classifier said of a message."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the writer wants, read with the post above."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    THANKS = "thanks"
    OTHER = "other"


NEEDS_ANSWER = frozenset({Kind.COMPLAINT, Kind.QUESTION, Kind.SUGGESTION})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind and a topic with their calibrated probabilities; `model` names the model that judged."""

    kind: Kind
    confidence: float
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str

    @property
    def needs_answer(self) -> bool:
        """Whether an authority must answer a message of this kind."""
        return self.kind in NEEDS_ANSWER
