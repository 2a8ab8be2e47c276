"""Reads the comments of threads that moved or are due for a sweep: one source's share of pages, then the next source's turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.polling.intervals import backoff_until, must_cover, next_sweep_at
from app.storage import threads
from app.storage.polling import leases, polls, readings
from app.storage.polling.readings import Lane, ReadingClaim, ReadingOutcome, ToRead
from app.storage.threads import Reading, Thread
from app.usecases.polling import Polling, take_in, wall_of
from connectors.sdk.contract import CommentReader, Cursor, Message, MessageType, PostRef
from connectors.sdk.errors import AccessDenied, ConnectorError, SourceGone, SourceUnavailable, UnexpectedResponse

log = structlog.get_logger(__name__)

PAGES_PER_TURN = 30
"""After so many pages of comments a source goes to the end of its lane, so that a huge one never starves the rest."""
THREADS_PER_LOOK = 200
RETRY_THREAD_AFTER = timedelta(minutes=10)
VANISHED_IN_A_ROW = 3
"""After so many posts in a row that have vanished, the page itself may be gone: its wall is asked at once."""


async def claim_readings(polling: Polling, network: str, lane: Lane, *, limit: int) -> list[ReadingClaim]:
    """Sources whose threads this worker may read now, at most `limit`, the longest waiting first."""
    async with polling.intake.database.write() as session:
        return await readings.claim_due(session, polling.intake.region_id, network, lane, polling.worker, now=polling.now(), limit=limit)


@dataclass(slots=True)
class Turn:
    """One turn under way. `trouble` is the first thread's that could not be read."""

    polling: Polling
    claim: ReadingClaim
    pages_left: int = PAGES_PER_TURN
    trouble: ConnectorError | None = None


async def read_threads(polling: Polling, claim: ReadingClaim) -> ConnectorError | None:
    """Reads a claimed source's threads for one turn and gives it back; the refusal that ended the turn early."""
    turn, refusal = Turn(polling, claim), None
    try:
        reader = polling.connector_for(claim.source.network)
        if isinstance(reader, CommentReader):
            await _read(turn, reader)
        outcome = ReadingOutcome(None if turn.trouble is None else str(turn.trouble))
    except ConnectorError as error:
        refusal = error
        outcome = ReadingOutcome(str(error), backoff_until(polling.now(), claim.failures, polling.bounds))
    _tell(claim, outcome)
    await give_threads_back(polling, claim, outcome)
    return refusal


async def give_threads_back(polling: Polling, claim: ReadingClaim, outcome: ReadingOutcome) -> None:
    """Ends a claim with the outcome of its turn."""
    async with polling.intake.database.write() as session:
        await readings.release(session, polling.intake.region_id, claim, outcome, now=polling.now())


async def _read(turn: Turn, reader: CommentReader) -> None:
    """Reads threads until the turn's share of pages is spent.

    A thread that cannot be read never stops the others. Two in a row say that it is not the thread: that error is raised.
    """
    polling, claim = turn.polling, turn.claim
    async with polling.intake.database.read() as session:
        waiting = await readings.to_read(session, polling.intake.region_id, claim, now=polling.now(), limit=THREADS_PER_LOOK)
    in_a_row = 0
    for one in waiting:
        if turn.pages_left <= 0:
            return
        try:
            await _read_thread(turn, reader, one)
            in_a_row = 0
        except SourceGone:
            in_a_row += 1
            await _leave(turn, one.thread)
            if in_a_row == VANISHED_IN_A_ROW:
                await _ask_wall(turn)
                return
        except (UnexpectedResponse, AccessDenied, SourceUnavailable) as error:
            in_a_row += 1
            is_network_at_fault = in_a_row > 1 and not isinstance(error, UnexpectedResponse)
            if is_network_at_fault or (isinstance(error, AccessDenied) and error.permanent):
                raise
            turn.trouble = turn.trouble or error
            await _leave(turn, one.thread)


async def _read_thread(turn: Turn, reader: CommentReader, one: ToRead) -> None:
    polling, claim, thread, state = turn.polling, turn.claim, one.thread, one.state
    began_at = polling.now()
    cursor = None if thread.cursor is None or (one.sweep and must_cover(began_at, thread.covered_at)) else Cursor(thread.cursor)
    is_covered, surplus, is_empty, found = False, 0, not thread.comment_count and cursor is None, dict[str, datetime]()
    async for page in reader.read_comments(PostRef(wall_of(claim.source), thread.post_id), cursor):
        taken = await take_in(polling, claim, page, asked_at=began_at, thread=thread.post_id)
        is_covered = is_covered or bool(page.coverage)
        is_empty = is_empty and not page.messages
        surplus += taken.new + taken.restored - taken.deleted
        found |= {one.external_id: one.published_at for one in page.messages if _came(one, since=state.known_until)}
        turn.pages_left -= 1
    moved_at = began_at if one.sweep and surplus else thread.last_moved_at
    look = polling.thread_planner.after_look(
        claim.source.network,
        state,
        began_at,
        sorted(moment for moment in found.values() if moment <= began_at),
        moved_at=moved_at,
        weight=claim.page.worth,
        bounds=polling.planner.bounds,
    )
    done = Reading(
        began_at,
        thread.comment_count,
        surplus if one.sweep else 0,
        is_whole=is_covered and cursor is None,
        next_sweep_at=None if is_empty else next_sweep_at(began_at, moved_at),
        look=look,
    )
    async with polling.intake.database.write() as session:
        await threads.finish_reading(session, polling.intake.region_id, claim.source.id, thread.post_id, done)
        await leases.hold(session, claim.lease, now=began_at)


def _came(message: Message, *, since: datetime) -> bool:
    """Whether the message is a comment that came after the thread was last known whole."""
    return message.type is MessageType.COMMENT and not message.deleted and message.published_at > since


async def _leave(turn: Turn, thread: Thread) -> None:
    """Puts a thread off that could not be read; the next look at its counter tells whether its post has vanished."""
    polling, claim, now = turn.polling, turn.claim, turn.polling.now()
    place = (polling.intake.region_id, claim.source.id)
    async with polling.intake.database.write() as session:
        await threads.put_off(session, *place, thread.post_id, until=now + RETRY_THREAD_AFTER)
        await threads.recount(session, *place, [thread.post_id], at=now)
        await leases.hold(session, claim.lease, now=now)


async def _ask_wall(turn: Turn) -> None:
    async with turn.polling.intake.database.write() as session:
        await polls.bring_forward(session, [turn.claim.source.id], to=turn.polling.now())


def _tell(claim: ReadingClaim, outcome: ReadingOutcome) -> None:
    """A change of state is logged once: the first turn that failed, and the first that did not."""
    about = {"source_id": claim.source.id, "network": claim.source.network}
    if outcome.retry_at is not None and claim.failures == 0:
        log.warning("threads failed", **about, error=outcome.error, retry_at=outcome.retry_at.isoformat())
    elif outcome.retry_at is None and claim.failures > 0:
        log.info("threads recovered", **about, failures=claim.failures)
