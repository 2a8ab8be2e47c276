"""Replies as the API shows them."""

from datetime import datetime

from pydantic import BaseModel

from app.api.schemas.shape import NamedOut, example
from app.domain.reply import ReplyState
from app.storage.incident_details import ShownReply

REPLY = {
    "id": 5,
    "text": "Отопление восстановлено в 11:20.",
    "state": "sent",
    "written_at": "2026-03-11T11:24:40Z",
    "settled_at": "2026-03-11T11:24:42Z",
    "url": "https://vk.com/wall-7_100?reply=3",
    "error": None,
    "operator": {"id": 3, "name": "Борис"},
}


class ReplyOut(BaseModel):
    """A reply written here: `url` is where it stands (null as that of a message is), `error` why it does not (yet)."""

    model_config = example(**REPLY)

    id: int
    text: str
    state: ReplyState
    written_at: datetime
    settled_at: datetime | None
    url: str | None
    error: str | None
    operator: NamedOut

    @classmethod
    def of(cls, reply: ShownReply) -> "ReplyOut":
        return cls(
            id=reply.id,
            text=reply.text,
            state=reply.state,
            written_at=reply.written_at,
            settled_at=reply.settled_at,
            url=reply.url,
            error=reply.error,
            operator=NamedOut(id=reply.operator.id, name=reply.operator.name),
        )
