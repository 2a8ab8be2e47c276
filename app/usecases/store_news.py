"""Hop 3, second part: the news of a page's threads, as rows."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.place import FoundPlace
from app.storage import messages, threads
from app.storage.conversations import Conversations
from app.storage.intake import arrivals, message_changes
from app.storage.intake.message_changes import EditedMessage
from app.storage.messages import KnownMessage, NewMessage, RawPayload
from app.usecases.compare_page import ThreadNews, ThreadPage
from app.usecases.judge_page import Judged, comment_id, post_id
from connectors.sdk.contract import Page
from connectors.sdk.message_json import write_messages


@dataclass(frozen=True, slots=True)
class ChangedThread:
    """A locked thread with what changes in it."""

    page: ThreadPage
    news: ThreadNews

    @property
    def places(self) -> dict[str, tuple[FoundPlace, ...]]:
        """What the page's messages of the thread name, by comment id."""
        return {comment_id(one.message): one.places for one in self.page.judged if one.places}


async def store_news(
    session: AsyncSession, page: Page, changed: Sequence[ChangedThread], *, asked_at: datetime, now: datetime
) -> Conversations | None:
    """Writes the news of one page's threads, all of one source, and keeps the page as evidence.

    Where they are new messages of one thread, as nearly always, the conversations that they touch come back in the same trip.
    """
    key = changed[0].page.key
    new = [_new(one, of_thread.page.key.month, now=now) for of_thread in changed for one in of_thread.news.new]
    raw = evidence_of(page, changed, asked_at=asked_at)
    if len(changed) == 1 and changed[0].news.authors and changed[0].news.only_new:
        return await arrivals.arrive(session, key, new, authors=changed[0].news.authors, raw=raw, now=now)
    posts = [one.page.key.post_id for one in changed]
    await messages.store(session, key.region_id, key.source_id, new, raw=raw, changed=posts, now=now)
    for one in changed:
        await _store_changes(session, one, now=now)
    return None


def evidence_of(page: Page, changed: Sequence[ChangedThread], *, asked_at: datetime) -> RawPayload:
    """The body as received, compressed; of counters, which come without one, the posts that they showed."""
    whole = {one.page.key.post_id: one.page.thread.covered_at for one in changed if one.news.deleted}
    read_whole_at = {post: at.isoformat() for post, at in whole.items() if at is not None}
    return RawPayload(page.method, zlib.compress(page.raw or write_messages(page.messages), 1), page.request, asked_at, read_whole_at)


async def _store_changes(session: AsyncSession, changed: ChangedThread, *, now: datetime) -> None:
    """What becomes of the messages that were there before."""
    key, thread, news = changed.page.key, changed.page.thread, changed.news
    region_id, month = key.region_id, key.month
    if news.commenting is not None:
        await threads.save_commenting(session, region_id, key.source_id, key.post_id, news.commenting, is_believed=not news.belies_network)
    if news.unstubbed:
        stubs = [_new(one, month, now=now) for one in news.unstubbed]
        await message_changes.fill_stubs(session, region_id, key.source_id, stubs, now=now)
    if news.edited:
        await message_changes.save_edits(session, region_id, month, [_edited(*pair) for pair in news.edited], now=now)
    if news.deleted:
        await message_changes.mark_deleted(session, region_id, month, news.deleted, covered_at=thread.covered_at, now=now)
    if news.undelivered:
        await message_changes.mark_undelivered(session, region_id, month, news.undelivered)
    if news.restored:
        await message_changes.mark_restored(session, region_id, month, news.restored)


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
