"""One poll of one source: its new posts, the counters of its recent threads, and the threads that moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling import PollBounds, must_cover, next_count_at, next_poll_at, next_sweep_at
from app.storage import sources, threads
from app.storage.sources import Claim, PollOutcome
from app.storage.threads import Counted, Reading, Thread, ToRead
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.judge_page import Intake
from app.usecases.note_missed import note_missed
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
from connectors.sdk.errors import AccessDenied, ConnectorError, QuotaExhausted, SourceGone, SourceUnavailable, UnexpectedResponse

PAGES_PER_POLL = 30
"""After so many pages of comments a source goes to the back of the queue, so that a huge one never starves the rest."""
COUNT_BATCHES_PER_POLL = 3
THREADS_PER_LOOK = 200
RETRY_THREAD_AFTER = timedelta(minutes=10)
VANISHED_IN_A_ROW = 3
"""After so many posts in a row that have vanished, the page itself may be gone: the next poll begins at its wall."""


@dataclass(slots=True)
class Poll:
    """One poll under way. `on_page` hears of every page taken in; `trouble` is the first thing that could not be read."""

    intake: Intake
    connector: Connector
    claim: Claim
    bounds: PollBounds
    backfill: timedelta
    now: Callable[[], datetime]
    on_page: Callable[[Claim, Intaken], None]
    pages_left: int = PAGES_PER_POLL
    trouble: ConnectorError | None = None

    @property
    def wall(self) -> Wall:
        return Wall(self.claim.source.network, self.claim.source.external_id)

    async def take_in(self, page: Page, *, asked_at: datetime, cursor_of: str | None = None) -> Intaken:
        """Stores a page and, under the same lease and in the same transaction, where reading goes on."""

        async def save_checkpoint(session: AsyncSession) -> None:
            await sources.hold(session, self.claim, now=self.now())
            if page.checkpoint is None:
                return
            if cursor_of is None:
                await sources.save_cursor(session, self.claim, page.checkpoint)
            else:
                await threads.save_cursor(session, self.intake.region_id, self.claim.source.id, cursor_of, page.checkpoint)

        taken = await ingest_page(self.intake, self.claim.source, page, now=self.now, asked_at=asked_at, save_checkpoint=save_checkpoint)
        self.on_page(self.claim, taken)
        await note_missed(self.intake, self.claim, taken, now=self.now())
        return taken

    def note(self, error: ConnectorError) -> None:
        """Remembers what could not be read while the rest goes on."""
        self.trouble = self.trouble or error


async def poll_source(poll: Poll) -> PollOutcome:
    """Reads what is new on a source; errors of the network that end the whole poll are the caller's to judge."""
    if isinstance(poll.connector, PostReader):
        try:
            await _read_posts(poll, poll.connector)
        except QuotaExhausted as error:
            poll.note(error)  # the day's calls for walls are spent; known threads have a quota of their own
    if isinstance(poll.connector, CommentCounter):
        await _count_comments(poll, poll.connector)
    more = isinstance(poll.connector, CommentReader) and await _read_threads(poll, poll.connector)
    next_poll = poll.now() if more else next_poll_at(poll.now(), poll.bounds, push_keeps_up=poll.claim.push_keeps_up)
    if poll.trouble is None:
        return PollOutcome(next_poll)
    paused = poll.claim.paused_reason if isinstance(poll.trouble, QuotaExhausted) else None
    return PollOutcome(next_poll, error=str(poll.trouble), failures=1, paused_reason=paused)


async def _read_posts(poll: Poll, reader: PostReader) -> None:
    asked_at = poll.now()
    cursor = None if poll.claim.cursor is None else Cursor(poll.claim.cursor)
    not_before = min(poll.claim.source.monitored_since, asked_at) - poll.backfill
    async for page in reader.read_posts(poll.wall, cursor, not_before=not_before):
        await poll.take_in(page, asked_at=asked_at)


async def _count_comments(poll: Poll, counter: CommentCounter) -> None:
    intake, source = poll.intake, poll.claim.source
    for _ in range(COUNT_BATCHES_PER_POLL):
        asked_at = poll.now()
        async with intake.database.read() as session:
            due = await threads.due_for_count(session, intake.region_id, source.id, now=asked_at, limit=counter.count_batch_size)
        if not due:
            return
        refs = {PostRef(poll.wall, thread.post_id): thread for thread in due}
        counts = await counter.count_comments(list(refs))
        if seen := _seen(refs, counts):
            await poll.take_in(Page(seen, None, method="count_comments"), asked_at=asked_at)
        counted = [_counted(poll, thread, ref, counts) for ref, thread in refs.items()]
        async with intake.database.write() as session:
            await sources.hold(session, poll.claim, now=poll.now())
            await threads.save_counts(session, intake.region_id, source.id, counted, now=poll.now())


