"""Polls of walls: which are due, where reading each goes on, and how the last one ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.plan import Planned, Watched
from app.domain.polling.rates import SourceState
from app.domain.source import PauseReason, Source, SourceId
from app.storage.polling import counters, readings
from app.storage.polling.leases import FREE, LEASE, TAKE, Held, Lease
from app.storage.regions import RegionId
from app.storage.sources import PUSH_KEEPS_UP, PUSHED_SINCE, SOURCE_COLUMNS, source_of


@dataclass(frozen=True, slots=True)
class WallClaim:
    """The right to poll a wall that has been due since `due_at`. `pushed_since`: the network tells its news itself, too.

    `watched_since`: when its wall was first read; what is older could not have been seen sooner.
    """

    source: Source
    paused_reason: PauseReason | None
    cursor: str | None
    failures: int
    generation: int
    due_at: datetime
    page: Watched
    state: SourceState | None
    pushed_since: datetime | None = None
    posts_per_day: float | None = None
    watched_since: datetime | None = None

    @property
    def lease(self) -> Lease:
        return Lease(Held.WALL, self.source.id, self.generation)


async def claim_due(
    session: AsyncSession,
    region_id: RegionId,
    network: str,
    worker: str,
    *,
    now: datetime,
    limit: int,
    unseen_since: datetime | None = None,
) -> list[WallClaim]:
    """Takes walls whose time has come, the longest waiting first; nobody else takes them until the lease ends.

    With `unseen_since`, only those that nobody has polled since then.
    """
    rows = await session.execute(
        text(
            "WITH due AS (SELECT source_id FROM poll_states WHERE region_id = :region AND network = :network AND next_poll_at <= :now"
            f" AND {FREE} AND (CAST(:unseen AS timestamptz) IS NULL OR last_polled_at <= :unseen)"
            " ORDER BY next_poll_at LIMIT :limit FOR UPDATE SKIP LOCKED)"
            f" UPDATE poll_states p SET {TAKE} FROM due, sources s WHERE p.source_id = due.source_id AND s.id = p.source_id"
            f" RETURNING {SOURCE_COLUMNS}, s.paused_reason, p.cursor, p.failures, p.lease_generation, p.next_poll_at, {PUSHED_SINCE},"
            f" {PUSH_KEEPS_UP},"
            " s.weight, p.known_until, p.messages, p.exposure, p.echoes, p.rate, p.first_success_at"
        ),
        {
            "region": region_id,
            "network": network,
            "now": now,
            "worker": worker,
            "limit": limit,
            "lease": LEASE,
            "unseen": unseen_since,
        },
    )
    claims = [
        WallClaim(
            source_of(row),
            None if row.paused_reason is None else PauseReason(row.paused_reason),
            row.cursor,
            row.failures,
            row.lease_generation,
            row.next_poll_at,
            Watched(row.weight, row.official, row.push_keeps_up),
            None if row.known_until is None else SourceState(row.known_until, row.messages, row.exposure, tuple(row.echoes)),
            row.pushed_since,
            row.rate,
            row.first_success_at,
        )
        for row in rows
    ]
    return sorted(claims, key=lambda claim: claim.due_at)


async def save_cursor(session: AsyncSession, source_id: SourceId, cursor: str) -> None:
    """Where reading the wall goes on."""
    await session.execute(
        text("UPDATE poll_states SET cursor = :cursor WHERE source_id = :source"), {"source": source_id, "cursor": cursor}
    )


async def rest(session: AsyncSession, region_id: RegionId, networks: Collection[str]) -> None:
    """Plans no polls of pages on networks that cannot be polled; whoever adds or resumes a page need not know which those are."""
    await session.execute(
        text(
            "UPDATE poll_states SET next_poll_at = NULL WHERE region_id = :region AND network = ANY(:networks) AND next_poll_at IS NOT NULL"
        ),
        {"region": region_id, "networks": list(networks)},
    )


async def bring_forward(session: AsyncSession, source_ids: Collection[SourceId], *, to: datetime) -> None:
    """Has walls polled at the given moment, or before if they are due earlier; failing ones are tried when they are due."""
    await session.execute(
        text(
            "UPDATE poll_states p SET next_poll_at = least(next_poll_at, :to) FROM (SELECT source_id FROM poll_states"
            " WHERE source_id = ANY(:sources) AND next_poll_at > :to AND failures = 0 ORDER BY source_id FOR UPDATE) AS early"
            " WHERE p.source_id = early.source_id"
        ),
        {"sources": sorted(source_ids), "to": to},
    )


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """How a poll ended, and what it taught. `error` is a sentence for the administrator, free of secrets; `None` is success."""

    next_poll_at: datetime
    error: str | None = None
    failures: int = 0
    paused_reason: PauseReason | None = None
    planned: Planned | None = None


async def release(session: AsyncSession, region_id: RegionId, claim: WallClaim, outcome: PollOutcome, *, now: datetime) -> bool:
    """Gives a wall back with the outcome of its poll; whether the claim still held.

    What was paused by an operator meanwhile stays so. A page that is put aside has its threads left alone with it.
    """
    source_id = claim.source.id
    if outcome.paused_reason != claim.paused_reason:
        await counters.follow_pause(session, region_id, source_id, outcome.paused_reason, now=now)
    held = await session.scalar(
        text(
            "UPDATE poll_states SET lease_until = NULL, lease_worker = NULL, failures = :failures,"
            " next_poll_at = CASE WHEN next_poll_at IS NULL THEN NULL ELSE CAST(:next AS timestamptz) END,"
            " last_error = :error, last_error_at = CASE WHEN CAST(:error AS text) IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END,"
            " last_polled_at = :now,"
            " last_success_at = CASE WHEN CAST(:error AS text) IS NULL THEN CAST(:now AS timestamptz) ELSE last_success_at END,"
            " first_success_at = CASE WHEN CAST(:error AS text) IS NULL THEN coalesce(first_success_at, CAST(:now AS timestamptz))"
            " ELSE first_success_at END"
            " WHERE source_id = :source AND lease_generation = :generation RETURNING source_id"
        ),
        {
            "source": source_id,
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
        {"source": source_id, "reason": None if outcome.paused_reason is None else outcome.paused_reason.value},
    )
    if outcome.planned is not None:
        await _save_lesson(session, source_id, outcome.planned)
    await readings.plan(session, region_id, [source_id], now=now)
    return True


async def _save_lesson(session: AsyncSession, source_id: SourceId, planned: Planned) -> None:
    state = planned.state
    await session.execute(
        text(
            "UPDATE poll_states SET known_until = :known, messages = :messages, exposure = :exposure, echoes = :echoes, rate = :rate,"
            " planned_price = :price, last_found_at = greatest(last_found_at, CAST(:newest AS timestamptz)) WHERE source_id = :source"
        ),
        {
            "source": source_id,
            "known": state.known_until,
            "messages": state.messages,
            "exposure": state.exposure,
            "echoes": list(state.echoes),
            "rate": planned.rate,
            "price": planned.price,
            "newest": planned.newest,
        },
    )
