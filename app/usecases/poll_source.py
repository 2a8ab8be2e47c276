"""One poll of one source: its new posts, the counters of its recent threads, and the threads that moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling import PollBounds, backoff_until, next_count_at, next_poll_at, next_sweep_at
from app.storage import sources, threads
from app.storage.sources import Claim, PollOutcome
from app.storage.threads import Counted, Thread, ToRead
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.judge_page import Intake
from connectors.sdk.contract import (
    CommentCounter,
    CommentReader,
    Connector,
    Cursor,
    Message,
    MessageType,
    Page,
    PostCount,
    PostReader,
    PostRef,
    Wall,
)
from connectors.sdk.errors import AccessDenied, SourceGone, UnexpectedResponse

PAGES_PER_POLL = 30
"""After so many pages of comments a source goes to the back of the queue, so that a huge one never starves the rest."""
COUNT_BATCHES_PER_POLL = 3
THREADS_PER_LOOK = 200


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll works with. `on_page` hears of every page taken in; `trouble` gathers threads that could not be read."""

    intake: Intake
    connector: Connector
    claim: Claim
    bounds: PollBounds
    backfill: timedelta
    now: Callable[[], datetime]
    on_page: Callable[[Claim, Intaken], None]
    pages_left: list[int] = field(default_factory=lambda: [PAGES_PER_POLL])
    trouble: list[str] = field(default_factory=list)

    @property
    def wall(self) -> Wall:
        return Wall(self.claim.source.network, self.claim.source.external_id)

    async def take_in(self, page: Page, *, cursor_of: str | None = None) -> None:
        """Stores a page and, under the same lease and in the same transaction, where reading goes on."""

        async def save_checkpoint(session: AsyncSession) -> None:
            await sources.hold(session, self.claim, now=self.now())
            if page.checkpoint is None:
                return
            if cursor_of is None:
                await sources.save_cursor(session, self.claim, page.checkpoint)
            else:
                await threads.save_cursor(session, self.intake.region_id, self.claim.source.id, cursor_of, page.checkpoint)

        taken = await ingest_page(self.intake, self.claim.source, page, now=self.now, save_checkpoint=save_checkpoint)
        self.on_page(self.claim, taken)


async def poll_source(poll: Poll) -> PollOutcome:
    """Reads what is new on a source; errors of the network are the caller's to judge."""
    if isinstance(poll.connector, PostReader):
        await _read_posts(poll, poll.connector)
    if isinstance(poll.connector, CommentCounter):
        await _count_comments(poll, poll.connector)
    more = isinstance(poll.connector, CommentReader) and await _read_threads(poll, poll.connector)
    if poll.trouble:
        failures = poll.claim.failures + 1
        return PollOutcome(backoff_until(poll.now(), failures, poll.bounds), poll.trouble[0], failures, poll.claim.paused_reason)
    return PollOutcome(next_poll_at=poll.now() if more else next_poll_at(poll.now(), poll.bounds))


async def _read_posts(poll: Poll, reader: PostReader) -> None:
    cursor = None if poll.claim.cursor is None else Cursor(poll.claim.cursor)
    not_before = min(poll.claim.source.monitored_since, poll.now()) - poll.backfill
    async for page in reader.read_posts(poll.wall, cursor, not_before=not_before):
        await poll.take_in(page)


async def _count_comments(poll: Poll, counter: CommentCounter) -> None:
    intake, source = poll.intake, poll.claim.source
    for _ in range(COUNT_BATCHES_PER_POLL):
        async with intake.database.read() as session:
            due = await threads.due_for_count(session, intake.region_id, source.id, now=poll.now(), limit=counter.count_batch_size)
        if not due:
            return
        refs = {PostRef(poll.wall, thread.post_id): thread for thread in due}
        counts = await counter.count_comments(list(refs))
        standing = tuple(found.message for found in counts.values() if found is not None and found.message is not None)
        gone = tuple(_stub(ref, thread) for ref, thread in refs.items() if ref in counts and counts[ref] is None)
        if standing or gone:
            await poll.take_in(Page(standing + gone, None, method="count_comments"))
        counted = [_counted(poll, thread, counts[ref]) if ref in counts else _uncounted(poll, thread) for ref, thread in refs.items()]
        async with intake.database.write() as session:
            await sources.hold(session, poll.claim, now=poll.now())
            await threads.save_counts(session, intake.region_id, source.id, counted, now=poll.now())


def _stub(ref: PostRef, thread: Thread) -> Message:
    """What is left of a post that is gone. Its comments stay as they were: nobody can tell that their authors withdrew them."""
    return Message(MessageType.POST, ref.external_id, ref.wall, "", thread.published_at, author=None, text=None, deleted=True)


def _counted(poll: Poll, thread: Thread, found: PostCount | None) -> Counted:
    now = poll.now()
    if found is None:
        return Counted(thread.post_id, None, moved=False, next_count_at=now)
    before = thread.comment_count or 0
    moved, fell = found.comments != before, found.comments < before
    next_at = next_count_at(now, now if moved else thread.last_moved_at, poll.bounds)
    return Counted(thread.post_id, found.comments, moved, next_at, fell)


def _uncounted(poll: Poll, thread: Thread) -> Counted:
    """A post that the network's answer left out: nothing is known of it until the next look."""
    return Counted(thread.post_id, thread.comment_count or 0, False, next_count_at(poll.now(), thread.last_moved_at, poll.bounds))


async def _read_threads(poll: Poll, reader: CommentReader) -> bool:
    """Reads threads until the poll's share of pages is spent; whether some are left for the next poll."""
    intake, source = poll.intake, poll.claim.source
    async with intake.database.read() as session:
        waiting = await threads.to_read(session, intake.region_id, source.id, now=poll.now(), limit=THREADS_PER_LOOK)
    for one in waiting:
        if poll.pages_left[0] <= 0:
            return True
        await _read_thread(poll, reader, one)
    return len(waiting) == THREADS_PER_LOOK


async def _read_thread(poll: Poll, reader: CommentReader, one: ToRead) -> None:
    """Reads one thread; one that hides its comments or cannot be understood never stops the others."""
    thread = one.thread
    cursor = None if thread.cursor is None or one.sweep else Cursor(thread.cursor)
    began_at, complete = poll.now(), cursor is None
    try:
        async for page in reader.read_comments(PostRef(poll.wall, thread.post_id), cursor):
            await poll.take_in(page, cursor_of=thread.post_id)
            poll.pages_left[0] -= 1
    except SourceGone:
        await _end_thread(poll, thread)
        return
    except UnexpectedResponse as error:
        poll.trouble.append(str(error))
        return
    except AccessDenied:
        complete = False
    async with poll.intake.database.write() as session:
        await sources.hold(session, poll.claim, now=began_at)
        await threads.finish_reading(
            session,
            poll.intake.region_id,
            poll.claim.source.id,
            thread.post_id,
            count=thread.comment_count,
            covered_at=began_at if complete else None,
            next_sweep_at=next_sweep_at(began_at, thread.last_moved_at),
        )


async def _end_thread(poll: Poll, thread: Thread) -> None:
    """The post vanished between the look at its counter and the reading."""
    async with poll.intake.database.write() as session:
        await sources.hold(session, poll.claim, now=poll.now())
        ended = Counted(thread.post_id, None, moved=False, next_count_at=poll.now())
        await threads.save_counts(session, poll.intake.region_id, poll.claim.source.id, [ended], now=poll.now())
