"""Waits for a canary to come through: read, classified, stored and shown in the queue."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.canary import Sighting, Stage, stages
from app.domain.errors import DomainError, InvalidInput
from app.domain.source import SourceId, SourceStatus
from app.storage import canaries, sources, workers
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.sources import Registered

BETWEEN_LOOKS_SECONDS = 0.2
"""So much later than it happened a step may seem to have been reached; the database tells nobody of a canary by itself."""
TIMING_AWAITED = timedelta(seconds=5)
"""The moments of a reading are noted after it; of what was published before the watch began, never."""
WORKER_LIVES = timedelta(seconds=30)


class CanaryLost(DomainError):
    """The canary did not come through; the message says how far it came and what stands in the way."""


@dataclass(frozen=True, slots=True)
class CanaryDesk:
    """Where canaries are watched from."""

    database: Database
    region_id: RegionId
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A canary that came through."""

    seen: Sighting
    stages: list[Stage]

    @property
    def total_seconds(self) -> float:
        """From its publication to the queue."""
        return (self.stages[-1].at - self.stages[0].at).total_seconds()


async def require_test_page(desk: CanaryDesk, source_id: SourceId) -> Registered:
    """The test page; `InvalidInput` for one on which a canary would be taken for a resident's message."""
    async with desk.database.read() as session:
        page = await sources.get(session, desk.region_id, source_id)
    if not page.source.test:
        raise InvalidInput("source", f"The page {source_id} is no test page: flag one of your own with `otklik source test {source_id}`.")
    return page


async def watch_canary(desk: CanaryDesk, source_id: SourceId, mark: str, *, patience: timedelta) -> Arrived:
    """The canary's way once it is in the queue; `CanaryLost` when it does not get there in time, or never will."""
    seen: Sighting | None = None
    until = desk.now() + patience
    while True:
        async with desk.database.read() as session:
            seen = await canaries.sighting(session, desk.region_id, source_id, mark)
            is_shown = seen is not None and await canaries.is_in_queue(session, desk.region_id, source_id, seen, now=desk.now())
        now = desk.now()
        if seen is not None and not seen.asks:
            raise CanaryLost(_judged(seen))
        if seen is not None and is_shown:
            return await _arrived(desk, source_id, mark, seen, visible_at=now)
        if now >= until:
            page = await require_test_page(desk, source_id)
            raise CanaryLost(await _reason(desk, page, seen, patience))
        await asyncio.sleep(BETWEEN_LOOKS_SECONDS)


async def _arrived(desk: CanaryDesk, source_id: SourceId, mark: str, seen: Sighting, *, visible_at: datetime) -> Arrived:
    while seen.timing is None and desk.now() < visible_at + TIMING_AWAITED:
        await asyncio.sleep(BETWEEN_LOOKS_SECONDS)
        async with desk.database.read() as session:
            seen = await canaries.sighting(session, desk.region_id, source_id, mark) or seen
    return Arrived(seen, stages(seen, visible_at))


def _judged(seen: Sighting) -> str:
    said = "is by an official account" if seen.kind is None else f"was judged «{seen.kind}»"
    return f"The canary {seen.url} was stored and {said}: nobody is owed an answer, so it stands in no queue. Send a text that asks."


async def _reason(desk: CanaryDesk, page: Registered, seen: Sighting | None, patience: timedelta) -> str:
    """Why the canary may not have come, the likeliest cause first."""
    waited = f"within {patience / timedelta(seconds=1):.0f} s"
    if seen is not None:
        return (
            f"The canary {seen.url} was stored at {seen.collected_at:%H:%M:%S}Z and is not in the queue {waited}: was its incident closed?"
        )
    async with desk.database.read() as session:
        living = await workers.alive(session, within=WORKER_LIVES)
    if not living:
        return f"The canary was not read {waited}: no worker is alive. Start `otklik worker`."
    if page.source.status is SourceStatus.PAUSED:
        return f"The canary was not read {waited}: the page is paused ({page.paused_reason})."
    if page.last_error is not None:
        return f"The canary was not read {waited}; reading the page fails: {page.last_error}"
    last = "never" if page.last_success_at is None else f"last at {page.last_success_at:%Y-%m-%d %H:%M:%S}Z"
    following = "" if page.next_poll_at is None else f", next at {page.next_poll_at:%H:%M:%S}Z"
    return (
        f"The canary was not read {waited}. The wall was read {last}{following}. Does the canary stand under a post of {page.source.url}?"
    )
