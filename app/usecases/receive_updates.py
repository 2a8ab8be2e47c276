"""Fetches a source's events by long polling into the inbox, for servers that the network cannot call."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog

from app.domain.source import Source
from app.storage import push_channels, pushed_events
from app.storage.engine import Database
from app.storage.polling import polls
from app.storage.push_channels import ReceivingClaim
from app.storage.pushed_events import ReceivedEvent
from app.storage.regions import RegionId
from app.telemetry.metrics import PUSHED_EVENTS
from connectors.sdk.contract import Connector, Cursor, UpdateReceiver, Updates, Wall
from connectors.sdk.errors import AccessDenied

log = structlog.get_logger(__name__)

AT_ONCE = 1.0
"""Real seconds within which an empty answer was no wait: now and then a network has its reasons, a proxy that answers for it has none."""
LONGEST_PAUSE = 30.0
"""Real seconds; far below the lease."""
MOST_DOUBLINGS = 8
"""Past the longest pause; a float holds only a thousand of them, and a proxy has so many answers in a night."""
WORTH_A_WORD = 3
"""So many of them in a row are told once."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """What fetching works with. `connector_for` raises `AuthenticationFailed` for a network without a usable credential."""

    database: Database
    region_id: RegionId
    worker: str
    connector_for: Callable[[str], Connector]
    now: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


async def claim_receiving(receiving: Receiving, *, limit: int) -> list[ReceivingClaim]:
    """Sources that this worker may fetch from now."""
    async with receiving.database.write() as session:
        return await push_channels.claim_receiving(session, receiving.region_id, receiving.worker, now=receiving.now(), limit=limit)


async def receive_updates(receiving: Receiving, claim: ReceivingClaim) -> None:
    """Fetches until it is cancelled, the lease is lost or the network refuses; all errors are the caller's.

    Where something answers at once again and again and brings nothing, the pauses between grow: nobody's machine is kept busy by it.
    """
    source = claim.source
    wall, cursor = Wall(source.network, source.external_id), None if claim.cursor is None else Cursor(claim.cursor)
    in_vain = 0
    while True:
        connector = receiving.connector_for(source.network)
        if not isinstance(connector, UpdateReceiver):
            raise AccessDenied(f"{source.network} has no long poll", permanent=True)
        began = perf_counter()
        updates = await connector.wait_for_updates(wall, cursor)
        in_vain = in_vain + 1 if not updates.events and perf_counter() - began < AT_ONCE else 0
        await _store(receiving, claim, updates)
        cursor, claim.failures = updates.cursor, 0
        if in_vain > 1:
            await _rest(receiving, source, in_vain)


async def _rest(receiving: Receiving, source: Source, in_vain: int) -> None:
    if in_vain == WORTH_A_WORD:
        log.warning("long poll does not wait", source_id=source.id, network=source.network)
    await receiving.pause(pause_after(in_vain))


def pause_after(in_vain: int) -> float:
    """The real seconds to rest after so many empty answers at once in a row, two of them or a night's worth."""
    return min(2.0 ** min(in_vain - 2, MOST_DOUBLINGS), LONGEST_PAUSE)


async def _store(receiving: Receiving, claim: ReceivingClaim, updates: Updates) -> None:
    """Events and cursor in one transaction: a crash before it fetches them again, one after it has them.

    Events that the network says are lost are looked for by a poll at once.
    """
    source, now = claim.source, receiving.now()
    own = [event for event in updates.events if event.wall.external_id == source.external_id]
    events = [ReceivedEvent(source.id, event.event_id, now, event.raw) for event in own]
    async with receiving.database.write() as session:
        await push_channels.save_received(session, claim, cursor=updates.cursor, now=now)
        fresh = await pushed_events.store(session, events) if events else set()
        if updates.lost:
            await polls.bring_forward(session, [source.id], to=now)
    if updates.lost:
        log.warning("pushed events lost", source_id=source.id, network=source.network)
    PUSHED_EVENTS.labels(source.network, "received").inc(len(fresh))
    PUSHED_EVENTS.labels(source.network, "repeated").inc(len(events) - len(fresh))


async def stop_receiving(receiving: Receiving, claim: ReceivingClaim, error: str | None, again_at: datetime) -> None:
    """Gives the source back with what went wrong."""
    async with receiving.database.write() as session:
        await push_channels.release_receiving(session, claim, error=error, again_at=again_at)
