"""Incidents about one thing as the API shows them."""

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.domain.likeness import Reason
from app.usecases.find_alike import Alike

ALIKE = {"incident_id": 18, "score": 0.93, "reasons": ["same_house", "same_topic", "same_hours"]}


class AlikeOut(BaseModel):
    """Another incident with the chance that it is about the same thing, and what speaks for it, the strongest first."""

    model_config = example(**ALIKE)

    incident_id: int
    score: float
    reasons: list[Reason]

    @classmethod
    def of(cls, alike: Alike) -> "AlikeOut":
        likeness = alike.likeness
        return cls(incident_id=alike.incident_id, score=round(likeness.score, 3), reasons=list(likeness.reasons()))


class AlikeList(BaseModel):
    """The likeliest others, the likeliest first; 10 at most."""

    model_config = example(items=[ALIKE])

    items: list[AlikeOut]
