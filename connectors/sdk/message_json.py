"""Messages as JSON, for evidence that a network gave no body for: what was told is kept instead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors.sdk.contract import Author, Message, MessageType, Wall
from connectors.sdk.errors import UnexpectedResponse

MOMENTS = ("published_at", "edited_at")
TUPLES = ("mentions", "attachments")


def write_messages(messages: Sequence[Message]) -> bytes:
    """All fields of each message."""
    return json.dumps([asdict(message) for message in messages], default=datetime.isoformat, separators=(",", ":")).encode()


def read_messages(raw: bytes) -> tuple[Message, ...]:
    """What `write_messages` wrote; `UnexpectedResponse` for anything else."""
    try:
        return tuple(_message(fields) for fields in json.loads(raw))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnexpectedResponse("the messages are not written as this release writes them") from None


def _message(fields: Mapping[str, Any]) -> Message:
    moments = {name: None if fields[name] is None else datetime.fromisoformat(fields[name]) for name in MOMENTS}
    author = None if fields["author"] is None else Author(**fields["author"])
    own = {"type": MessageType(fields["type"]), "wall": Wall(**fields["wall"]), "author": author}
    return Message(**{**fields, **moments, **own, **{name: tuple(fields[name]) for name in TUPLES}})
