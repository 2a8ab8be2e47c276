"""Readings: whose threads wait to be read, in two lanes, and who reads them now.

*News* is what moved in threads that are known or young. *Backlog* is the first reading of older threads and the sweeps
behind counters that stand still. A source waits in each lane since one moment; after a turn it goes to the lane's end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.plan import Watched
from app.domain.polling.threads import ThreadState
from app.domain.source import Source, SourceId
from app.storage.polling.leases import FREE, LEASE, TAKE, Held, Lease
from app.storage.regions import RegionId
from app.storage.sources import PUSH_KEEPS_UP, PUSHED_SINCE, SOURCE_COLUMNS, source_of
from app.storage.threads import COLUMNS, STATE_COLUMNS, Thread, state_of

YOUNG = timedelta(hours=6)
"""A thread that nobody has read yet is news while its post is no older than this, and backlog afterwards."""
IS_NEWS = "(covered_at IS NOT NULL OR cursor IS NOT NULL OR published_at > CAST(:now AS timestamptz) - CAST(:young AS interval))"


class Lane(StrEnum):
    """What a source waits for, by the column that says since when."""

    NEWS = "news_at"
    BACKLOG = "backlog_at"


@dataclass(frozen=True, slots=True)
class ReadingClaim:
    """The right to read a source's threads, which have waited in the lane since `due_at`."""

    source: Source
    lane: Lane
    failures: int
    generation: int
    due_at: datetime
    page: Watched
    pushed_since: datetime | None = None
    posts_per_day: float | None = None
    watched_since: datetime | None = None

    @property
    def lease(self) -> Lease:
        return Lease(Held.THREADS, self.source.id, self.generation)


async def claim_due(
    session: AsyncSession, region_id: RegionId, network: str, lane: Lane, worker: str, *, now: datetime, limit: int
) -> list[ReadingClaim]:
    """Takes sources with threads to read, the longest waiting first; nobody else takes them until the lease ends."""
    rows = await session.execute(
        text(
            f"WITH due AS (SELECT source_id FROM reading_states WHERE region_id = :region AND network = :network AND {lane} <= :now"
            f" AND {FREE} ORDER BY {lane} LIMIT :limit FOR UPDATE SKIP LOCKED)"
            f" UPDATE reading_states r SET {TAKE} FROM due, sources s,"
            " (SELECT source_id AS polled_id, rate, first_success_at FROM poll_states) AS p"
            " WHERE r.source_id = due.source_id AND s.id = r.source_id AND polled_id = r.source_id"
            f" RETURNING {SOURCE_COLUMNS}, r.failures, r.lease_generation, r.{lane} AS due_at, {PUSHED_SINCE}, {PUSH_KEEPS_UP},"
            " s.weight, p.rate, p.first_success_at"
        ),
        {"region": region_id, "network": network, "now": now, "worker": worker, "limit": limit, "lease": LEASE},
    )
    claims = [
        ReadingClaim(
            source_of(row),
            lane,
            row.failures,
            row.lease_generation,
            row.due_at,
            Watched(row.weight, row.official, row.push_keeps_up),
            row.pushed_since,
            row.rate,
            row.first_success_at,
        )
        for row in rows
    ]
    return sorted(claims, key=lambda claim: claim.due_at)


async def plan(session: AsyncSession, region_id: RegionId, source_ids: Collection[SourceId], *, now: datetime) -> None:
    """Puts sources into the lanes in which they have something to read, each at the end unless it waits there already.

    The rows are locked first, so that the look at the threads sees what others have just found: no move is ever missed.
    A source whose readings fail keeps the moment of its next try.
    """
    key = {"region": region_id, "ids": sorted(source_ids), "now": now, "young": YOUNG}
    await session.execute(text("SELECT FROM reading_states WHERE source_id = ANY(:ids) ORDER BY source_id FOR UPDATE"), key)
    await session.execute(
        text(
            "INSERT INTO reading_states AS r (source_id, region_id, network, news_at, backlog_at)"
            " SELECT s.id, s.region_id, s.network, CASE WHEN active AND waiting.news THEN CAST(:now AS timestamptz) END,"
            " CASE WHEN active AND waiting.backlog THEN CAST(:now AS timestamptz) WHEN active THEN sweep.at END"
            " FROM sources s CROSS JOIN LATERAL (SELECT s.status = 'active') AS state(active)"
            f" CROSS JOIN LATERAL (SELECT bool_or({IS_NEWS}) AS news, bool_or(NOT {IS_NEWS}) AS backlog FROM threads"
            " WHERE region_id = s.region_id AND source_id = s.id AND moved AND gone_at IS NULL) AS waiting"
            " CROSS JOIN LATERAL (SELECT min(next_sweep_at) AS at FROM threads"
            " WHERE region_id = s.region_id AND source_id = s.id AND gone_at IS NULL) AS sweep"
            " WHERE s.id = ANY(:ids) AND s.region_id = :region ORDER BY s.id"
            " ON CONFLICT (source_id) DO UPDATE SET"
            " news_at = CASE WHEN excluded.news_at IS NOT NULL THEN least(r.news_at, excluded.news_at) END,"
            " backlog_at = CASE WHEN excluded.backlog_at IS NOT NULL THEN least(r.backlog_at, excluded.backlog_at) END"
            " WHERE r.failures = 0"
        ),
        key,
    )


