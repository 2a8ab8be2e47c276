"""Channels of pushed events: which sources have one, what guards it, how it does, and who works on its inbox now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import LeaseLost
from app.domain.push_channel import PushHealth, PushMode
from app.domain.source import Source, SourceId
from app.storage.regions import RegionId
from app.storage.sources import SOURCE_COLUMNS, source_of

INTAKE_LEASE = timedelta(seconds=60)
"""How long a silent worker keeps the inbox of a source (real time, the database's clock)."""
RECEIVING_LEASE = timedelta(seconds=90)
"""Longer than any long poll stands open; kept anew by each."""
HEALTH = "mode, direct_messages, since, last_event_at, missed, missed_at, failures, last_error"


@dataclass(frozen=True, slots=True)
class Guard:
    """What an event for a source must match. `secret` is encrypted; `confirmation` proves our address to the network."""

    source_id: SourceId
    network: str
    external_id: str
    secret: bytes | None = field(repr=False)
    confirmation: str | None = field(repr=False)


async def guard_of(session: AsyncSession, region_id: RegionId, source_id: SourceId) -> Guard | None:
    """The guard of a source that the network calls; `None` for one that it does not."""
    row = (
        await session.execute(
            text(
                "SELECT s.id, s.network, s.external_id, c.secret, c.confirmation FROM push_channels c JOIN sources s ON s.id = c.source_id"
                " WHERE s.region_id = :region AND s.id = :source AND c.mode = 'callback'"
            ),
            {"region": region_id, "source": source_id},
        )
    ).one_or_none()
    return None if row is None else Guard(*row)


async def health_of(session: AsyncSession, source_ids: Sequence[SourceId]) -> dict[SourceId, PushHealth]:
    """How the push of each source does; sources without one are left out."""
    rows = await session.execute(
        text(f"SELECT source_id, {HEALTH} FROM push_channels WHERE source_id = ANY(:sources)"), {"sources": list(source_ids)}
    )
    return {SourceId(row.source_id): _health(row[1:]) for row in rows}


def _health(row: Any) -> PushHealth:
    return PushHealth(PushMode(row[0]), *row[1:])


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel to open. What it had missed before is forgotten."""

    source_id: SourceId
    mode: PushMode
    secret: bytes | None = field(repr=False)
    confirmation: str | None = field(repr=False)
    direct_messages: bool


async def open_channel(session: AsyncSession, new: NewChannel, *, now: datetime) -> None:
    """Opens a channel in place of the one that the source had."""
    await session.execute(
        text(
            "INSERT INTO push_channels (source_id, mode, secret, confirmation, direct_messages, since, next_receive_at)"
            " VALUES (:source, :mode, :secret, :confirmation, :directs, :now, :now) ON CONFLICT (source_id) DO UPDATE"
            " SET mode = excluded.mode, secret = excluded.secret, confirmation = excluded.confirmation, server = NULL,"
            " direct_messages = excluded.direct_messages, since = excluded.since, next_receive_at = excluded.next_receive_at,"
            " last_event_at = NULL, missed = 0, missed_at = NULL, cursor = NULL, failures = 0, last_error = NULL,"
            " lease_generation = push_channels.lease_generation + 1, lease_until = NULL, lease_worker = NULL"
        ),
        {
            "source": new.source_id,
            "mode": new.mode.value,
            "secret": new.secret,
            "confirmation": new.confirmation,
            "directs": new.direct_messages,
            "now": now,
        },
    )


async def note_server(session: AsyncSession, source_id: SourceId, *, server: str, confirmation: str) -> None:
    """Remembers the network's own name of the channel, and the code that it wants to see from now on."""
    await session.execute(
        text("UPDATE push_channels SET server = :server, confirmation = :confirmation WHERE source_id = :source"),
        {"source": source_id, "server": server, "confirmation": confirmation},
    )


async def server_of(session: AsyncSession, source_id: SourceId) -> str | None:
    """The network's own name of the source's channel."""
    found = await session.scalar(text("SELECT server FROM push_channels WHERE source_id = :source"), {"source": source_id})
    return None if found is None else str(found)


async def close_channel(session: AsyncSession, source_id: SourceId) -> bool:
    """Forgets the channel of a source; whether there was one. Events that wait in the inbox are dropped with it."""
    await session.execute(text("DELETE FROM pushed_events WHERE source_id = :source"), {"source": source_id})
    found = await session.scalar(text("DELETE FROM push_channels WHERE source_id = :source RETURNING source_id"), {"source": source_id})
    return found is not None


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a page that cannot be polled is heard of. Without `mode` its network was never asked to push; `server` is that of a callback."""

    source_id: SourceId
    network: str
    external_id: str
    mode: PushMode | None
    server: str | None
    failures: int
    last_error: str | None


async def hearings(session: AsyncSession, region_id: RegionId, networks: Collection[str]) -> list[Hearing]:
    """The active pages of the given networks, test pages left out."""
    rows = await session.execute(
        text(
            "SELECT s.id, s.network, s.external_id, c.mode, c.server, coalesce(c.failures, 0) AS failures, c.last_error FROM sources s"
            " LEFT JOIN push_channels c ON c.source_id = s.id"
            " WHERE s.region_id = :region AND s.network = ANY(:networks) AND s.status = 'active' AND NOT s.test ORDER BY s.id"
        ),
        {"region": region_id, "networks": list(networks)},
    )
    return [Hearing(SourceId(row[0]), row[1], row[2], row[3] and PushMode(row[3]), *row[4:]) for row in rows]


async def note_missed(session: AsyncSession, source_id: SourceId, count: int, *, now: datetime) -> None:
    """Counts messages that polling found although they should have been pushed."""
    await session.execute(
        text("UPDATE push_channels SET missed = missed + :count, missed_at = :now WHERE source_id = :source"),
        {"source": source_id, "count": count, "now": now},
    )


@dataclass(frozen=True, slots=True)
class IntakeClaim:
    """The right to take in the inbox of a source, held by one worker under one generation.

    `is_paused`: an operator wants nothing of the page for now.
    """

    source: Source
    generation: int
    direct_messages: bool
    posts_per_day: float | None = None
    is_paused: bool = False


async def claim_intake(session: AsyncSession, region_id: RegionId, *, limit: int) -> list[IntakeClaim]:
    """Takes sources with waiting events; nobody else takes them until they are given back or the lease ends."""
    rows = await session.execute(
        text(
            "WITH waiting AS (SELECT c.source_id FROM push_channels c JOIN sources s ON s.id = c.source_id"
            " WHERE s.region_id = :region AND (c.intake_until IS NULL OR c.intake_until < clock_timestamp())"
            " AND c.source_id IN (SELECT source_id FROM pushed_events WHERE taken_at IS NULL)"
            " LIMIT :limit FOR UPDATE OF c SKIP LOCKED)"
            " UPDATE push_channels c SET intake_generation = intake_generation + 1, intake_until = clock_timestamp() + :lease"
            " FROM waiting w JOIN sources s ON s.id = w.source_id LEFT JOIN poll_states p ON p.source_id = s.id"
            f" WHERE c.source_id = w.source_id RETURNING {SOURCE_COLUMNS}, c.intake_generation, c.direct_messages, p.rate,"
            " s.paused_reason IS NOT DISTINCT FROM 'by_operator' AS is_paused"
        ),
        {"region": region_id, "limit": limit, "lease": INTAKE_LEASE},
    )
    return [IntakeClaim(source_of(row), row.intake_generation, row.direct_messages, row.rate, row.is_paused) for row in rows]


async def hold_intake(session: AsyncSession, claim: IntakeClaim, *, last_event_at: datetime, now: datetime) -> None:
    """Makes sure, inside a transaction, that the claim still holds, and keeps it; `LeaseLost` when another worker has it.

    `last_event_at` is noted here and not at the door, where it would make every event wait for one row.
    """
    held = await session.scalar(
        text(
            "UPDATE push_channels SET intake_until = clock_timestamp() + :lease,"
            " last_event_at = greatest(last_event_at, CAST(:last AS timestamptz))"
            " WHERE source_id = :source AND intake_generation = :generation RETURNING source_id"
        ),
        {"source": claim.source.id, "generation": claim.generation, "lease": INTAKE_LEASE, "last": last_event_at},
    )
    if held is None:
        raise LeaseLost(claim.source.id, claim.generation, now)


async def release_intake(session: AsyncSession, claim: IntakeClaim) -> None:
    """Gives the inbox back, so that what came meanwhile is taken in at once."""
    await session.execute(
        text("UPDATE push_channels SET intake_until = NULL WHERE source_id = :source AND intake_generation = :generation"),
        {"source": claim.source.id, "generation": claim.generation},
    )


@dataclass(slots=True)
class ReceivingClaim:
    """The right to fetch a source's events by long polling, held by one worker under one generation.

    `failures` in a row, as the database has them: none any more once something was fetched.
    """

    source: Source
    cursor: str | None
    failures: int
    generation: int


async def claim_receiving(session: AsyncSession, region_id: RegionId, worker: str, *, now: datetime, limit: int) -> list[ReceivingClaim]:
    """Takes sources that nobody fetches from; nobody else does until they are given back or the lease ends."""
    rows = await session.execute(
        text(
            "WITH free AS (SELECT c.source_id FROM push_channels c JOIN sources s ON s.id = c.source_id"
            " WHERE s.region_id = :region AND c.mode = 'long_poll' AND c.next_receive_at <= :now"
            " AND (c.lease_until IS NULL OR c.lease_until < clock_timestamp())"
            " ORDER BY c.next_receive_at LIMIT :limit FOR UPDATE OF c SKIP LOCKED)"
            " UPDATE push_channels c SET lease_worker = :worker, lease_generation = lease_generation + 1,"
            " lease_until = clock_timestamp() + :lease"
            " FROM free f JOIN sources s ON s.id = f.source_id WHERE c.source_id = f.source_id"
            f" RETURNING {SOURCE_COLUMNS}, c.cursor, c.failures, c.lease_generation"
        ),
        {"region": region_id, "now": now, "worker": worker, "limit": limit, "lease": RECEIVING_LEASE},
    )
    return [ReceivingClaim(source_of(row), row.cursor, row.failures, row.lease_generation) for row in rows]


async def save_received(session: AsyncSession, claim: ReceivingClaim, *, cursor: str, now: datetime) -> None:
    """Where fetching goes on, in the transaction that stores the events; keeps the lease, or raises `LeaseLost`."""
    held = await session.scalar(
        text(
            "UPDATE push_channels SET cursor = :cursor, failures = 0, last_error = NULL, lease_until = clock_timestamp() + :lease"
            " WHERE source_id = :source AND lease_generation = :generation RETURNING source_id"
        ),
        {"source": claim.source.id, "generation": claim.generation, "cursor": cursor, "lease": RECEIVING_LEASE},
    )
    if held is None:
        raise LeaseLost(claim.source.id, claim.generation, now)


async def release_receiving(session: AsyncSession, claim: ReceivingClaim, *, error: str | None, again_at: datetime) -> None:
    """Gives a source back, with what went wrong, to be fetched from again at the given moment."""
    await session.execute(
        text(
            "UPDATE push_channels SET lease_until = NULL, lease_worker = NULL, next_receive_at = :again, last_error = :error,"
            " failures = CASE WHEN CAST(:error AS text) IS NULL THEN failures ELSE failures + 1 END"
            " WHERE source_id = :source AND lease_generation = :generation"
        ),
        {"source": claim.source.id, "generation": claim.generation, "again": again_at, "error": error},
    )


async def give_back_receiving(session: AsyncSession, worker: str) -> None:
    """Ends all leases of a worker that stops."""
    await session.execute(
        text("UPDATE push_channels SET lease_until = NULL, lease_worker = NULL WHERE lease_worker = :worker"), {"worker": worker}
    )
