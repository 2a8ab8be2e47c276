"""Looks at the comment counters that are due, a hundred posts of any walls in one call, and marks the threads that moved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from app.domain.polling.intervals import next_count_at
from app.domain.polling.thread_plan import Look
from app.domain.source import Source
from app.storage.polling import counters, polls, readings
from app.storage.polling.counters import Counted, CounterClaim, StoredPost
from app.usecases.ingest_page import ingest_page
from app.usecases.polling import Polling, wall_of
from connectors.sdk.contract import CommentCounter, CommentReader, Message, MessageType, Page, PostCount, PostRef
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone, UnexpectedResponse

log = structlog.get_logger(__name__)

MARKED_AT_ONCE = 100
COUNTS = "count_comments"
"""The method of a page of counted posts, which has no body of its own."""
MOST_SUPPOSED = 100
"""So many comments that a counter tells of and nobody has read yet are reckoned with; more make no difference."""
RETRY_BATCH_AFTER = timedelta(minutes=1)
RETRY_COUNT_AFTER = timedelta(minutes=30)

Batch = Sequence[CounterClaim]


async def claim_counters(polling: Polling, network: str) -> Batch:
    """One call's worth of counters that this worker may look at now; nothing without a connector to ask."""
    try:
        connector = polling.connector_for(network)
    except AuthenticationFailed:
        return ()
    limit = connector.count_batch_size if isinstance(connector, CommentCounter) else MARKED_AT_ONCE
    async with polling.intake.database.write() as session:
        return await counters.claim_due(session, polling.intake.region_id, network, now=polling.now(), limit=limit)


async def count_threads(polling: Polling, batch: Batch) -> ConnectorError | None:
    """Looks at a batch of counters; the refusal when the network would not show any.

    A network without counters has its threads read instead, each when a look would be due.
    """
    try:
        connector = polling.connector_for(batch[0].source.network)
        if isinstance(connector, CommentCounter):
            await _count(polling, connector, batch)
        else:
            await _mark(polling, batch, is_readable=isinstance(connector, CommentReader))
    except ConnectorError as error:
        await give_counters_back(polling, batch, until=polling.now() + RETRY_BATCH_AFTER)
        return error
    return None


async def give_counters_back(polling: Polling, batch: Batch, *, until: datetime | None = None) -> None:
    """Leaves a batch to whoever comes next."""
    async with polling.intake.database.write() as session:
        await counters.give_back(session, polling.intake.region_id, batch, until=until)


async def _mark(polling: Polling, batch: Batch, *, is_readable: bool) -> None:
    now = polling.now()
    await _save(polling, [Counted(one, None, is_readable, _supposed(polling, one, (), now=now)) for one in batch])


async def _count(polling: Polling, counter: CommentCounter, batch: Batch) -> None:
    """Counts a batch. When its answer cannot be understood, halves are tried, until the one post that spoils it stands alone."""
    asked_at = polling.now()
    refs = {PostRef(wall_of(one.source), one.thread.post_id): one for one in batch}
    try:
        counts = await counter.count_comments(list(refs))
    except (UnexpectedResponse, SourceGone, AccessDenied) as error:
        if isinstance(error, AccessDenied) and error.permanent:
            raise
        if len(batch) == 1:
            log.warning("counter unreadable", source_id=batch[0].source.id, post_id=batch[0].thread.post_id, error=str(error))
            await give_counters_back(polling, batch, until=asked_at + RETRY_COUNT_AFTER)
            return
        for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
            await _count(polling, counter, half)
        return
    await _take_in_changes(polling, refs, counts, asked_at=asked_at)
    await _save(polling, [_counted(polling, one, ref, counts) for ref, one in refs.items()])


async def _save(polling: Polling, counted: Sequence[Counted]) -> None:
    region_id, now = polling.intake.region_id, polling.now()
    polling.thread_planner.lessons_of(counted[0].claim.source.network).looks += len(counted)
    async with polling.intake.database.write() as session:
        moved = await counters.save(session, region_id, counted, now=now)
        await polls.bring_forward(
            session, {one.claim.source.id for one in counted if one.gone and one.claim.thread.gone_at is None}, to=now
        )
        if moved:
            await readings.plan(session, region_id, moved, now=now)


