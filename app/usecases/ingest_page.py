"""Hop 3: one transaction that stores a page's news, moves the clocks they touch, and saves where reading goes on.

Repeating a page is harmless: a thread has one writer at a time, known messages change nothing, and the clocks follow
from the stored facts. So reading may happen any number of times while its effect happens once.
"""

import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.conversation import POST
from app.domain.message import MessageId
from app.domain.source import Source
from app.storage import messages, partitions, threads
from app.storage.messages import EditedMessage, KnownMessage, Level, NewMessage, ThreadKey
from app.storage.threads import FoundPost, Thread
from app.usecases.judge_page import Intake, Judged, comment_id, judge_page, post_id
from app.usecases.settle_conversations import Settlement, settle_conversations
from connectors.sdk.contract import Coverage, MessageType, Page

SaveCheckpoint = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Intaken:
    """What a page brought: messages seen for the first time, edited, gone and back, incidents opened, malformed items `skipped`."""

    new: int = 0
    edited: int = 0
    deleted: int = 0
    restored: int = 0
    opened: int = 0
    lags: tuple[float, ...] = ()
    first_answer_seconds: tuple[float, ...] = ()
    skipped: int = 0


@dataclass(slots=True)
class ThreadNews:
    """What a page changes in one thread."""

    new: list[Judged] = field(default_factory=list)
    edited: list[tuple[Judged, KnownMessage]] = field(default_factory=list)
    unstubbed: list[Judged] = field(default_factory=list)
    deleted: list[MessageId] = field(default_factory=list)
    restored: list[MessageId] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.new or self.edited or self.unstubbed or self.deleted or self.restored)


async def ingest_page(
    intake: Intake,
    source: Source,
    page: Page,
    *,
    now: Callable[[], datetime],
    asked_at: datetime | None = None,
    save_checkpoint: SaveCheckpoint | None = None,
) -> Intaken:
    """Takes a page in and, in the same transaction, saves where reading goes on.

    A page that was asked for at `asked_at` never overrules what somebody else has seen later.
    """
    judged = await judge_page(intake, source, page.messages)
    collected_at = now()
    await _ensure_months(intake, judged)
    async with intake.database.write() as session:
        intaken = await _store(session, intake, source, page, judged, asked_at=asked_at or collected_at, now=collected_at)
        if save_checkpoint is not None:
            await save_checkpoint(session)
    if intaken.new:
        await _tend_statistics(intake, judged, intaken.new)
    return replace(intaken, skipped=page.skipped)


async def _ensure_months(intake: Intake, judged: Sequence[Judged]) -> None:
    """Partitions come before the page's transaction, so that it never waits for a table's lock while holding rows."""
    months = {partitions.month_of(one.message.published_at) for one in judged} - intake.growth.stored.keys()
    for month in sorted(months):
        async with intake.database.write() as session:
            await partitions.ensure_month(session, month)
        intake.growth.note(month, 0)


async def _tend_statistics(intake: Intake, judged: Sequence[Judged], count: int) -> None:
    month = partitions.month_of(judged[-1].message.published_at)
    if intake.growth.note(month, count):
        async with intake.database.write() as session:
            await partitions.take_statistics(session, month)


async def _store(
    session: AsyncSession,
    intake: Intake,
    source: Source,
    page: Page,
    judged: Sequence[Judged],
    *,
    asked_at: datetime,
    now: datetime,
) -> Intaken:
    by_post: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_post[post_id(one.message)].append(one)
    found = [_found(post, ones) for post, ones in by_post.items()]
    covered = {coverage.post.external_id for coverage in page.coverage}
    held = await threads.lock(session, intake.region_id, source.id, found, also=covered - by_post.keys(), now=now)
    news = {}
    for post, thread in held.items():
        news[post] = await _news(session, _key(intake, source, thread), by_post[post], page.coverage, asked_at=asked_at)
    if not any(news.values()):
        return Intaken()
    raw_id = await messages.save_raw(session, intake.region_id, source.id, page.method, zlib.compress(page.raw, 1), now=now)
    await _write(session, intake, source, held, news, raw_id=raw_id, now=now)
    settlements = []
    for post, thread_news in news.items():
        if thread_news.authors:
            key = _key(intake, source, held[post])
            settlements.append(await settle_conversations(session, source, key, thread_news.authors, now=now))
    return _count(news.values(), settlements, now=now)


def _key(intake: Intake, source: Source, thread: Thread) -> ThreadKey:
    return ThreadKey(intake.region_id, thread.month, source.id, thread.post_id)


def _found(post: str, judged: Sequence[Judged]) -> FoundPost:
    """The thread as the page shows it; met by a comment first, it is kept under the comment's month."""
    first = next((one.message for one in judged if one.message.type is MessageType.POST), judged[0].message)
    count = first.comment_count if first.type is MessageType.POST else None
    return FoundPost(post, partitions.month_of(first.published_at), first.published_at, count)


