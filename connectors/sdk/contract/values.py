"""What passes between the core and a network: pages, messages, and the places where they stand.

Every moment is an aware UTC `datetime` on the network's own clock. Identifiers are strings as the network writes them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

Cursor = NewType("Cursor", str)
"""Where reading goes on: opaque to the core, owned and versioned by the connector."""


class MessageType(StrEnum):
    POST = "post"
    COMMENT = "comment"
    DIRECT = "direct"


DIRECT_DIALOGUE = "direct:"
"""Begins the `post_id` of a private dialogue with the page, followed by the id of the person; it has no post of its own."""


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall of one source. `external_id` is the network's owner id (VK: "-123" for a community)."""

    network: str
    external_id: str


@dataclass(frozen=True, slots=True)
class PostRef:
    """One post of a wall. `external_id` is unique within the wall (VK: "501")."""

    wall: Wall
    external_id: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, and no more of them than an answer needs: the id to recognise them again, the name to address them by.

    A community has the id of its wall (VK: "-123"), so official accounts are recognised by `external_id`.
    """

    external_id: str
    name: str | None = None
    is_community: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A post, a comment or a private message to or from the page, as it stands on the network now.

    A private message has the `post_id` of its dialogue and an address that only those open who may read the page's inbox.

    `external_id` is unique within (wall, type). For a comment, `post_id` names its post, `root_id` the top-level comment
    whose branch it stands in (`None` for a top-level comment), `reply_to_id` the comment it answers, if any.
    `mentions` are the ids of authors that the text addresses. A deleted comment of which the network shows only a stub
    has `deleted=True` and neither author nor text; so has one of ours that came to nobody, and is `undelivered`, too.
    `text` never holds NUL bytes or lone surrogates.
    `attachments` are their kinds only ("photo", "sticker"), never their content.
    Of a post `comments_closed` says that nobody may comment, so that nobody can be answered; `None` where the network does not tell.
    """

    type: MessageType
    external_id: str
    wall: Wall
    url: str
    published_at: datetime
    author: Author | None
    text: str | None
    post_id: str | None = None
    root_id: str | None = None
    reply_to_id: str | None = None
    mentions: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted: bool = False
    undelivered: bool = False
    comment_count: int | None = None
    comments_closed: bool | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """A part of a thread that a page shows completely, so that what we hold and the page lacks has been deleted.

    All comments of `post` on the level under `root_id` (`None`: top level) whose numeric id lies in the closed range
    `first_id`..`last_id` (`None`: open end) are on the page. A reading that stops early covers what it has read. A network
    whose ids are no numbers leaves them open and bounds `published_at` instead: the closed range `first_at`..`last_at`.
    """

    post: PostRef
    root_id: str | None
    first_id: int | None = None
    last_id: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Messages to store, and where reading goes on once they are stored.

    `checkpoint=None` means: store these, but do not move yet (a wall is read newest first, so moving after its first page
    would lose the older ones on a crash). `raw` is the body as received, for evidence and replay; `request` tells the
    connector's own `PageMapper` what it was read for. `skipped` counts the entries that could not be read as messages.
    """

    messages: tuple[Message, ...]
    checkpoint: Cursor | None
    raw: bytes = b""
    method: str = ""
    coverage: tuple[Coverage, ...] = ()
    skipped: int = 0
    request: str = ""


@dataclass(frozen=True, slots=True)
class PostCount:
    """The cheap sign that a thread moved. `message` is the post as it stands now, `None` when the network does not show it."""

    comments: int
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class ResolvedSource:
    """A page found behind a link: its canonical identity and what a registry shows of it."""

    wall: Wall
    name: str
    url: str
    screen_name: str | None = None
    closed: bool = False
    members: int | None = None


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """One event as the network pushed it: known to be the network's own, not yet read.

    `event_id` is the network's key against repeats. `raw` is the event to keep until it is read; it holds no secret.
    `retries` is how often the network had tried to deliver it before, as far as it tells.
    With `asks_confirmation` the network asks nothing to be stored: it wants the code that proves the address to be ours.
    """

    event_id: str
    wall: Wall
    raw: bytes = field(repr=False, default=b"")
    asks_confirmation: bool = False
    retries: int = 0


@dataclass(frozen=True, slots=True)
class PublishedReply:
    """Our reply as it stands on the network.

    `event` tells of it, from a network that cannot be polled and does not push what we have written ourselves: the core
    takes it in like any other event, as nothing else will ever show that the reply is there.
    """

    external_id: str
    url: str
    event: PushedEvent | None = None
