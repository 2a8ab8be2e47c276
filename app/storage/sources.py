"""Sources: the registry, and who polls which of them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, LeaseLost, NotFound, StaleVersion
from app.domain.source import RECHECKED, PauseReason, Source, SourceId, SourceStatus
from app.domain.territory import EntryId
from app.storage.regions import RegionId

LEASE = timedelta(seconds=40)
"""How long a silent worker keeps its sources (real time, the database's clock); renewed several times within it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A source with everything that an administrator sees of it."""

    source: Source
    authority_name: str | None
    paused_reason: PauseReason | None
    created_at: datetime
    version: int
    next_poll_at: datetime
    failures: int
    last_error: str | None
    last_error_at: datetime | None
    last_polled_at: datetime | None
    last_success_at: datetime | None


SELECTED = (
    "SELECT s.id, s.network, s.external_id, s.name, s.url, s.official, s.authority_id, s.status, s.monitored_since,"
    " s.territory_id, a.name AS authority_name, s.paused_reason, s.created_at, s.version, p.next_poll_at, p.failures, p.last_error,"
    " p.last_error_at, p.last_polled_at, p.last_success_at FROM sources s JOIN poll_states p ON p.source_id = s.id"
    " LEFT JOIN authorities a ON a.id = s.authority_id"
)


def source_of(row: Any) -> Source:
    """The source in a row that has its columns."""
    return Source(
        SourceId(row.id),
        row.network,
        row.external_id,
        row.name,
        row.url,
        row.official,
        None if row.authority_id is None else AuthorityId(row.authority_id),
        SourceStatus(row.status),
        row.monitored_since,
        None if row.territory_id is None else EntryId(row.territory_id),
    )


def _registered(row: Any) -> Registered:
    reason = None if row.paused_reason is None else PauseReason(row.paused_reason)
    return Registered(source_of(row), row.authority_name, reason, *row[12:])


@dataclass(frozen=True, slots=True)
class NewSource:
    """A page to watch from `monitored_since` on."""

    network: str
    external_id: str
    name: str
    url: str
    official: bool
    authority_id: AuthorityId | None
    monitored_since: datetime
    territory_id: EntryId | None = None


async def add(session: AsyncSession, region_id: RegionId, new: NewSource, *, now: datetime) -> SourceId:
    """Registers a page, to be polled at once; `AlreadyExists` when it is watched already."""
    found = await session.scalar(
        text(
            "INSERT INTO sources (region_id, network, external_id, name, url, official, authority_id, territory_id, status,"
            " monitored_since, created_at) VALUES (:region, :network, :external_id, :name, :url, :official, CAST(:authority AS bigint),"
            " CAST(:territory AS bigint), 'active', :since, :now)"
            " ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "region": region_id,
            "network": new.network,
            "external_id": new.external_id,
            "name": new.name,
            "url": new.url,
            "official": new.official,
            "authority": new.authority_id,
            "territory": new.territory_id,
            "since": new.monitored_since,
            "now": now,
        },
    )
    if found is None:
        existing = await session.scalar(
            text("SELECT id FROM sources WHERE region_id = :region AND network = :network AND external_id = :external_id"),
            {"region": region_id, "network": new.network, "external_id": new.external_id},
        )
        raise AlreadyExists("source", new.url, existing_id=existing)
    await session.execute(text("INSERT INTO poll_states (source_id, next_poll_at) VALUES (:source, :now)"), {"source": found, "now": now})
    return SourceId(found)


async def get(session: AsyncSession, region_id: RegionId, source_id: SourceId) -> Registered:
    """A source as the administrator sees it; `NotFound` when there is none."""
    row = (
        await session.execute(text(f"{SELECTED} WHERE s.region_id = :region AND s.id = :id"), {"region": region_id, "id": source_id})
    ).one_or_none()
    if row is None:
        raise NotFound("source", source_id)
    return _registered(row)


async def listed(session: AsyncSession, region_id: RegionId, *, after: SourceId | None = None, limit: int = 200) -> Sequence[Registered]:
    """Sources in the order of their registration, those after the given one."""
    rows = await session.execute(
        text(f"{SELECTED} WHERE s.region_id = :region AND s.id > :after ORDER BY s.id LIMIT :limit"),
        {"region": region_id, "after": after or 0, "limit": limit},
    )
    return [_registered(row) for row in rows]


async def change(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, *, version: int | None, changes: Mapping[str, Any], now: datetime
) -> None:
    """Writes an administrator's change; an activated source is polled at once."""
    found = await session.scalar(
        text("SELECT version FROM sources WHERE region_id = :region AND id = :id FOR UPDATE"), {"region": region_id, "id": source_id}
    )
    if found is None:
        raise NotFound("source", source_id)
    if version is not None and found != version:
        raise StaleVersion("source", source_id, expected=version, found=found)
    columns = "".join(f"{name} = :{name}, " for name in changes)
    await session.execute(text(f"UPDATE sources SET {columns} version = version + 1 WHERE id = :id"), {"id": source_id, **changes})
    if changes.get("status") == SourceStatus.ACTIVE.value:
        await session.execute(
            text("UPDATE poll_states SET next_poll_at = :now, failures = 0 WHERE source_id = :id"), {"id": source_id, "now": now}
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to poll a source, held by one worker under one generation. `pushed_since`: the network tells its news itself, too."""

    source: Source
    paused_reason: PauseReason | None
    cursor: str | None
    failures: int
    generation: int
    pushed_since: datetime | None = None
    push_keeps_up: bool = False


async def claim_due(session: AsyncSession, region_id: RegionId, worker: str, *, now: datetime, limit: int) -> list[Claim]:
    """Takes sources whose time has come, the longest waiting first; nobody else takes them until the lease ends."""
    rows = await session.execute(
        text(
            "WITH due AS (SELECT p.source_id FROM poll_states p JOIN sources s ON s.id = p.source_id"
            " WHERE s.region_id = :region AND p.next_poll_at <= :now AND (p.lease_until IS NULL OR p.lease_until < clock_timestamp())"
            " AND (s.status = 'active' OR s.paused_reason = ANY(:rechecked))"
            " ORDER BY p.next_poll_at LIMIT :limit FOR UPDATE OF p SKIP LOCKED)"
            " UPDATE poll_states p SET lease_worker = :worker, lease_generation = lease_generation + 1,"
            " lease_until = clock_timestamp() + :lease FROM due, sources s WHERE p.source_id = due.source_id AND s.id = p.source_id"
            " RETURNING s.id, s.network, s.external_id, s.name, s.url, s.official, s.authority_id, s.status, s.monitored_since,"
            " s.territory_id, s.paused_reason, p.cursor, p.failures, p.lease_generation,"
            " (SELECT since FROM push_channels c WHERE c.source_id = s.id) AS pushed_since,"
            " EXISTS (SELECT FROM push_channels c WHERE c.source_id = s.id AND (c.missed_at IS NULL AND c.last_event_at IS NOT NULL"
            " OR c.missed_at < c.last_event_at)) AS push_keeps_up"
        ),
        {
            "region": region_id,
            "now": now,
            "worker": worker,
            "limit": limit,
            "lease": LEASE,
            "rechecked": [reason.value for reason in RECHECKED],
        },
    )
    return [
        Claim(
            source_of(row),
            None if row.paused_reason is None else PauseReason(row.paused_reason),
            row.cursor,
            row.failures,
            row.lease_generation,
            row.pushed_since,
            row.push_keeps_up,
        )
        for row in rows
    ]


async def renew(session: AsyncSession, worker: str, source_ids: Collection[SourceId]) -> None:
    """Keeps a living worker's leases from ending."""
    await session.execute(
        text("UPDATE poll_states SET lease_until = clock_timestamp() + :lease WHERE lease_worker = :worker AND source_id = ANY(:ids)"),
        {"worker": worker, "ids": list(source_ids), "lease": LEASE},
    )


async def hold(session: AsyncSession, claim: Claim, *, now: datetime) -> None:
    """Makes sure, inside a transaction, that the claim still holds; raises `LeaseLost` when another worker has the source."""
    found = await session.scalar(
        text("SELECT lease_generation FROM poll_states WHERE source_id = :source FOR SHARE"), {"source": claim.source.id}
    )
    if found != claim.generation:
        raise LeaseLost(claim.source.id, claim.generation, now)


async def hasten(session: AsyncSession, source_id: SourceId, *, at: datetime) -> None:
    """Has a source polled at the given moment, or before if it is due earlier."""
    await session.execute(
        text("UPDATE poll_states SET next_poll_at = least(next_poll_at, :at) WHERE source_id = :source"), {"source": source_id, "at": at}
    )


async def save_cursor(session: AsyncSession, claim: Claim, cursor: str) -> None:
    """Where reading the wall goes on."""
    await session.execute(
        text("UPDATE poll_states SET cursor = :cursor WHERE source_id = :source"), {"source": claim.source.id, "cursor": cursor}
    )


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """How a poll ended. `error` is a sentence for the administrator, free of secrets; `None` is success."""

    next_poll_at: datetime
    error: str | None = None
    failures: int = 0
    paused_reason: PauseReason | None = None


async def release(session: AsyncSession, claim: Claim, outcome: PollOutcome, *, now: datetime) -> bool:
    """Gives a source back with the outcome of its poll; whether the claim still held."""
    held = await session.scalar(
        text(
            "UPDATE poll_states SET lease_until = NULL, lease_worker = NULL, next_poll_at = :next, failures = :failures,"
            " last_error = :error, last_error_at = CASE WHEN CAST(:error AS text) IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END,"
            " last_polled_at = :now,"
            " last_success_at = CASE WHEN CAST(:error AS text) IS NULL THEN CAST(:now AS timestamptz) ELSE last_success_at END"
            " WHERE source_id = :source AND lease_generation = :generation RETURNING source_id"
        ),
        {
            "source": claim.source.id,
            "generation": claim.generation,
            "next": outcome.next_poll_at,
            "failures": outcome.failures,
            "error": outcome.error,
            "now": now,
        },
    )
    if held is None:
        return False
    await session.execute(
        text(
            "UPDATE sources SET status = CASE WHEN CAST(:reason AS text) IS NULL THEN 'active' ELSE 'paused' END, paused_reason = :reason,"
            " version = version + 1 WHERE id = :source AND paused_reason IS DISTINCT FROM CAST(:reason AS text)"
            " AND paused_reason IS DISTINCT FROM 'by_operator'"
        ),
        {"source": claim.source.id, "reason": None if outcome.paused_reason is None else outcome.paused_reason.value},
    )
    return True


async def give_back(session: AsyncSession, worker: str) -> None:
    """Ends all leases of a worker that stops, so that others take its sources at once."""
    await session.execute(
        text("UPDATE poll_states SET lease_until = NULL, lease_worker = NULL WHERE lease_worker = :worker"), {"worker": worker}
    )
