"""Messages as the rules see them: facts of one conversation, without any network's shapes.

A conversation is what one resident and the officials write to each other under one post.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

MessageId = NewType("MessageId", int)


@dataclass(frozen=True, slots=True)
class Presence:
    """When a message was there. `deleted_at` is the first poll that missed it, `last_seen_at` the last that saw it before."""

    last_seen_at: datetime
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """A resident's message that wants an answer, or wanted one until an operator `dismissed` it."""

    message_id: MessageId
    published_at: datetime
    collected_at: datetime
    urgent: bool = False
    gone: Presence | None = None
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class Commenting:
    """Whether comments can be written in a thread: `closed` or not since the reading that first saw it so."""

    closed: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class ThreadText:
    """An official text under a post with what ties it to others, as it stood in its first version."""

    message_id: MessageId
    external_id: str
    reply_to_id: str | None
    root_id: str | None
    mentions: tuple[str, ...]
