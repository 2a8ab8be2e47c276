"""Viber's messages as the core's: each is private, in a dialogue of one person with the bot."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sdk.contract import DIRECT_DIALOGUE, Author, Message, MessageType, PushedChange, PushedNews
from connectors.sdk.fields import LATEST_SECOND, line, mapping, whole
from connectors.viber.account import BotPage

MESSAGE, SENT = "message", "sent"
"""A resident's message; our own, as we keep it (Viber tells nothing of what we have written)."""
TEXT = "text"
OWN_WORDS: Mapping[str, tuple[str, ...]] = {"url": ("media",)}
"""What a person writes themselves beside the text: an address that they send. Other media are Viber's copies, and expire."""
KIND = re.compile(r"[a-z_]{1,30}")
UNKNOWN_KIND = "attachment"
PERSON = re.compile(r"\S{1,100}")
NO_REASON = "Viber gives no reason"


class Malformed(Exception):
    """An event that cannot be read; the text says what is missing."""


def direct(page: BotPage, event: Mapping[str, Any], received_at: datetime) -> PushedNews | None:
    """What a resident writes; what has neither words nor anything attached is nothing."""
    sender, said = mapping(event.get("sender")), mapping(event.get("message"))
    kind = line(said.get("type"))
    if not kind:
        raise Malformed("a message without type")
    text = line(said.get("text")) or next(filter(None, (line(said.get(name)) for name in OWN_WORDS.get(kind, ()))), "")
    kinds = () if kind == TEXT else (kind if KIND.fullmatch(kind) else UNKNOWN_KIND,)
    if not text and not kinds:
        return None
    person = person_of(sender.get("id"))
    author = Author(person, line(sender.get("name")).strip() or None)
    return PushedNews(PushedChange.APPEARED, _message(page, event, person, received_at, author=author, text=text, attachments=kinds))


def sent(page: BotPage, event: Mapping[str, Any], received_at: datetime) -> PushedNews | None:
    """What we have written to a person, in the name of the page."""
    person, author = person_of(event.get("receiver")), Author(page.id, is_community=True)
    own = _message(page, event, person, received_at, author=author, text=line(event.get("text")), mentions=(person,))
    return PushedNews(PushedChange.APPEARED, own)


def undelivered(page: BotPage, event: Mapping[str, Any], received_at: datetime) -> PushedNews | None:
    """What we have written and nobody got."""
    person = person_of(event.get("user_id"))
    stub = _message(page, event, person, received_at, author=None, text=None, deleted=True, undelivered=True)
    return PushedNews(PushedChange.UNDELIVERED, stub, reason=line(event.get("desc")).strip() or NO_REASON)


def person_of(value: Any) -> str:
    """Who stands on the other side: an id that is theirs with this bot only."""
    person = line(value)
    if not PERSON.fullmatch(person):
        raise Malformed("nobody's id")
    return person


def moment(value: Any) -> datetime | None:
    """Unix milliseconds as an aware moment."""
    at = whole(value)
    return datetime.fromtimestamp(at / 1000, UTC) if at is not None and 0 < at < LATEST_SECOND * 1000 else None


def _message(page: BotPage, event: Mapping[str, Any], person: str, received_at: datetime, **said: Any) -> Message:
    number = line(event.get("message_token"))
    if not number:
        raise Malformed("no message_token")
    at = moment(event.get("timestamp")) or received_at
    dialogue = f"{DIRECT_DIALOGUE}{person}"
    return Message(MessageType.DIRECT, number, page.wall, page.private_address(number), at, post_id=dialogue, **said)
