"""Events that a network sends by itself, and the capabilities to receive them and to have them sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.sdk.contract.values import Cursor, Message, PushedEvent, Wall


class PushedChange(StrEnum):
    """What an event says has happened to its message."""

    APPEARED = "appeared"
    EDITED = "edited"
    DELETED = "deleted"
    RESTORED = "restored"
    UNDELIVERED = "undelivered"
    """A reply of ours that the network had taken came to nobody: it has never been there, and its outbox is told."""


@dataclass(frozen=True, slots=True)
class PushedNews:
    """What an event tells. `message` is as it stood when the event was made; of one that is deleted or undelivered it is a stub.

    `reason` is the network's own word for why it could not deliver a reply.
    `under_post` is for an event that does not tell which post of the network's its thread belongs to: the message stands at
    the address of the thread's post with this added. Until that post is known, it stands at its own `url`.
    """

    change: PushedChange
    message: Message
    under_post: str = ""
    reason: str = ""


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
        """The events since the cursor, waited for as long as the network lets a call stand open.

        Without one, from now on; of a network that cannot be polled, all that it still keeps.
        """


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
class EventSigner(Protocol):
    async def signing_secret(self, wall: Wall, *, direct_messages: bool) -> str:
        """What `parse_webhook` is given, and `open_callback`, of a network that signs by a key of its own and takes no secret of ours.

        It is stored, encrypted. Asked before anything is set or stored: refuses what `open_callback` would refuse.
        """


@runtime_checkable
class PushChecker(Protocol):
    async def push_trouble(self, wall: Wall, server: str | None) -> str:
        """Why the network would not tell us of the page's news now, in words for an administrator; "" when nothing stands against it.

        `server` is the channel's name as `open_callback` gave it, `None` for a long poll. For networks that cannot be polled:
        there nothing else would notice.
        """


@runtime_checkable
class AuthorNamer(Protocol):
    async def name_authors(self, authors: Collection[str]) -> Mapping[str, str]:
        """Names by author id, for events that leave them out; who cannot be named is left out."""