def _seen(refs: Mapping[PostRef, Thread], counts: Mapping[PostRef, PostCount | None]) -> tuple[Message, ...]:
    """The posts as they stand now, and stubs of those that have vanished; a post left out of the counts is neither."""
    standing = [found.message for found in counts.values() if found is not None and found.message is not None]
    return (*standing, *(_stub(ref, refs[ref]) for ref, found in counts.items() if found is None))


def _stub(ref: PostRef, thread: Thread) -> Message:
    """What is left of a post that is gone. Its comments stay as they were: nobody can tell that their authors withdrew them."""
    return Message(MessageType.POST, ref.external_id, ref.wall, "", thread.published_at, author=None, text=None, deleted=True)


def _counted(poll: Poll, thread: Thread, ref: PostRef, counts: Mapping[PostRef, PostCount | None]) -> Counted:
    """What becomes of a thread; one that is gone is looked at again, as a page hidden for a while hides all its posts."""
    now, found = poll.now(), counts.get(ref)
    if found is None:
        is_gone = ref in counts
        silent_since = thread.gone_at or (now if is_gone else thread.last_moved_at)
        return Counted(thread.post_id, None, moved=False, next_count_at=next_count_at(now, silent_since, poll.bounds), gone=is_gone)
    before = thread.comment_count or 0
    moved, fell = found.comments != before or thread.gone_at is not None, found.comments < before
    next_at = next_count_at(now, now if moved else thread.last_moved_at, poll.bounds)
    return Counted(thread.post_id, found.comments, moved, next_at, fell)


async def _read_threads(poll: Poll, reader: CommentReader) -> bool:
    """Reads threads until the poll's share of pages is spent; whether some are left for the next poll.

    A thread that cannot be read never stops the others. Two in a row say that it is not the thread: that error is raised.
    """
    intake, source = poll.intake, poll.claim.source
    async with intake.database.read() as session:
        waiting = await threads.to_read(session, intake.region_id, source.id, now=poll.now(), limit=THREADS_PER_LOOK)
    in_a_row = 0
    for one in waiting:
        if poll.pages_left <= 0:
            return True
        try:
            await _read_thread(poll, reader, one)
            in_a_row = 0
        except SourceGone:
            in_a_row += 1
            await _leave(poll, one.thread)
            if in_a_row == VANISHED_IN_A_ROW:
                return False
        except (UnexpectedResponse, AccessDenied, SourceUnavailable) as error:
            in_a_row += 1
            is_network_at_fault = in_a_row > 1 and not isinstance(error, UnexpectedResponse)
            if is_network_at_fault or (isinstance(error, AccessDenied) and error.permanent):
                raise
            poll.note(error)
            await _leave(poll, one.thread)
    return len(waiting) == THREADS_PER_LOOK


async def _read_thread(poll: Poll, reader: CommentReader, one: ToRead) -> None:
    thread, began_at = one.thread, poll.now()
    cursor = None if thread.cursor is None or (one.sweep and must_cover(began_at, thread.covered_at)) else Cursor(thread.cursor)
    is_covered, surplus = False, 0
    async for page in reader.read_comments(PostRef(poll.wall, thread.post_id), cursor):
        taken = await poll.take_in(page, asked_at=began_at, cursor_of=thread.post_id)
        is_covered = is_covered or bool(page.coverage)
        surplus += taken.new + taken.restored - taken.deleted
        poll.pages_left -= 1
    moved_at = began_at if one.sweep and surplus else thread.last_moved_at
    done = Reading(
        began_at,
        thread.comment_count,
        surplus if one.sweep else 0,
        is_whole=is_covered and cursor is None,
        next_sweep_at=next_sweep_at(began_at, moved_at),
    )
    async with poll.intake.database.write() as session:
        await sources.hold(session, poll.claim, now=began_at)
        await threads.finish_reading(session, poll.intake.region_id, poll.claim.source.id, thread.post_id, done)


async def _leave(poll: Poll, thread: Thread) -> None:
    """Puts a thread off that could not be read; the next look at its counter tells whether its post has vanished."""
    now, place = poll.now(), (poll.intake.region_id, poll.claim.source.id)
    async with poll.intake.database.write() as session:
        await sources.hold(session, poll.claim, now=now)
        await threads.put_off(session, *place, thread.post_id, until=now + RETRY_THREAD_AFTER)
        await threads.recount(session, *place, [thread.post_id], at=now)
