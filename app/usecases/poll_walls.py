"""Reads what is new on the walls that are due; a broken page is recorded and pushed ahead, the rest go on."""

from datetime import datetime

import structlog

from app.domain.polling.intervals import next_poll_at
from app.domain.polling.plan import Planned, first_state
from app.storage.polling import polls
from app.storage.polling.polls import PollOutcome, WallClaim
from app.usecases.judge_refusal import judge_refusal
from app.usecases.polling import Polling, take_in, wall_of
from connectors.sdk.contract import Cursor, PostReader
from connectors.sdk.errors import ConnectorError

log = structlog.get_logger(__name__)


async def claim_walls(polling: Polling, network: str, *, limit: int) -> list[WallClaim]:
    """Walls that this worker may poll now, at most `limit`, the longest waiting first."""
    now, region_id = polling.now(), polling.intake.region_id
    unseen = polling.planner.only_unseen_since(network, now)
    async with polling.intake.database.write() as session:
        return await polls.claim_due(session, region_id, network, polling.worker, now=now, limit=limit, unseen_since=unseen)


async def poll_wall(polling: Polling, claim: WallClaim) -> ConnectorError | None:
    """Polls a claimed wall and gives it back with the outcome, which is also what the administrator sees; the network's refusal."""
    refusal = None
    try:
        reader = polling.connector_for(claim.source.network)
        planned = await _read_posts(polling, claim, reader) if isinstance(reader, PostReader) else None
        outcome = PollOutcome(
            planned.next_poll_at if planned else next_poll_at(polling.now(), polling.bounds, push_keeps_up=claim.page.pushed),
            planned=planned,
        )
    except ConnectorError as error:
        refusal = error
        outcome = judge_refusal(error, claim, polling.bounds, now=polling.now())
    _tell(claim, outcome)
    await give_wall_back(polling, claim, outcome)
    return refusal


async def give_wall_back(polling: Polling, claim: WallClaim, outcome: PollOutcome) -> None:
    """Ends a claim with the outcome of its poll."""
    async with polling.intake.database.write() as session:
        await polls.release(session, polling.intake.region_id, claim, outcome, now=polling.now())


async def _read_posts(polling: Polling, claim: WallClaim, reader: PostReader) -> Planned | None:
    """Takes in what is new, and plans the next poll by it."""
    asked_at, source = polling.now(), claim.source
    cursor = None if claim.cursor is None else Cursor(claim.cursor)
    beginning = first_state(source.monitored_since, asked_at, backfill=polling.backfill)
    state, found, calls = claim.state or beginning, dict[str, datetime](), 0
    async for page in reader.read_posts(wall_of(source), cursor, not_before=beginning.known_until):
        await take_in(polling, claim, page, asked_at=asked_at)
        found |= {post.external_id: post.published_at for post in page.messages if state.known_until < post.published_at <= asked_at}
        calls += 1
    moments = sorted(found.values())
    return polling.planner.after_poll(source.network, claim.page, state, asked_at, moments, due_at=claim.due_at, calls=calls)


def _tell(claim: WallClaim, outcome: PollOutcome) -> None:
    """A change of state is logged once: the first failure, a pause, the recovery."""
    about = {"source_id": claim.source.id, "network": claim.source.network}
    if outcome.error is not None and outcome.paused_reason != claim.paused_reason:
        log.warning("source paused", **about, reason=outcome.paused_reason, error=outcome.error)
    elif outcome.error is not None and claim.failures == 0:
        log.warning("source failed", **about, error=outcome.error, next_poll_at=outcome.next_poll_at.isoformat())
    elif outcome.error is None and claim.failures > 0:
        log.info("source recovered", **about, failures=claim.failures)