async def _take_in_changes(
    polling: Polling, refs: Mapping[PostRef, CounterClaim], counts: Mapping[PostRef, PostCount | None], *, asked_at: datetime
) -> None:
    """Takes in posts that were edited, vanished, came back or had their comments closed; one look tells which stand as stored."""
    async with polling.intake.database.read() as session:
        stored = await counters.stored_posts(session, polling.intake.region_id, list(refs.values()))
    changed: dict[Source, list[Message]] = defaultdict(list)
    for ref, found in counts.items():
        source = refs[ref].source
        message = _shown(ref, refs[ref], found)
        if message is not None and not _is_as_stored(message, stored.get((source.id, ref.external_id))):
            changed[source].append(message)
    for source, of_source in changed.items():
        page = Page(tuple(of_source), None, method=COUNTS)
        polling.on_page(source, await ingest_page(polling.intake, source, page, now=polling.now, asked_at=asked_at))


def _is_as_stored(message: Message, stored: StoredPost | None) -> bool:
    if stored is None or message.deleted or stored.is_deleted:
        return stored is not None and message.deleted and stored.is_deleted
    if None not in (message.comments_closed, stored.comments_closed) and message.comments_closed is not stored.comments_closed:
        return False
    return stored.is_erased or (message.text == stored.text and (stored.has_author or message.author is None))


def _shown(ref: PostRef, claim: CounterClaim, found: PostCount | None) -> Message | None:
    """The post as it stands now, or what is left of one that is gone while its page still stands.

    Its comments stay as they were: nobody can tell that their authors withdrew them.
    """
    if found is not None:
        return found.message
    if not claim.has_standing_wall:
        return None
    return Message(MessageType.POST, ref.external_id, ref.wall, "", claim.thread.published_at, author=None, text=None, deleted=True)


def _counted(polling: Polling, claim: CounterClaim, ref: PostRef, counts: Mapping[PostRef, PostCount | None]) -> Counted:
    """What becomes of a thread. One that is gone is looked at again, as a page hidden for a while hides all its posts; and soon
    at first, when its wall has been asked whether it is the page."""
    now, thread, found = polling.now(), claim.thread, counts.get(ref)
    if found is None:
        is_gone = ref in counts
        silent_since = thread.gone_at or (now if is_gone else thread.last_moved_at)
        return Counted(claim, None, moved=False, next_count_at=next_count_at(now, silent_since, polling.bounds), gone=is_gone)
    more = found.comments - (thread.comment_count or 0)
    if more or thread.gone_at is not None or claim.is_unread:
        halfway = claim.state.known_until + max(now - claim.state.known_until, timedelta()) / 2
        next_at = _supposed(polling, claim, [halfway] * min(max(more, 0), MOST_SUPPOSED), now=now)
        return Counted(claim, found.comments, moved=more != 0 or thread.gone_at is not None, next_count_at=next_at, fell=more < 0)
    look = _look(polling, claim, (), now=now, teaches=True)
    return Counted(claim, found.comments, moved=False, next_count_at=look.next_at, state=look.state)


def _supposed(polling: Polling, claim: CounterClaim, found: Sequence[datetime], *, now: datetime) -> datetime:
    """When to look again at a thread of which only a reading can tell what came: it plans anew, and knows better."""
    return _look(polling, claim, found, now=now, teaches=False).next_at


def _look(polling: Polling, claim: CounterClaim, found: Sequence[datetime], *, now: datetime, teaches: bool) -> Look:
    return polling.thread_planner.after_look(
        claim.source.network,
        claim.state,
        now,
        found,
        moved_at=claim.thread.last_moved_at,
        weight=claim.page.worth,
        bounds=polling.planner.bounds,
        teaches=teaches,
    )
