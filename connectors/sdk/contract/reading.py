"""What a connector may be able to do when it is asked: one small Protocol per capability."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.sdk.contract.calls import Credential
from connectors.sdk.contract.values import Cursor, Message, Page, PostCount, PostRef, PublishedReply, ResolvedSource, Wall


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
    def takes_replies(self, post: PostRef) -> bool:
        """Pure: whether a program may write in this thread at all; elsewhere people answer by hand under the link."""

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        """Publishes under `to`. `reply_id` is our outbox id and the network's idempotency key where it has one.

        Raises `ReplyRejected`, or `OutcomeUnknown` when the call left us and no answer came.
        """


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
