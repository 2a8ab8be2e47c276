"""Why the classifier said what it said."""

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.classifier.explanation import Explanation
from app.domain.verdict import Kind

GUESS = {"code": "heating.no_heat", "confidence": 0.71}
WORD = {"word": "холодные", "weight": 1.9}


class TopicGuessOut(BaseModel):
    """A topic, or a whole group, and how probable it is."""

    model_config = example(**GUESS)

    code: str
    confidence: float


class WordOut(BaseModel):
    """A word as written, and by how much it raises the log-odds of what was said."""

    model_config = example(**WORD)

    word: str
    weight: float


class ExplanationOut(BaseModel):
    """A verdict with its three likeliest topics and the words that spoke most for it."""

    model_config = example(
        kind="complaint", confidence=0.93, unsure=False, urgent=False, topics=[GUESS], words=[WORD], model="linear-0123456789"
    )

    kind: Kind
    confidence: float
    unsure: bool
    urgent: bool
    topics: list[TopicGuessOut]
    words: list[WordOut]
    model: str

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationOut":
        """The shape of an explanation."""
        verdict = explanation.verdict
        return cls(
            kind=verdict.kind,
            confidence=verdict.confidence,
            unsure=verdict.unsure,
            urgent=verdict.urgent,
            topics=[TopicGuessOut(code=guess.code, confidence=guess.confidence) for guess in verdict.topics],
            words=[WordOut(word=one.word, weight=one.weight) for one in explanation.words],
            model=verdict.model,
        )
