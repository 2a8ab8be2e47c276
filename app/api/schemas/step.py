"""What an operator says with a step, and what the log says of all that happened."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, Strict

from app.api.parameters import (
    STORABLE,
    AuthorityInBody,
    IncidentInBody,
    LongText,
    MessageInBody,
    OperatorInBody,
    ShortText,
    TerritoryInBody,
)
from app.api.schemas.shape import NamedOut, example, strict_example
from app.domain.event import EventType
from app.domain.reply import LONGEST
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage.event_feed import FedEvent
from app.storage.events import RecordedEvent


class AssignIn(BaseModel):
    """To whom an incident goes: an operator, an authority, or both."""

    model_config = strict_example(assignee_id=3, authority_id=4)

    assignee_id: OperatorInBody | None = None
    authority_id: AuthorityInBody | None = None


class RejectIn(BaseModel):
    """Why nobody owes an answer."""

    model_config = strict_example(reason="Шутка, не обращение")

    reason: LongText


class ReplyIn(BaseModel):
    """What a worker is to publish under the resident's last question, in the page's own name."""

    model_config = strict_example(text="Анна, здравствуйте! Бригада выехала, тепло вернётся к 18 часам.")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=STORABLE)]


class AnswerIn(BaseModel):
    """The official comment in the incident's thread that answers its resident."""

    model_config = strict_example(message_id=103)

    message_id: MessageInBody


class ReasonIn(BaseModel):
    """A reason, if there is one to give."""

    model_config = strict_example(reason="Житель поблагодарил")

    reason: LongText | None = None


class MergeIn(BaseModel):
    """The incident about the same thing under which this one is to stand."""

    model_config = strict_example(parent_id=12)

    parent_id: IncidentInBody


class PlaceIn(BaseModel):
    """What a place means: an entry of the gazetteer, null for none of them."""

    model_config = strict_example(entry_id=214)

    entry_id: TerritoryInBody | None


class NewPlaceIn(BaseModel):
    """Where it is, in words of the message or of one's own; `entry_id` settles which entry of the gazetteer they mean."""

    model_config = strict_example(words="Лесная 5")

    words: ShortText
    entry_id: TerritoryInBody | None = None


class VerdictIn(BaseModel):
    """What the message is in truth; what is left out stays. Repeating what was said confirms it."""

    model_config = strict_example(kind="complaint", topic="roads.potholes", urgent=False)

    kind: Kind | None = None
    topic: ShortText | None = None
    urgent: Annotated[bool | None, Strict()] = None

    def to_word(self) -> Word:
        """The word that the rules take."""
        return Word(self.kind, self.topic, self.urgent)


EVENT = {
    "id": 31,
    "type": "taken",
    "at": "2026-03-11T09:10:00Z",
    "recorded_at": "2026-03-11T09:10:00Z",
    "actor": {"id": 3, "name": "Борис"},
    "data": {"assignee_id": 3},
}


class EventOut(BaseModel):
    """One entry of an incident's log: `at` is when it happened, `recorded_at` when we learnt it."""

    model_config = example(**EVENT)

    id: int
    type: EventType
    at: datetime
    recorded_at: datetime
    actor: NamedOut | None
    data: dict[str, Any]

    @classmethod
    def of(cls, recorded: RecordedEvent) -> "EventOut":
        return cls(
            id=recorded.id,
            type=recorded.event.type,
            at=recorded.event.at,
            recorded_at=recorded.recorded_at,
            actor=None if recorded.actor_id is None else NamedOut(id=recorded.actor_id, name=recorded.actor_name or ""),
            data=dict(recorded.event.data),
        )


class FedEventOut(EventOut):
    """An entry of the log of the incident that is named."""

    model_config = example(**EVENT, incident_id=17)

    incident_id: int

    @classmethod
    def of_fed(cls, fed: FedEvent) -> "FedEventOut":
        return cls(**dict(EventOut.of(fed.recorded)), incident_id=fed.incident_id)


class EventPage(BaseModel):
    """A part of an incident's log, oldest first."""

    model_config = example(items=[EVENT], next_cursor=None)

    items: list[EventOut]
    next_cursor: str | None