@dataclass(frozen=True, slots=True)
class ReadingOutcome:
    """How a turn of reading ended. With `retry_at` none of the source's threads could be read; `error` alone spoils one of them."""

    error: str | None = None
    retry_at: datetime | None = None


async def release(session: AsyncSession, region_id: RegionId, claim: ReadingClaim, outcome: ReadingOutcome, *, now: datetime) -> bool:
    """Gives a source's threads back, to the ends of the lanes in which more is waiting; whether the claim still held."""
    held = await session.scalar(
        text(
            "UPDATE reading_states r SET lease_until = NULL, lease_worker = NULL, failures = :failures, last_error = :error,"
            " last_error_at = CASE WHEN CAST(:error AS text) IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END,"
            " news_at = CASE WHEN s.status = 'active' THEN CAST(:retry AS timestamptz) END,"
            " backlog_at = CASE WHEN s.status = 'active' THEN CAST(:retry AS timestamptz) END"
            " FROM sources s WHERE s.id = r.source_id AND r.source_id = :source AND lease_generation = :generation RETURNING source_id"
        ),
        {
            "source": claim.source.id,
            "generation": claim.generation,
            "failures": 0 if outcome.retry_at is None else claim.failures + 1,
            "error": outcome.error,
            "retry": outcome.retry_at,
            "now": now,
        },
    )
    if held is not None:
        await plan(session, region_id, [claim.source.id], now=now)
    return held is not None


async def forget_failures(session: AsyncSession, source_id: SourceId) -> None:
    """Has a source whose readings failed planned like any other again."""
    await session.execute(text("UPDATE reading_states SET failures = 0 WHERE source_id = :source"), {"source": source_id})


@dataclass(frozen=True, slots=True)
class ToRead:
    """A thread that waits to be read; `sweep` looks behind a counter that stands still, for edits and exchanged comments."""

    thread: Thread
    state: ThreadState
    sweep: bool


async def to_read(session: AsyncSession, region_id: RegionId, claim: ReadingClaim, *, now: datetime, limit: int) -> list[ToRead]:
    """Threads of a source to read in this lane: news first, the quickest at the head; then the backlog; then what is due for a sweep."""
    rows = await session.execute(
        text(
            f"(SELECT {COLUMNS}, {STATE_COLUMNS}, false AS sweep FROM threads WHERE region_id = :region AND source_id = :source AND moved"
            f" AND gone_at IS NULL AND (:all OR {IS_NEWS}) ORDER BY {IS_NEWS} DESC, comment_count, last_moved_at LIMIT :limit)"
            f" UNION ALL (SELECT {COLUMNS}, {STATE_COLUMNS}, true AS sweep FROM threads WHERE :all AND region_id = :region"
            " AND source_id = :source AND gone_at IS NULL AND NOT moved AND next_sweep_at <= :now ORDER BY next_sweep_at LIMIT :limit)"
        ),
        {
            "region": region_id,
            "source": claim.source.id,
            "all": claim.lane is Lane.BACKLOG,
            "now": now,
            "young": YOUNG,
            "limit": limit,
        },
    )
    return [_to_read(Thread(*row[:-4]), row) for row in rows]


def _to_read(thread: Thread, row: Any) -> ToRead:
    return ToRead(thread, state_of(thread, row.known_until, row.own_comments, row.echoes), row.sweep)
