"""Places as the API shows them."""

from datetime import datetime

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.domain.place import PlaceKind
from app.storage.places import ShownCandidate, ShownPlace

CANDIDATE = {"entry_id": 214, "title": "улица Лесная", "within": "город Заречный", "confidence": 0.91}
PLACE = {
    "number": 1,
    "kind": "address",
    "start": 27,
    "end": 35,
    "surface": "Лесная 5",
    "house": "5",
    "meant": CANDIDATE,
    "candidates": [CANDIDATE],
    "corrected_by": None,
    "corrected_at": None,
    "added": False,
}


class CandidateOut(BaseModel):
    """What a place may be: an entry of the gazetteer, and what that lies in."""

    model_config = example(**CANDIDATE)

    entry_id: int
    title: str
    within: str | None
    confidence: float

    @classmethod
    def of(cls, candidate: ShownCandidate) -> "CandidateOut":
        return cls(**{name: getattr(candidate, name) for name in cls.model_fields})


class PlaceOut(BaseModel):
    """A span of the text in which the incident was found, and what it is held for. Without `meant` a person has to choose.

    One that an operator `added` in words that the text does not have stands at 0 to 0.
    """

    model_config = example(**PLACE)

    number: int
    kind: PlaceKind
    start: int
    end: int
    surface: str
    house: str | None
    meant: CandidateOut | None
    candidates: list[CandidateOut]
    corrected_by: str | None
    corrected_at: datetime | None
    added: bool

    @classmethod
    def of(cls, place: ShownPlace) -> "PlaceOut":
        plain = ("number", "kind", "start", "end", "surface", "house", "corrected_by", "corrected_at", "added")
        meant = None if place.meant is None else CandidateOut.of(place.meant)
        fields = {name: getattr(place, name) for name in plain}
        return cls(**fields, meant=meant, candidates=[CandidateOut.of(one) for one in place.candidates])
