"""Messages as the API shows them."""

from datetime import datetime

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.domain.verdict import Kind
from app.storage.collected import CollectedMessage
from app.storage.privacy.marks import Marks
from app.usecases.hide_people import author_within_thread
from connectors.sdk.contract import MessageType

VERDICT = {
    "kind": "complaint",
    "confidence": 0.93,
    "topic": "heating",
    "topic_confidence": 0.88,
    "urgent": False,
    "model": "otklik-2026-03",
}
MESSAGE = {
    "id": 101,
    "network": "vk",
    "type": "comment",
    "url": "https://vk.com/wall-7_100?reply=1",
    "source_id": 2,
    "parent_url": "https://vk.com/wall-7_100",
    "text": "Второй день нет отопления, Лесная 5",
    "author_id": "5f3c0a91d27be684",
    "author_name": "Анна П.",
    "official": False,
    "informal": False,
    "published_at": "2026-03-11T09:00:00Z",
    "collected_at": "2026-03-11T09:01:10Z",
    "edited_at": None,
    "deleted_at": None,
    "erased_at": None,
    "verdict": VERDICT,
    "incident_id": 17,
}


class VerdictOut(BaseModel):
    """What the classifier said of a message."""

    model_config = example(**VERDICT)

    kind: Kind
    confidence: float | None
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str | None


class MessageOut(BaseModel):
    """A collected message. A deleted one keeps its row; its `text` is null if we never saw it.

    Of one that was erased, by term or on request, neither author nor text is left. One is `informal` whose account is registered as
    official, but was not so when it was written: it answers nobody.
    `url` and `parent_url` of a `direct` one name the person: they are null unless the role works on incidents.
    `author_id` is the same for one person within a thread and another one in every other; of pages and bodies it is the network's own.
    """

    model_config = example(**MESSAGE)

    id: int
    network: str
    type: MessageType
    url: str | None
    source_id: int
    parent_url: str | None
    text: str | None
    author_id: str | None
    author_name: str | None
    official: bool
    informal: bool
    published_at: datetime
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    erased_at: datetime | None
    verdict: VerdictOut | None
    incident_id: int | None

    @classmethod
    def of(cls, message: CollectedMessage, marks: Marks) -> "MessageOut":
        return cls(
            id=message.id,
            network=message.network,
            type=_type(message),
            url=message.url,
            source_id=message.source_id,
            parent_url=message.parent_url,
            text=message.text,
            author_id=author_within_thread(marks, message),
            author_name=message.author_name,
            official=message.official,
            informal=message.informal,
            published_at=message.published_at,
            collected_at=message.collected_at,
            edited_at=message.edited_at,
            deleted_at=message.deleted_at,
            erased_at=message.erased_at,
            verdict=_verdict(message),
            incident_id=message.incident_id,
        )


class MessagePage(BaseModel):
    """A page of messages."""

    model_config = example(items=[MESSAGE], next_cursor=None)

    items: list[MessageOut]
    next_cursor: str | None


def _type(message: CollectedMessage) -> MessageType:
    if message.is_direct:
        return MessageType.DIRECT
    return MessageType.POST if message.is_post else MessageType.COMMENT


def _verdict(message: CollectedMessage) -> VerdictOut | None:
    if message.kind is None:
        return None
    return VerdictOut(
        kind=Kind(message.kind),
        confidence=message.confidence,
        topic=message.topic,
        topic_confidence=message.topic_confidence,
        urgent=message.urgent,
        model=message.model,
    )
