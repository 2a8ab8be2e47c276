"""Proposed mass incidents as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.api.parameters import IncidentInBody
from app.api.schemas.queue import PageQuery
from app.api.schemas.shape import example, strict_example
from app.domain.answer import AnswerClass
from app.domain.likeness import Likeness, Reason
from app.domain.mass import MassState
from app.storage.answers import SaidAnswer
from app.usecases.show_mass import ShownMass

SAID: dict[str, Any] = {
    "incident_id": 18,
    "text": "Бригада на месте, воду дадут до 18:00.",
    "url": "https://vk.com/wall-7_100?reply=9",
    "class": "interim",
    "published_at": "2026-03-11T10:40:00Z",
}
PART: dict[str, Any] = {"incident_id": 18, "score": 0.93, "reasons": ["same_place", "same_topic", "same_hours"]}
MASS: dict[str, Any] = {
    "id": 4,
    "state": "open",
    "topic": "water.no_cold",
    "territory": "город Заречный",
    "proposed_at": "2026-03-11T10:20:00Z",
    "changed_at": "2026-03-11T10:50:00Z",
    "decided_at": None,
    "decided_by": None,
    "reason": None,
    "parent_id": 17,
    "incident_ids": [17, 18, 21, 22, 25],
    "parts": [PART],
    "reasons": {"same_topic": 4, "same_place": 3, "same_hours": 4},
    "said": SAID,
}


class MassQuery(PageQuery):
    """Which proposals are wanted: those that wait for a person unless said otherwise."""

    state: MassState = MassState.OPEN


class MassChoiceIn(BaseModel):
    """Which incidents of a proposal are one thing, and under which of them the others are put."""

    model_config = strict_example(parent_id=17, incident_ids=[18, 21, 22])

    parent_id: IncidentInBody
    incident_ids: Annotated[list[IncidentInBody], Field(min_length=1, max_length=1000)]


class SaidOut(BaseModel):
    """What officials have said to one of the incidents: a text that could be said to all. Nothing sends it.

    `url` is null as that of a message is.
    """

    model_config = example(**SAID)

    incident_id: int
    text: str
    url: str | None
    answer_class: AnswerClass = Field(serialization_alias="class")
    published_at: datetime

    @classmethod
    def of(cls, said: SaidAnswer | None) -> "SaidOut | None":
        return None if said is None else cls(**{name: getattr(said, name) for name in cls.model_fields})


class MassPartOut(BaseModel):
    """How alike an incident is to the one under which it would be put."""

    model_config = example(**PART)

    incident_id: int
    score: float
    reasons: list[Reason]

    @classmethod
    def of(cls, incident_id: int, likeness: Likeness) -> "MassPartOut":
        return cls(incident_id=incident_id, score=round(likeness.score, 3), reasons=list(likeness.reasons()))


class MassOut(BaseModel):
    """Incidents that are likely about one thing. `reasons` tells of how many of the `parts` each holds."""

    model_config = example(**MASS)

    id: int
    state: MassState
    topic: str | None
    territory: str | None
    proposed_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    parent_id: int | None
    incident_ids: list[int]
    parts: list[MassPartOut]
    reasons: dict[Reason, int]
    said: SaidOut | None

    @classmethod
    def of(cls, shown: ShownMass) -> "MassOut":
        mass = shown.mass
        return cls(
            id=mass.proposal.id,
            state=mass.proposal.state,
            topic=shown.topic,
            territory=shown.territory,
            proposed_at=mass.proposed_at,
            changed_at=mass.changed_at,
            decided_at=mass.decided_at,
            decided_by=mass.decided_by,
            reason=mass.reason,
            parent_id=shown.parent_id,
            incident_ids=sorted(mass.proposal.incident_ids),
            parts=[MassPartOut.of(key, one) for key, one in sorted(shown.likeness.items())],
            reasons=dict(shown.reasons),
            said=SaidOut.of(shown.said),
        )


class MassPage(BaseModel):
    """A page of proposals, the newest first."""

    model_config = example(items=[MASS], next_cursor=None)

    items: list[MassOut]
    next_cursor: str | None
