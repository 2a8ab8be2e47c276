"""The contract between the core and a network: values, and one small Protocol per capability.

What a connector can do is derived from the Protocols that its class satisfies (`capabilities`), so no flag can lie.
Every moment is an aware UTC `datetime` on the network's own clock. Identifiers are strings as the network writes them.
"""

import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, Protocol, runtime_checkable

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
    has `deleted=True` and neither author nor text. `text` never holds NUL bytes or lone surrogates.
    `attachments` are their kinds only ("photo", "sticker"), never their content.
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
    comment_count: int | None = None
    comments_closed: bool = False


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
class PublishedReply:
    """Our reply as it stands on the network."""

    external_id: str
    url: str


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


class PushedChange(StrEnum):
    """What an event says has happened to its message."""

    APPEARED = "appeared"
    EDITED = "edited"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class PushedNews:
    """What an event tells. `message` is as it stood when the event was made; of a deleted one it is a stub."""

    change: PushedChange
    message: Message


@dataclass(frozen=True, slots=True)
class Credential:
    """A decrypted secret on its way to the network; its `repr` shows only its name."""

    kind: str
    name: str
    secret: str = field(repr=False)


class CallLedger(Protocol):
    """The right to make calls, kept for all workers of all hosts together: who may call what, how fast, how much is left today."""

    def call(self, method: str, credentials: Sequence[Credential]) -> AbstractAsyncContextManager[Credential]:
        """Waits for a free place among the calls per second of one of the credentials, and holds it until the call has ended.

        Gives, of the first kind in the sequence of which any may call the method, the credential with most calls left today.
        A `ConnectorError` that leaves the block is the network's word on that credential (`connectors.sdk.refusals`), and is
        remembered for everybody. When none may call now, what is remembered of the one that may soonest is raised.
        """


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What the core hands a connector at its making. `observe` counts each call: (method, outcome, seconds)."""

    base_url: str
    credentials: Sequence[Credential]
    ledger: CallLedger = field(repr=False)
    now: Callable[[], datetime]
    observe: Callable[[str, str, float], None] = field(default=lambda method, outcome, seconds: None)


class Connector(Protocol):
    """Base of every connector; further Protocols below are its capabilities."""

    network: str

    async def close(self) -> None:
        """Gives back connections; the connector is not used afterwards."""


@runtime_checkable
class SourceResolver(Protocol):
    async def resolve(self, link: str) -> ResolvedSource:
        """The page behind a link in any form that people write it.

        Raises `InvalidLink` for what is no link of this network, `SourceGone` for a page that is not there.
        """


@runtime_checkable
class PostReader(Protocol):
    def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        """Posts published since the cursor, the closed range with overlap; without one, since `not_before`."""


@runtime_checkable
class CommentReader(Protocol):
    def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        """Comments of a post that are new, edited or gone since the cursor; all of them without one.

        Every page but the last may carry `checkpoint=None`; a reader stopped at any page and started again from the
        last checkpoint yields everything it had not yet yielded.
        """


@runtime_checkable
class PageMapper(Protocol):
    def map_page(self, method: str, request: str, raw: bytes) -> Page:
        """Pure: the page read as `raw`, as we would make it today, without a checkpoint; `UnexpectedResponse` if it cannot be made."""


@runtime_checkable
class CommentCounter(Protocol):
    count_batch_size: int

    async def count_comments(self, posts: Sequence[PostRef]) -> Mapping[PostRef, PostCount | None]:
        """Counters of up to `count_batch_size` posts of any walls in one call; `None` for a post that is gone.

        A post that is left out could not be read this time, and nothing may be said of it.
        """


@runtime_checkable
class ReplyPublisher(Protocol):
    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """Publishes under `to`. `reply_id` is our outbox id and the network's idempotency key where it has one.

        Raises `ReplyRejected`, or `OutcomeUnknown` when the call left us and no answer came.
        """


@runtime_checkable
class EventReader(Protocol):
    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        """Pure: what an event kept as `PushedEvent.raw` tells; `None` for one of no interest.

        `received_at` dates what the network leaves undated. Raises `UnexpectedResponse` for a shape that we do not know.
        """


@runtime_checkable
class WebhookReceiver(EventReader, Protocol):
    acknowledgement: str
    """The body by which the network sees that an event has arrived."""

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
        """Pure: verifies the signature or secret in constant time and tells which event it is.

        Raises `AuthenticationFailed` for a wrong secret, `UnexpectedResponse` for a body that is no event.
        """


@dataclass(frozen=True, slots=True)
class Updates:
    """Events fetched by long polling and where fetching goes on. With `lost` the network says that earlier ones are gone."""

    events: tuple[PushedEvent, ...]
    cursor: Cursor
    lost: bool = False


@runtime_checkable
class UpdateReceiver(EventReader, Protocol):
    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        """The events since the cursor, waited for as long as the network lets a call stand open; from now on without one."""


@runtime_checkable
class PushSetter(Protocol):
    """Tells the network, in the name of the page, to push its events. Needs a credential of that page with the right to."""

    async def confirmation_code(self, wall: Wall) -> str:
        """What the network wants to read at our address as a proof that it is ours."""

    async def open_callback(self, wall: Wall, address: str, *, secret: str, direct_messages: bool) -> str:
        """Has the page's events sent to the address from now on; the network's own name of this channel."""

    async def callback_state(self, wall: Wall, server: str) -> str:
        """What the network says of the channel, in its own word; "" when it does not know it."""

    async def close_callback(self, wall: Wall, server: str) -> None:
        """Has the network send nothing more there."""

    async def open_long_poll(self, wall: Wall, *, direct_messages: bool) -> None:
        """Has the network keep the page's events for `wait_for_updates`."""


