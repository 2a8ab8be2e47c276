"""Leases: which worker holds a source's wall or its threads now, under which generation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import LeaseLost
from app.domain.source import SourceId

LEASE = timedelta(seconds=40)
"""How long a silent worker keeps what it holds (real time, the database's clock); renewed several times within it."""
TAKE = "lease_worker = :worker, lease_generation = lease_generation + 1, lease_until = clock_timestamp() + CAST(:lease AS interval)"
FREE = "(lease_until IS NULL OR lease_until < clock_timestamp())"


class Held(StrEnum):
    """What is held, by the table that keeps its leases: a wall is polled and threads are read independently of each other."""

    WALL = "poll_states"
    THREADS = "reading_states"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one source's wall or threads."""

    held: Held
    source_id: SourceId
    generation: int


async def hold(session: AsyncSession, lease: Lease, *, now: datetime) -> None:
    """Makes sure, inside a transaction, that the lease still holds; raises `LeaseLost` when another worker has taken over.

    Threads are locked before leases everywhere, so call it last.
    """
    found = await session.scalar(
        text(f"SELECT lease_generation FROM {lease.held} WHERE source_id = :source FOR SHARE"), {"source": lease.source_id}
    )
    if found != lease.generation:
        raise LeaseLost(lease.source_id, lease.generation, now)


async def renew(session: AsyncSession, held: Held, worker: str, source_ids: Collection[SourceId]) -> None:
    """Keeps a living worker's leases from ending."""
    await session.execute(
        text(f"UPDATE {held} SET lease_until = clock_timestamp() + :lease WHERE lease_worker = :worker AND source_id = ANY(:ids)"),
        {"worker": worker, "ids": sorted(source_ids), "lease": LEASE},
    )


async def give_back(session: AsyncSession, worker: str) -> None:
    """Ends all leases of a worker that stops, so that others take its sources at once."""
    for held in Held:
        await session.execute(
            text(f"UPDATE {held} SET lease_until = NULL, lease_worker = NULL WHERE lease_worker = :worker"), {"worker": worker}
        )
