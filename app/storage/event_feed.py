"""New entries of all incidents' logs, in the order of recording, and word from the server when there are some."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.storage.events import RecordedEvent
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE

CHANNEL = "otklik_events"
"""On which a trigger of `incident_events` says that something was recorded; by commit, never before."""


@dataclass(frozen=True, slots=True)
class FedEvent:
    """An entry of some incident's log. Those of test pages are nobody's news."""

    incident_id: IncidentId
    recorded: RecordedEvent
    is_real: bool


async def newest(session: AsyncSession, region_id: RegionId) -> int:
    """The number of the latest entry, 0 when there is none."""
    return int(await session.scalar(text("SELECT max(id) FROM incident_events WHERE region_id = :region"), {"region": region_id}) or 0)


async def after(session: AsyncSession, region_id: RegionId, number: int, *, also: Collection[int] = (), limit: int) -> Sequence[FedEvent]:
    """Entries with greater numbers, and `also` those of single ones, in their order."""
    rows = await session.execute(
        text(
            "SELECT e.id, e.incident_id, e.type, e.at, e.data, e.recorded_at, e.actor_id, o.name AS actor_name,"
            f" i.source_id {REAL_PAGE} AS is_real FROM incident_events e"
            " JOIN incidents i ON i.region_id = e.region_id AND i.id = e.incident_id LEFT JOIN operators o ON o.id = e.actor_id"
            " WHERE e.region_id = :region AND (e.id > :number OR e.id = ANY(:also)) ORDER BY e.id LIMIT :limit"
        ),
        {"region": region_id, "number": number, "also": list(also), "limit": limit},
    )
    return [
        FedEvent(
            IncidentId(row.incident_id),
            RecordedEvent(row.id, Event(EventType(row.type), row.at, row.data), row.recorded_at, row.actor_id, row.actor_name),
            row.is_real,
        )
        for row in rows
    ]


async def numbers_from(session: AsyncSession, first: int, *, also: Collection[int] = (), limit: int) -> set[int]:
    """The first numbers from the given one on that are committed, and those of `also` that are; whatever the region."""
    rows = await session.execute(
        text(
            "SELECT e.id FROM regions r JOIN incident_events e ON e.region_id = r.id"
            " AND (e.id >= :first OR e.id = ANY(:also)) ORDER BY e.id LIMIT :limit"
        ),
        {"first": first, "also": list(also), "limit": limit},
    )
    return set(rows.scalars())


@asynccontextmanager
async def listening(engine: AsyncEngine) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
    """Waiting, some seconds at most, until something was recorded; it raises `ConnectionResetError` once nobody would tell any more."""
    woken = asyncio.Event()

    def wake(*_: object) -> None:
        woken.set()

    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection

        async def wait(seconds: float) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 can lose a cancellation that comes with the event
                    await woken.wait()
            woken.clear()
            if driver.is_closed():
                raise ConnectionResetError("the connection that listens was lost")

        driver.add_termination_listener(wake)
        await driver.add_listener(CHANNEL, wake)
        try:
            yield wait
        finally:
            driver.remove_termination_listener(wake)
            if not driver.is_closed():
                await driver.remove_listener(CHANNEL, wake)
