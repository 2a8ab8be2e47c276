"""Incidents as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.schemas.place import PLACE, PlaceOut
from app.api.schemas.reply import REPLY, ReplyOut
from app.api.schemas.shape import NamedOut, example
from app.api.schemas.turn import ANSWER, TURN, AnswerOut, TurnOut
from app.api.schemas.wait_parts import PartOut
from app.domain.answer import AnswerClass
from app.domain.incident import IncidentStatus
from app.domain.verdict import Kind
from app.domain.working_time import Calendar
from app.storage.incident_details import IncidentDetails, Merged, ShownMessage, ShownSource

SOURCE = {"id": 2, "network": "vk", "name": "Администрация города", "url": "https://vk.com/club7", "official": True}
MESSAGE = {
    "id": 101,
    "network": "vk",
    "url": "https://vk.com/wall-7_100?reply=1",
    "text": "Второй день нет отопления, Лесная 5",
    "author_name": "Анна П.",
    "published_at": "2026-03-11T09:00:00Z",
    "collected_at": "2026-03-11T09:01:10Z",
    "edited_at": None,
    "deleted_at": None,
    "erased_at": None,
}
FIRST_ANSWER = {
    "url": "https://vk.com/wall-7_100?reply=3",
    "text": "Отопление восстановлено в 11:20.",
    "class": "substantive",
    "account": "-7",
    "account_name": "Администрация города",
    "published_at": "2026-03-11T11:25:00Z",
}
INCIDENT = {
    "id": 17,
    "status": "answered",
    "kind": "complaint",
    "topic": "heating",
    "urgent": False,
    "confidence": 0.93,
    "source": SOURCE,
    "message": MESSAGE,
    "published_at": "2026-03-11T09:00:00Z",
    "collected_at": "2026-03-11T09:01:10Z",
    "opened_at": "2026-03-11T09:01:10Z",
    "assigned_at": None,
    "closed_at": None,
    "first_answer_due_at": "2026-03-12T09:00:00Z",
    "first_answered_at": "2026-03-11T11:25:00Z",
    "first_answer": FIRST_ANSWER,
    "time_to_first_answer_seconds": 8700.0,
    "overdue": False,
    "substantive_answer_due_at": None,
    "substantive_overdue": False,
    "authority": {"id": 4, "name": "Городская администрация"},
    "assignee": None,
    "territory": {"id": 12, "name": "город Заречный"},
    "places": [PLACE],
    "parent_id": None,
    "merged": {"count": 2, "unanswered": 1, "earliest_published_at": "2026-03-11T08:40:00Z", "next_due_at": "2026-03-12T08:40:00Z"},
    "version": 3,
}


class SourceOfIncident(BaseModel):
    """The page on which an incident was found."""

    model_config = example(**SOURCE)

    id: int
    network: str
    name: str
    url: str
    official: bool

    @classmethod
    def of(cls, source: ShownSource) -> "SourceOfIncident":
        return cls(id=source.id, network=source.network, name=source.name, url=source.url, official=source.official)


class MessageOfIncident(BaseModel):
    """The resident's message as it stands now; `text` is null when it was gone before we saw it, or was erased.

    `url` is null for a private message, whose address names the person, unless the role works on incidents.
    """

    model_config = example(**MESSAGE)

    id: int
    network: str
    url: str | None
    text: str | None
    author_name: str | None
    published_at: datetime
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    erased_at: datetime | None

    @classmethod
    def of(cls, message: ShownMessage, network: str) -> "MessageOfIncident":
        return cls(
            id=message.id,
            network=network,
            url=message.url,
            text=message.text,
            author_name=message.author_name,
            published_at=message.published_at,
            collected_at=message.collected_at,
            edited_at=message.edited_at,
            deleted_at=message.deleted_at,
            erased_at=message.erased_at,
        )


class FirstAnswerOut(BaseModel):
    """The earliest answer that counts, as it stands now. `class` is that of the version that counted.

    `url` is null as that of the message is.
    """

    model_config = example(**FIRST_ANSWER)

    url: str | None
    text: str | None
    answer_class: AnswerClass = Field(serialization_alias="class")
    account: str | None
    account_name: str | None
    published_at: datetime

    @classmethod
    def of(cls, message: ShownMessage, answer_class: str) -> "FirstAnswerOut":
        return cls(
            url=message.url,
            text=message.text,
            answer_class=AnswerClass(answer_class),
            account=message.author_id,
            account_name=message.author_name,
            published_at=message.published_at,
        )


class MergedOut(BaseModel):
    """What was merged into an incident. Each keeps a clock of its own: `next_due_at` is the earliest deadline of those `unanswered`."""

    model_config = example(count=2, unanswered=1, earliest_published_at="2026-03-11T08:40:00Z", next_due_at="2026-03-12T08:40:00Z")

    count: int
    unanswered: int
    earliest_published_at: datetime
    next_due_at: datetime | None

    @classmethod
    def of(cls, merged: Merged | None) -> "MergedOut | None":
        return None if merged is None else cls(**{name: getattr(merged, name) for name in cls.model_fields})


class IncidentOut(BaseModel):
    """An incident: what a resident wrote, by when it must be answered, and whether it was.

    After an interim answer `substantive_answer_due_at` is the deadline of the full one.
    """

    model_config = example(**INCIDENT)

    id: int
    status: IncidentStatus
    kind: Kind
    topic: str | None
    urgent: bool
    confidence: float | None
    source: SourceOfIncident
    message: MessageOfIncident | None
    published_at: datetime
    collected_at: datetime
    opened_at: datetime
    assigned_at: datetime | None
    closed_at: datetime | None
    first_answer_due_at: datetime | None
    first_answered_at: datetime | None
    first_answer: FirstAnswerOut | None
    time_to_first_answer_seconds: float | None
    overdue: bool
    substantive_answer_due_at: datetime | None
    substantive_overdue: bool
    authority: NamedOut | None
    assignee: NamedOut | None
    territory: NamedOut | None
    places: list[PlaceOut]
    parent_id: int | None
    merged: MergedOut | None
    version: int

    @classmethod
    def of(cls, incident: IncidentDetails, now: datetime) -> "IncidentOut":
        return cls(**_fields(incident, now))


class IncidentDetailsOut(IncidentOut):
    """An incident with its turns, every official message bound to it, and the replies that were written here."""

    model_config = example(**INCIDENT, turns=[TURN], answers=[ANSWER], replies=[REPLY])

    turns: list[TurnOut]
    answers: list[AnswerOut]
    replies: list[ReplyOut]

    @classmethod
    def detailed(cls, incident: IncidentDetails, *, calendar: Calendar, now: datetime) -> "IncidentDetailsOut":
        """The incident as it stands at `now`."""
        turns = [TurnOut.of(turn, PartOut.all_of(incident, turn, calendar=calendar, now=now), now) for turn in incident.turns]
        answers = [AnswerOut.of(answer) for answer in incident.answers]
        return cls(**_fields(incident, now), turns=turns, answers=answers, replies=[ReplyOut.of(reply) for reply in incident.replies])


class IncidentPage(BaseModel):
    """A page of the queue."""

    model_config = example(items=[INCIDENT], next_cursor=None)

    items: list[IncidentOut]
    next_cursor: str | None


def _fields(incident: IncidentDetails, now: datetime) -> dict[str, object]:
    answer, answer_class = incident.first_answer, incident.first_answer_class
    return {
        "id": incident.id,
        "status": incident.status,
        "kind": incident.kind,
        "topic": incident.topic,
        "urgent": incident.urgent,
        "confidence": incident.confidence,
        "source": SourceOfIncident.of(incident.source),
        "message": None if incident.message is None else MessageOfIncident.of(incident.message, incident.source.network),
        "published_at": incident.published_at,
        "collected_at": incident.collected_at,
        "opened_at": incident.opened_at,
        "assigned_at": incident.assigned_at,
        "closed_at": incident.closed_at,
        "first_answer_due_at": incident.first_answer_due_at,
        "first_answered_at": incident.first_answered_at,
        "first_answer": None if answer is None or answer_class is None else FirstAnswerOut.of(answer, answer_class),
        "time_to_first_answer_seconds": incident.time_to_first_answer_seconds,
        "overdue": incident.is_overdue(now),
        "substantive_answer_due_at": incident.substantive_due_at,
        "substantive_overdue": incident.is_substantive_overdue(now),
        "authority": NamedOut.of(incident.authority),
        "assignee": NamedOut.of(incident.assignee),
        "territory": NamedOut.of(incident.territory),
        "places": [PlaceOut.of(place) for place in incident.places],
        "parent_id": incident.parent_id,
        "merged": MergedOut.of(incident.merged),
        "version": incident.version,
    }
