"""The Bot API's shapes, as far as they are read; unknown fields are let be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import LATEST_SECOND, line, mapping, records, whole
from connectors.telegram.api import Answer

PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
"""What a bot is called in a chat that it stands in."""

KINDS = (
    *("animation", "audio", "document", "live_photo", "paid_media", "photo", "sticker", "story", "video", "video_note", "voice"),
    *("checklist", "contact", "dice", "game", "poll", "venue", "location", "rich_message"),
)
"""Fields that are a message's content beside its words; any other without words is the chat's own notice, no message."""
TWINS = {"document": "animation", "location": "venue"}
"""Telegram gives these twice, for old programs."""


class Malformed(Exception):
    """A message that cannot be read; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat. `linked` is a channel's discussion group, or the channel of such a group."""

    id: int
    kind: str
    title: str
    username: str = ""
    linked: int | None = None

    @property
    def is_channel(self) -> bool:
        return self.kind == "channel"

    @property
    def is_group(self) -> bool:
        return self.kind in {"group", "supergroup"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message is from: a chat in whose name it was written, else a person or a bot."""

    id: int
    name: str
    is_chat: bool
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class TelegramMessage:
    """A message. `origin` is the channel's post that an automatic forward repeats: (channel, number, moment)."""

    id: int
    chat: Chat
    at: datetime
    sender: Sender | None
    text: str
    thread: int | None = None
    replied: Mapping[str, Any] = field(default_factory=dict)
    origin: tuple[Chat, int, datetime] | None = None
    is_forwarded: bool = False
    mentions: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    album: str = ""
    edited_at: datetime | None = None
    is_command: bool = False


def read_chat(answer: Answer) -> Chat:
    """The chat that a `getChat` tells of."""
    try:
        return chat_of(mapping(answer.result))
    except Malformed as error:
        raise UnexpectedResponse(f"{answer.method}: {error}") from None


def read_status(answer: Answer) -> str:
    """What a bot is in a chat; a restricted one may also have gone."""
    member = mapping(answer.result)
    status = line(member.get("status"))
    if not status:
        raise UnexpectedResponse(f"{answer.method}: no status in the answer")
    return "left" if status == "restricted" and member.get("is_member") is False else status


def chat_of(fields: Mapping[str, Any]) -> Chat:
    chat_id, kind = whole(fields.get("id")), line(fields.get("type"))
    if not chat_id or not kind:
        raise Malformed("a chat without id or type")
    return Chat(chat_id, kind, line(fields.get("title")), line(fields.get("username")), whole(fields.get("linked_chat_id")))


def message_of(fields: Mapping[str, Any]) -> TelegramMessage:
    """A message as far as it is read; `Malformed` where that is not possible."""
    number, at = whole(fields.get("message_id")), moment(fields.get("date"))
    if not number or at is None:
        raise Malformed("a message without number or date")
    text = line(fields.get("text")) or line(fields.get("caption"))
    entities = records(fields.get("entities")) or records(fields.get("caption_entities"))
    origin = mapping(fields.get("forward_origin"))
    return TelegramMessage(
        number,
        chat_of(mapping(fields.get("chat"))),
        at,
        sender_of(fields),
        text,
        thread=whole(fields.get("message_thread_id")),
        replied=mapping(fields.get("reply_to_message")),
        origin=origin_of(origin) if fields.get("is_automatic_forward") is True else None,
        is_forwarded=bool(origin) and fields.get("is_automatic_forward") is not True,
        mentions=tuple(dict.fromkeys(filter(None, (whole(mapping(one.get("user")).get("id")) for one in entities)))),
        kinds=tuple(kind for kind in KINDS if fields.get(kind) and not fields.get(TWINS.get(kind, ""))),
        album=line(fields.get("media_group_id")),
        edited_at=moment(fields.get("edit_date")),
        is_command=any(one.get("type") == "bot_command" and whole(one.get("length")) == len(text) for one in entities),
    )


def origin_of(fields: Mapping[str, Any]) -> tuple[Chat, int, datetime] | None:
    """The channel's post behind a forward."""
    number, at = whole(fields.get("message_id")), moment(fields.get("date"))
    return None if fields.get("type") != "channel" or not number or at is None else (chat_of(mapping(fields.get("chat"))), number, at)


def sender_of(fields: Mapping[str, Any]) -> Sender | None:
    """Anonymous administrators and channels write in the name of a chat; the person then given beside it is a stand-in."""
    chat, person = mapping(fields.get("sender_chat")), mapping(fields.get("from"))
    if chat:
        shown = chat_of(chat)
        return Sender(shown.id, shown.title, is_chat=True)
    number = whole(person.get("id"))
    if not number:
        return None
    name = " ".join(filter(None, (line(person.get("first_name")).strip(), line(person.get("last_name")).strip())))
    return Sender(number, name, is_chat=False, is_bot=person.get("is_bot") is True)


def moment(value: Any) -> datetime | None:
    """Unix seconds as an aware moment."""
    second = whole(value)
    return datetime.fromtimestamp(second, UTC) if second is not None and 0 < second < LATEST_SECOND else None
