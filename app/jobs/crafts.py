"""The three crafts of polling, as rooms employ them: polling walls, looking at counters, reading threads."""

from collections.abc import Awaitable, Sequence
from functools import partial

import structlog

from app.domain.polling.intervals import backoff_until
from app.jobs.rooms import Craft
from app.storage.engine import DATABASE_ERRORS
from app.storage.polls import PollOutcome, WallClaim
from app.storage.readings import Lane, ReadingClaim, ReadingOutcome
from app.usecases.count_threads import RETRY_BATCH_AFTER, Batch, claim_counters, count_threads, give_counters_back
from app.usecases.poll_walls import claim_walls, give_wall_back, poll_wall
from app.usecases.polling import Polling
from app.usecases.read_threads import claim_readings, give_threads_back, read_threads

log = structlog.get_logger(__name__)


def walls_of(polling: Polling, network: str) -> Craft[WallClaim]:
    """Polling the walls of a network."""

    async def take(limit: int) -> Sequence[WallClaim]:
        return await claim_walls(polling, network, limit=limit)

    async def record_break(claim: WallClaim, reason: str) -> None:
        failures = claim.failures + 1
        outcome = PollOutcome(backoff_until(polling.now(), failures, polling.bounds), reason, failures, claim.paused_reason)
        await _record(give_wall_back(polling, claim, outcome))

    return Craft("walls", take, partial(poll_wall, polling), record_break, lambda claim: claim.failures > 0)


def counters_of(polling: Polling, network: str) -> Craft[Batch]:
    """Looking at the counters of a network, a batch at a time."""

    async def take(limit: int) -> Sequence[Batch]:
        batches: list[Batch] = []
        while len(batches) < limit and (batch := await claim_counters(polling, network)):
            batches.append(batch)
        return batches

    async def record_break(batch: Batch, reason: str) -> None:
        await _record(give_counters_back(polling, batch, until=polling.now() + RETRY_BATCH_AFTER))

    return Craft("counters", take, partial(count_threads, polling), record_break, lambda batch: False)


def threads_of(polling: Polling, network: str, lane: Lane) -> Craft[ReadingClaim]:
    """Reading the threads of a network that wait in a lane."""

    async def take(limit: int) -> Sequence[ReadingClaim]:
        return await claim_readings(polling, network, lane, limit=limit)

    async def record_break(claim: ReadingClaim, reason: str) -> None:
        outcome = ReadingOutcome(reason, backoff_until(polling.now(), claim.failures + 1, polling.bounds))
        await _record(give_threads_back(polling, claim, outcome))

    return Craft(lane.name.lower(), take, partial(read_threads, polling), record_break, lambda claim: claim.failures > 0)


async def _record(giving_back: Awaitable[object]) -> None:
    """Records work that broke in our own hands; without a database its lease simply ends."""
    try:
        await giving_back
    except DATABASE_ERRORS as error:
        log.warning("not given back", reason=type(error).__name__)