async def _news(
    session: AsyncSession, key: ThreadKey, judged: Sequence[Judged], coverage: Iterable[Coverage], *, asked_at: datetime
) -> ThreadNews:
    """Compares a page's messages of one thread with what is stored of them."""
    neighbours = {place for one in judged for place in (one.message.reply_to_id, one.message.root_id) if place is not None}
    stored = await messages.known(session, key, {comment_id(one.message) for one in judged} | neighbours | {POST})
    news = ThreadNews()
    seen: dict[str, Judged] = {comment_id(one.message): one for one in judged}
    for place, one in seen.items():
        _compare(news, one, stored.get(place), asked_at=asked_at)
    levels = [
        Level(one.root_id, one.first_id, one.last_id, one.first_at, one.last_at) for one in coverage if one.post.external_id == key.post_id
    ]
    present = [place for place, one in seen.items() if not one.message.deleted]
    news.deleted += await messages.missing(session, key, levels, present=present, asked_at=asked_at)
    changed = [*news.new, *news.unstubbed, *(one for one, _ in news.edited)]
    news.authors |= {author for one in changed for author in _touched(one, seen, stored)}
    news.authors |= await messages.touched_by(session, key, [*news.deleted, *news.restored])
    return news


def _compare(news: ThreadNews, one: Judged, known: KnownMessage | None, *, asked_at: datetime) -> None:
    message = one.message
    if known is None:
        news.new.append(one)
    elif known.changed_at > asked_at:
        return
    elif message.deleted:
        if known.deleted_at is None:
            news.deleted.append(known.id)
    elif known.author_id is None and message.author is not None:
        news.unstubbed.append(one)
    else:
        if known.deleted_at is not None:
            news.restored.append(known.id)
        if known.text != message.text:
            news.edited.append((one, known))


def _touched(one: Judged, seen: Mapping[str, Judged], stored: Mapping[str, KnownMessage]) -> Iterable[str]:
    """Whose conversation a message belongs to: a resident's own, or those whom an official text may address."""
    message = one.message
    if message.author is None:
        return
    if not one.official:
        yield message.author.external_id
        return
    yield from message.mentions
    for place in (message.reply_to_id, message.root_id, POST):
        if place is None:
            continue
        if place in seen:
            neighbour = seen[place].message.author
            if neighbour is not None:
                yield neighbour.external_id
        elif place in stored and stored[place].author_id is not None:
            yield stored[place].author_id or ""


async def _write(
    session: AsyncSession,
    intake: Intake,
    source: Source,
    held: Mapping[str, Thread],
    news: Mapping[str, ThreadNews],
    *,
    raw_id: int,
    now: datetime,
) -> None:
    region_id = intake.region_id
    new = [_new(one, held[post].month, now=now) for post, of_thread in news.items() for one in of_thread.new]
    if new:
        await messages.insert(session, region_id, source.id, new, raw_id=raw_id, now=now)
    for post, of_thread in news.items():
        thread = held[post]
        if of_thread.unstubbed:
            stubs = [_new(one, thread.month, now=now) for one in of_thread.unstubbed]
            await messages.fill_stubs(session, region_id, source.id, stubs, now=now)
        if of_thread.edited:
            await messages.save_edits(session, region_id, thread.month, [_edited(*pair) for pair in of_thread.edited], now=now)
        if of_thread.deleted:
            await messages.mark_deleted(session, region_id, thread.month, of_thread.deleted, covered_at=thread.covered_at, now=now)
        if of_thread.restored:
            await messages.mark_restored(session, region_id, thread.month, of_thread.restored)


def _new(one: Judged, month: date, *, now: datetime) -> NewMessage:
    message, verdict, author = one.message, one.verdict, one.message.author
    return NewMessage(
        post_id=post_id(message),
        month=month,
        comment_id=comment_id(message),
        root_id=message.root_id,
        reply_to_id=message.reply_to_id,
        url=message.url,
        author_id=None if author is None else author.external_id,
        author_name=None if author is None else author.name,
        official=one.official,
        authority_id=None if one.account is None else one.account.authority_id,
        text=message.text,
        attachments=" ".join(message.attachments),
        mentions=" ".join(message.mentions),
        published_at=message.published_at,
        edited_at=message.edited_at,
        deleted_at=now if message.deleted else None,
        kind=None if verdict is None else verdict.kind.value,
        confidence=None if verdict is None else verdict.confidence,
        topic=None if verdict is None else verdict.topic,
        topic_confidence=None if verdict is None else verdict.topic_confidence,
        urgent=verdict is not None and verdict.urgent,
        model=None if verdict is None else verdict.model,
        asks=one.asks,
    )


def _edited(one: Judged, known: KnownMessage) -> EditedMessage:
    verdict = one.verdict
    return EditedMessage(
        id=known.id,
        text=one.message.text,
        edited_at=one.message.edited_at,
        kind=None if verdict is None else verdict.kind.value,
        confidence=None if verdict is None else verdict.confidence,
        topic=None if verdict is None else verdict.topic,
        topic_confidence=None if verdict is None else verdict.topic_confidence,
        urgent=verdict is not None and verdict.urgent,
        model=None if verdict is None else verdict.model,
        asks=one.asks and not known.official,
    )


def _count(news: Iterable[ThreadNews], settlements: Iterable[Settlement], *, now: datetime) -> Intaken:
    of_threads, settled = list(news), list(settlements)
    return Intaken(
        new=sum(len(one.new) for one in of_threads),
        edited=sum(len(one.edited) for one in of_threads),
        deleted=sum(len(one.deleted) for one in of_threads),
        restored=sum(len(one.restored) for one in of_threads),
        opened=sum(one.opened for one in settled),
        lags=tuple((now - one.message.published_at).total_seconds() for of_thread in of_threads for one in of_thread.new),
        first_answer_seconds=tuple(seconds for one in settled for seconds in one.first_answer_seconds),
    )
