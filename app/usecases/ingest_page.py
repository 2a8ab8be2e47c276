"""Takes a page in: a look at what is known, the verdicts, and one transaction that stores news and moves the clocks.

Hop 2 looks and judges without a transaction. Hop 3 locks the page's threads, compares, stores, settles the conversations
that were touched, and saves where reading goes on. Repeating a page is harmless: a thread has one writer at a time, known
messages change nothing, and the clocks follow from the stored facts. So reading may happen any number of times while its
effect happens once.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.source import Source
from app.storage import conversations, incidents, partitions, places, threads
from app.storage.intake.looks import Look
from app.storage.messages import ThreadKey
from app.storage.threads import FoundPost
from app.usecases.compare_page import ThreadPage, compare
from app.usecases.judge_page import Intake, Judged, judge_page, look_at, post_id
from app.usecases.leave_out_erased import leave_out_erased
from app.usecases.settle_conversations import Settlement, settle_conversations
from app.usecases.store_news import ChangedThread, store_news
from connectors.sdk.contract import MessageType, Page

SaveCheckpoint = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Intaken:
    """What a page brought: messages seen for the first time, edited, gone and back, incidents opened, malformed items `skipped`,

    messages `left_out` or changed because of people who were erased.
    """

    new: int = 0
    edited: int = 0
    deleted: int = 0
    restored: int = 0
    opened: int = 0
    lags: tuple[float, ...] = ()
    first_answer_seconds: tuple[float, ...] = ()
    skipped: int = 0
    left_out: int = 0


async def ingest_page(
    intake: Intake,
    source: Source,
    page: Page,
    *,
    now: Callable[[], datetime],
    asked_at: datetime | None = None,
    save_checkpoint: SaveCheckpoint | None = None,
    also_held: Collection[str] = (),
) -> Intaken:
    """Takes a page in and, in the same transaction, saves where reading goes on; threads that this changes are `also_held`.

    A page that was asked for at `asked_at` never overrules what somebody else has seen later.
    """
    look = await look_at(intake, source, page.messages)
    left_out = 0
    if look.looks_for_erased and intake.erased_people is not None:
        page, left_out = await leave_out_erased(intake.database, intake.region_id, intake.erased_people, source.network, page)
    judged = await judge_page(intake, source, look, page.messages)
    collected_at = now()
    await _ensure_months(intake, judged)
    async with intake.database.write() as session:
        shown = await _lock(session, intake, source, page, judged, look, also=also_held, now=collected_at)
        intaken = await _store(session, source, page, shown, look, asked_at=asked_at or collected_at, now=collected_at)
        if save_checkpoint is not None:
            await save_checkpoint(session)
    if intaken.new:
        await _tend_statistics(intake, judged, intaken.new)
    return replace(intaken, skipped=page.skipped, left_out=left_out)


async def _ensure_months(intake: Intake, judged: Sequence[Judged]) -> None:
    """Partitions come before the page's transaction, so that it never waits for a table's lock while holding rows."""
    months = {partitions.month_of(one.message.published_at) for one in judged} - intake.growth.stored.keys()
    for month in sorted(months):
        async with intake.database.write() as session:
            known = await partitions.ensure_month(session, month)
        intake.growth.stored.setdefault(month, known)


async def _tend_statistics(intake: Intake, judged: Sequence[Judged], count: int) -> None:
    month = partitions.month_of(judged[-1].message.published_at)
    if intake.growth.note(month, count):
        async with intake.database.write() as session:
            await partitions.take_statistics(session, month)


async def _lock(
    session: AsyncSession,
    intake: Intake,
    source: Source,
    page: Page,
    judged: Sequence[Judged],
    look: Look,
    *,
    also: Collection[str],
    now: datetime,
) -> list[ThreadPage]:
    """The page by thread; each of them is held, registered if the look did not know it."""
    by_post: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_post[post_id(one.message)].append(one)
    covered = {coverage.post.external_id for coverage in page.coverage}
    found = [_found(post, ones) for post, ones in by_post.items() if post not in look.changes]
    shown = by_post.keys() | covered
    known = (shown | {*also}) - {post.post_id for post in found}
    held = await threads.lock(session, intake.region_id, source.id, found, also=known, now=now)
    return [
        ThreadPage(
            ThreadKey(intake.region_id, thread.month, source.id, post),
            thread,
            by_post[post],
            [coverage for coverage in page.coverage if coverage.post.external_id == post],
        )
        for post, thread in held.items()
        if post in shown
    ]


def _found(post: str, judged: Sequence[Judged]) -> FoundPost:
    """The thread as the page shows it; met by a comment first, it is kept under the comment's month."""
    first = next((one.message for one in judged if one.message.type is MessageType.POST), judged[0].message)
    count = first.comment_count if first.type is MessageType.POST else None
    return FoundPost(post, partitions.month_of(first.published_at), first.published_at, count)


async def _store(
    session: AsyncSession,
    source: Source,
    page: Page,
    shown: Sequence[ThreadPage],
    look: Look,
    *,
    asked_at: datetime,
    now: datetime,
) -> Intaken:
    compared = [ChangedThread(one, await compare(session, one, look, asked_at=asked_at, now=now)) for one in shown]
    changed = [one for one in compared if one.news]
    if not changed:
        return Intaken()
    touched = await store_news(session, page, changed, asked_at=asked_at, now=now)
    await _hold_incidents(session, changed)
    settlements = [
        await settle_conversations(
            session,
            source,
            one.page.key,
            touched or await conversations.touched(session, one.page.key, one.news.authors),
            policies=look.policies,
            rules=look.rules,
            named=one.places,
            commenting=one.news.commenting or one.page.thread.commenting,
            now=now,
        )
        for one in changed
        if one.news.authors
    ]
    new = [place for settled in settlements for place in settled.places]
    await places.store(session, changed[0].page.key.region_id, source.id, new)
    return _count(changed, settlements, now=now)


async def _hold_incidents(session: AsyncSession, changed: Sequence[ChangedThread]) -> None:
    """Those of several threads together, since each thread by itself would hold its own after the others' and so in no order."""
    asked = [one for one in changed if one.news.authors]
    if len(asked) > 1:
        key = asked[0].page.key
        residents = [(one.page.key.post_id, author) for one in asked for author in one.news.authors]
        await incidents.hold(session, key.region_id, key.source_id, residents)


def _count(changed: Sequence[ChangedThread], settlements: Iterable[Settlement], *, now: datetime) -> Intaken:
    news, settled = [one.news for one in changed], list(settlements)
    return Intaken(
        new=sum(len(one.new) for one in news),
        edited=sum(len(one.edited) for one in news),
        deleted=sum(len(one.deleted) for one in news),
        restored=sum(len(one.restored) for one in news),
        opened=sum(one.opened for one in settled),
        lags=tuple((now - one.message.published_at).total_seconds() for of_thread in news for one in of_thread.new),
        first_answer_seconds=tuple(seconds for one in settled for seconds in one.first_answer_seconds),
    )
