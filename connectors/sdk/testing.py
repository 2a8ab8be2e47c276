"""The contract as a test suite: a connector's own test subclasses `ConnectorContract` and gives it a `world`.

```python
class TestMyConnector(ConnectorContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[ContractWorld]:
        async with serve(emulator.app()) as base_url:
            ...
            yield ContractWorld(connector=connector, ...)
```

The world is an emulated network at rest: nothing changes in it but by the `refusals`.
"""
# ruff: noqa: S101

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest

from connectors.sdk.contract import (
    CommentCounter,
    CommentReader,
    Connector,
    Credential,
    Cursor,
    EventReader,
    Message,
    Page,
    PageMapper,
    PostReader,
    PostRef,
    ReplyPublisher,
    SourceResolver,
    Wall,
    WebhookReceiver,
    capabilities,
)
from connectors.sdk.errors import ConnectorError, InvalidLink, UnexpectedResponse
from connectors.sdk.text import clean_text

Start = Callable[[Cursor | None], AsyncIterator[Page]]


@dataclass(slots=True)
class OpenLedger:
    """A ledger that lets every call through and notes it, and forgets refusals; `held` is how many calls are under way.

    Credentials of the first kind in the sequence take turns.
    """

    methods: list[str] = field(default_factory=list)
    held: int = 0

    @asynccontextmanager
    async def call(self, method: str, credentials: Sequence[Credential]) -> AsyncIterator[Credential]:
        """Holds a place until the call has ended."""
        first = [credential for credential in credentials if credential.kind == credentials[0].kind]
        self.methods.append(method)
        self.held += 1
        try:
            yield first[len(self.methods) % len(first)]
        finally:
            self.held -= 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that the network refuses, and the error that the core must see for it."""

    provoke: Callable[[], Awaitable[object]]
    error: type[ConnectorError]


@dataclass(frozen=True, slots=True)
class SignedWebhook:
    """A pushed event as the network signs it."""

    headers: Mapping[str, str]
    body: bytes
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractWorld:
    """A connector on an emulated network, and what the network shows.

    `posts` are the ids of all posts since `not_before`, `comments` those of all comments of `thread`; both should fill
    several pages, and are left out where nothing can be read. Under `closed_post`, one of the posts, nobody may comment; a
    network that never tells leaves it out. `links` give the wall's id for every form of link. `observed` collects what the
    connector's context observes. What a connector cannot do is left out.
    """

    connector: Connector
    capabilities: frozenset[str]
    secrets: Sequence[str] = field(repr=False)
    ledger: OpenLedger
    observed: Sequence[tuple[str, str, float]]
    wall: Wall
    thread: PostRef
    not_before: datetime
    posts: frozenset[str] = frozenset()
    comments: frozenset[str] = frozenset()
    refusals: Mapping[str, Refusal]
    gone_post: PostRef | None = None
    closed_post: PostRef | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    wrong_links: Sequence[str] = ()
    reply_to: Message | None = None
    webhook: SignedWebhook | None = None


class ConnectorContract:
    """What every connector keeps. The subclass defines the fixture `world`."""

    async def test_its_capabilities_are_those_it_says(self, world: ContractWorld) -> None:
        assert capabilities(world.connector) == world.capabilities

    async def test_reading_posts_tells_every_post_and_ends_with_a_checkpoint(self, world: ContractWorld) -> None:
        pages = await every_page(posts_from(world)(None))
        assert world.posts <= ids(pages)
        assert pages[-1].checkpoint is not None

    async def test_reading_comments_tells_every_comment_and_ends_with_a_checkpoint(self, world: ContractWorld) -> None:
        pages = await every_page(comments_from(world)(None))
        assert world.comments == ids(pages)
        assert pages[-1].checkpoint is not None

    async def test_reading_posts_stopped_at_any_page_loses_nothing(self, world: ContractWorld) -> None:
        await assert_resumable(posts_from(world), world.posts)

    async def test_reading_comments_stopped_at_any_page_loses_nothing(self, world: ContractWorld) -> None:
        await assert_resumable(comments_from(world), world.comments)

    async def test_reading_again_from_the_last_checkpoint_ends_with_a_checkpoint(self, world: ContractWorld) -> None:
        for start in (posts_from(world), comments_from(world)):
            checkpoint = (await every_page(start(None)))[-1].checkpoint
            assert (await every_page(start(checkpoint)))[-1].checkpoint is not None

    async def test_a_cursor_that_cannot_be_read_starts_afresh(self, world: ContractWorld) -> None:
        assert world.posts <= ids(await every_page(posts_from(world)(Cursor("{damaged"))))
        assert world.comments == ids(await every_page(comments_from(world)(Cursor("{damaged"))))

    async def test_moments_are_aware_and_in_utc(self, world: ContractWorld) -> None:
        for message in await every_message(world):
            for moment in filter(None, (message.published_at, message.edited_at)):
                assert moment.utcoffset() == timedelta(0), message.url

    async def test_a_reading_tells_each_message_once_and_under_its_own_address(self, world: ContractWorld) -> None:
        messages = await every_message(world)
        keys = [(message.wall, message.type, message.external_id) for message in messages]
        assert len(keys) == len(set(keys))
        assert len({message.url for message in messages}) == len(messages)

    async def test_messages_can_be_stored_and_comments_name_their_post(self, world: ContractWorld) -> None:
        for message in await every_message(world):
            texts = [message.text or "", (message.author and message.author.name) or "", *message.attachments]
            assert all(clean_text(text) == text for text in texts), message.url
            assert message.deleted or (message.author is not None and message.text is not None), message.url
            assert message.wall == world.wall
        comments = await every_page(comments_from(world)(None))
        assert {message.post_id for page in comments for message in page.messages} == {world.thread.external_id}

    async def test_pages_keep_the_body_they_were_read_from(self, world: ContractWorld) -> None:
        for page in await every_page(comments_from(world)(None)):
            assert (page.raw and page.method) or not page.messages

    async def test_a_page_is_made_again_from_its_body_and_what_was_asked(self, world: ContractWorld) -> None:
        mapper = world.connector
        if not isinstance(mapper, PageMapper):
            skip("PageMapper")
        pages = [page for start in (posts_from(world), comments_from(world)) for page in await read_twice(start)]
        kept = [page for page in pages if page.messages]
        assert kept
        for page in kept:
            assert mapper.map_page(page.method, page.request, page.raw) == replace(page, checkpoint=None)

    async def test_a_body_or_a_request_that_cannot_be_read_is_said_to_be_unexpected(self, world: ContractWorld) -> None:
        mapper = world.connector
        if not isinstance(mapper, PageMapper):
            skip("PageMapper")
        page = (await every_page(comments_from(world)(None)))[0]
        damaged = (page.request, page.raw[: len(page.raw) // 2]), (page.request[1:], page.raw), ("", page.raw)
        for request, raw in damaged:
            with pytest.raises(UnexpectedResponse):
                mapper.map_page(page.method, request, raw)

    async def test_a_post_is_counted_and_one_that_is_gone_is_none(self, world: ContractWorld) -> None:
        counter = world.connector
        if not isinstance(counter, CommentCounter):
            skip("CommentCounter")
        assert world.gone_post is not None, "the world must name a post that is gone"
        counts = await counter.count_comments([world.thread, world.gone_post])
        counted = counts[world.thread]
        assert counted is not None
        assert counted.comments > 0
        assert counts[world.gone_post] is None

    async def test_a_post_tells_whether_comments_can_be_written(self, world: ContractWorld) -> None:
        if world.closed_post is None:
            skip("teller of closed comments")
        told = {post.external_id: post.comments_closed for page in await every_page(posts_from(world)(None)) for post in page.messages}
        assert (told[world.closed_post.external_id], told[world.thread.external_id]) == (True, False)
        counter = world.connector
        if isinstance(counter, CommentCounter):
            counts = await counter.count_comments([world.thread, world.closed_post])
            shown = [count and count.message and count.message.comments_closed for count in counts.values()]
            assert shown == [False, True]

    async def test_every_form_of_link_leads_to_its_page(self, world: ContractWorld) -> None:
        resolver = world.connector
        if not isinstance(resolver, SourceResolver):
            skip("SourceResolver")
        found = {link: (await resolver.resolve(link)).wall.external_id for link in world.links}
        assert found == dict(world.links)

    async def test_a_wrong_link_is_refused_with_advice(self, world: ContractWorld) -> None:
        resolver = world.connector
        if not isinstance(resolver, SourceResolver):
            skip("SourceResolver")
        for link in world.wrong_links:
            with pytest.raises(InvalidLink, match=r"\w{3,}"):
                await resolver.resolve(link)

    async def test_a_refusal_of_the_network_becomes_the_right_error(self, world: ContractWorld) -> None:
        for name, refusal in world.refusals.items():
            with pytest.raises(refusal.error) as caught:
                await refusal.provoke()
            assert str(caught.value), name

    async def test_a_reply_stands_in_the_thread_under_the_id_it_was_given(self, world: ContractWorld) -> None:
        publisher = world.connector
        if not isinstance(publisher, ReplyPublisher):
            skip("ReplyPublisher")
        assert world.reply_to is not None, "the world must name a message to reply to"
        post_id = world.reply_to.post_id or world.reply_to.external_id
        assert publisher.takes_replies(PostRef(world.reply_to.wall, post_id))
        published = await publisher.publish_reply(world.reply_to, "Здравствуйте! Передали в службу.", reply_id="contract-reply")
        if published.event is not None:
            assert isinstance(publisher, EventReader), "an event of a reply must be readable"
            news = publisher.read_event(published.event.raw, received_at=world.reply_to.published_at)
            assert news is not None
            assert (published.event.wall, news.message.external_id) == (world.reply_to.wall, published.external_id)
            assert news.message.author is not None
            assert news.message.author.external_id == world.reply_to.wall.external_id, "a reply is the page's own word"
        messages = [message for page in await every_page(comments_from(world)(None)) for message in page.messages]
        assert [message.url for message in messages if message.external_id == published.external_id] == [published.url]

    async def test_a_pushed_event_with_a_wrong_secret_is_refused(self, world: ContractWorld) -> None:
        receiver = world.connector
        if not isinstance(receiver, WebhookReceiver):
            skip("WebhookReceiver")
        assert world.webhook is not None, "the world must hold a signed event"
        assert receiver.parse_webhook(world.webhook.headers, world.webhook.body, secret=world.webhook.secret).event_id
        with pytest.raises(ConnectorError):
            receiver.parse_webhook(world.webhook.headers, world.webhook.body, secret=world.webhook.secret + "x")

    async def test_every_call_takes_a_place_in_the_ledger_and_is_observed(self, world: ContractWorld) -> None:
        await use(world)
        assert world.ledger.methods
        assert [method for method, _, _ in world.observed] == world.ledger.methods
        assert all(outcome == outcome.lower() and seconds >= 0 for _, outcome, seconds in world.observed)

    async def test_no_secret_shows_in_a_log_an_error_or_a_repr(
        self, world: ContractWorld, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        shown = [repr(world.connector), *map(repr, await use(world))]
        for refusal in world.refusals.values():
            with pytest.raises(ConnectorError) as caught:
                await refusal.provoke()
            shown += [repr(caught.value), *traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()]
        shown += [caplog.text, *capsys.readouterr()]
        assert not [text for text in shown for secret in world.secrets if secret in text]

    async def test_a_reading_left_in_the_middle_leaves_nothing_open(self, world: ContractWorld) -> None:
        tasks = asyncio.all_tasks()
        await first_pages(comments_from(world)(None), 1)
        await world.connector.close()
        assert world.ledger.held == 0
        assert asyncio.all_tasks() <= tasks | server_tasks(tasks)


def server_tasks(before: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Tasks of the emulator's server, which lives in the same loop and serves the connection until it is closed."""
    return {task for task in asyncio.all_tasks() - before if "uvicorn" in repr(task.get_coro())}