@runtime_checkable
class AuthorNamer(Protocol):
    async def name_authors(self, authors: Collection[str]) -> Mapping[str, str]:
        """Names by author id, for events that leave them out; who cannot be named is left out."""


@runtime_checkable
class CapabilityProber(Protocol):
    async def probe(self) -> Mapping[str, str]:
        """What an uncertain network lets our keys do, by calls that change nothing: "available", or why not, in its words."""


@runtime_checkable
class CredentialChecker(Protocol):
    async def check_credential(self, credential: Credential) -> Mapping[str, str]:
        """By capability what stands against the credential in the network's own words, "" where nothing does.

        Makes a few cheap calls that change nothing. Raises `AuthenticationFailed` for a dead credential.
        """


class EmulatorWorld(Protocol):
    """What the demo and the tests may do with an emulated network beyond its HTTP API: its clock is the caller's."""

    def app(self) -> Any:
        """The ASGI application that speaks the network's documented API."""


@dataclass(frozen=True, slots=True)
class ConnectorPlugin:
    """How a connector package presents itself (entry point group `otklik.connectors`).

    `hosts` are the host names of its links, so that a pasted link finds its network; `short_links` matches the whole of an
    address that this network's people write without a host. `emulate` makes an emulator of the network from a recorded town
    (see `connectors.sdk.town`) and the caller's clock. `fault_of_secret(kind, secret)` says what is wrong with the form of a
    secret, without repeating any of it, and "" where it could be one.
    """

    network: str
    title: str
    default_base_url: str
    hosts: tuple[str, ...]
    credential_kinds: tuple[str, ...]
    build: Callable[[ConnectorContext], Connector]
    emulate: Callable[..., EmulatorWorld]
    short_links: re.Pattern[str] | None = None
    fault_of_secret: Callable[[str, str], str] = field(default=lambda kind, secret: "")


CAPABILITIES: Mapping[str, type[Any]] = {
    "resolve": SourceResolver,
    "read_posts": PostReader,
    "read_comments": CommentReader,
    "map_page": PageMapper,
    "count_comments": CommentCounter,
    "publish_reply": ReplyPublisher,
    "webhook": WebhookReceiver,
    "updates": UpdateReceiver,
    "set_up_push": PushSetter,
    "check_credential": CredentialChecker,
    "name_authors": AuthorNamer,
}


def capabilities(connector: Connector) -> frozenset[str]:
    """The names of the Protocols that the connector's class satisfies."""
    return frozenset(name for name, protocol in CAPABILITIES.items() if isinstance(connector, protocol))
