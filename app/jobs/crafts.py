"""The three crafts of polling, as rooms employ them: polling walls, looking at counters, reading threads."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.domain.polling.intervals import backoff_until
from app.jobs.rooms import Break, Craft
from app.storage.polling.polls import PollOutcome, WallClaim
from app.storage.polling.readings import Lane, ReadingClaim, ReadingOutcome
from app.usecases.count_threads import RETRY_BATCH_AFTER, Batch, claim_counters, count_threads, give_counters_back
from app.usecases.poll_walls import claim_walls, give_wall_back, poll_wall
from app.usecases.polling import Polling
from app.usecases.read_threads import claim_readings, give_threads_back, read_threads


def walls_of(polling: Polling, network: str) -> Craft[WallClaim]:
    """Polling the walls of a network."""

    async def take(limit: int) -> Sequence[WallClaim]:
        return await claim_walls(polling, network, limit=limit)

    async def record_break(claim: WallClaim, broken: Break) -> None:
        failures = claim.failures + (not broken.is_passing)
        outcome = PollOutcome(_again_at(polling, broken, failures), broken.reason, failures, claim.paused_reason)
        await give_wall_back(polling, claim, outcome)

    return Craft("walls", take, partial(poll_wall, polling), record_break, lambda claim: claim.failures > 0)


def counters_of(polling: Polling, network: str) -> Craft[Batch]:
    """Looking at the counters of a network, a batch at a time."""

    async def take(limit: int) -> Sequence[Batch]:
        batches: list[Batch] = []
        while len(batches) < limit and (batch := await claim_counters(polling, network)):
            batches.append(batch)
        return batches

    async def record_break(batch: Batch, broken: Break) -> None:
        await give_counters_back(polling, batch, until=polling.now() + RETRY_BATCH_AFTER)

    return Craft("counters", take, partial(count_threads, polling), record_break, lambda batch: False)


def threads_of(polling: Polling, network: str, lane: Lane) -> Craft[ReadingClaim]:
    """Reading the threads of a network that wait in a lane."""

    async def take(limit: int) -> Sequence[ReadingClaim]:
        return await claim_readings(polling, network, lane, limit=limit)

    async def record_break(claim: ReadingClaim, broken: Break) -> None:
        outcome = ReadingOutcome(broken.reason, _again_at(polling, broken, claim.failures + 1))
        await give_threads_back(polling, claim, outcome)

    return Craft(lane.name.lower(), take, partial(read_threads, polling), record_break, lambda claim: claim.failures > 0)


def _again_at(polling: Polling, broken: Break, failures: int) -> datetime:
    """When to try again: what broke because our database was away is not held against the source."""
    return backoff_until(polling.now(), 0 if broken.is_passing else failures, polling.bounds)