def posts_from(world: ContractWorld) -> Start:
    """How the wall is read from a cursor; skips the test for a connector without posts."""
    reader = world.connector
    if not isinstance(reader, PostReader):
        skip("PostReader")
    return lambda cursor: reader.read_posts(world.wall, cursor, not_before=world.not_before)


def comments_from(world: ContractWorld) -> Start:
    """How the thread is read from a cursor; skips the test for a connector without comments."""
    reader = world.connector
    if not isinstance(reader, CommentReader):
        skip("CommentReader")
    return lambda cursor: reader.read_comments(world.thread, cursor)


def skip(protocol: str) -> NoReturn:
    pytest.skip(f"the connector is no {protocol}")


async def first_pages(pages: AsyncIterator[Page], count: int) -> list[Page]:
    """The first pages of a reading that is then given up, as by a crash."""
    read: list[Page] = []
    async for page in pages:
        read.append(page)
        if len(read) == count:
            break
    if isinstance(pages, AsyncGenerator):
        await pages.aclose()
    return read


async def every_page(pages: AsyncIterator[Page]) -> list[Page]:
    """A whole reading; it has at least one page, for the checkpoint."""
    read = [page async for page in pages]
    assert read, "a reading without a page has no checkpoint"
    return read


async def read_twice(start: Start) -> list[Page]:
    """A whole reading, and the one that goes on from its checkpoint."""
    first = await every_page(start(None))
    return first + await every_page(start(first[-1].checkpoint))


async def every_message(world: ContractWorld) -> list[Message]:
    """Posts and comments of one whole reading each."""
    pages = [*await every_page(posts_from(world)(None)), *await every_page(comments_from(world)(None))]
    return [message for page in pages for message in page.messages]


async def use(world: ContractWorld) -> list[object]:
    """What the connector tells: a whole reading, or who stands behind the links where nothing can be read."""
    if isinstance(world.connector, PostReader):
        return list(await every_message(world))
    assert isinstance(world.connector, SourceResolver), "a connector must be able to tell something"
    return [await world.connector.resolve(link) for link in world.links]


async def assert_resumable(start: Start, expected: frozenset[str]) -> None:
    """Stops after each page in turn and starts again from the last checkpoint: together everything is told."""
    for count in range(1, len(await every_page(start(None))) + 1):
        before = await first_pages(start(None), count)
        checkpoint = next((page.checkpoint for page in reversed(before) if page.checkpoint is not None), None)
        after = await every_page(start(checkpoint))
        assert expected <= ids(before) | ids(after), f"stopped after page {count}"


def ids(pages: Sequence[Page]) -> set[str]:
    return {message.external_id for page in pages for message in page.messages}
