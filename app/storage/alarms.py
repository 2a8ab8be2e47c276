"""Alarms: what is wrong with a page, since when, and until when; at most one of a kind per page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import bindparam

from app.domain.detection import AlarmKind
from app.domain.source import SourceId
from app.storage.regions import RegionId
from app.telemetry.metrics import Sample


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look at the pages changed."""

    raised: Sequence[SourceId]
    ended: Sequence[SourceId]


async def settle(
    session: AsyncSession, region_id: RegionId, kind: AlarmKind, wrong: Mapping[SourceId, Mapping[str, Any]], *, now: datetime
) -> Settled:
    """Raises an alarm for every page that is wrong and has none, and ends those of pages that are right again."""
    key = {"region": region_id, "kind": kind.value, "now": now}
    ended = await session.execute(
        text(
            "UPDATE alarms SET ended_at = :now WHERE region_id = :region AND kind = :kind AND ended_at IS NULL"
            " AND NOT source_id = ANY(:wrong) RETURNING source_id"
        ),
        key | {"wrong": sorted(wrong)},
    )
    raised = await session.execute(
        text(
            "INSERT INTO alarms (region_id, source_id, kind, began_at, detail)"
            " SELECT :region, CAST(source AS bigint), :kind, CAST(:now AS timestamptz), detail"
            " FROM jsonb_each(:wrong) AS w(source, detail) ON CONFLICT DO NOTHING RETURNING source_id"
        ).bindparams(bindparam("wrong", type_=JSONB)),
        key | {"wrong": {str(source): dict(detail) for source, detail in sorted(wrong.items())}},
    )
    return Settled([SourceId(row.source_id) for row in raised], [SourceId(row.source_id) for row in ended])


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it is shown."""

    id: int
    kind: AlarmKind
    source_id: SourceId
    source_name: str
    source_url: str
    network: str
    began_at: datetime
    ended_at: datetime | None
    detail: Mapping[str, Any]


async def listed(session: AsyncSession, region_id: RegionId, *, only_open: bool, before: int | None, limit: int) -> Sequence[Alarm]:
    """Alarms, the newest first."""
    rows = await session.execute(
        text(
            "SELECT a.id, a.kind, a.source_id, s.name, s.url, s.network, a.began_at, a.ended_at, a.detail FROM alarms a"
            " JOIN sources s ON s.id = a.source_id WHERE a.region_id = :region AND (NOT :only_open OR a.ended_at IS NULL)"
            " AND (CAST(:before AS bigint) IS NULL OR a.id < :before) ORDER BY a.id DESC LIMIT :limit"
        ),
        {"region": region_id, "only_open": only_open, "before": before, "limit": limit},
    )
    return [Alarm(row[0], AlarmKind(row[1]), SourceId(row[2]), *row[3:]) for row in rows]


async def open_of(session: AsyncSession, source_ids: Sequence[SourceId]) -> Mapping[SourceId, Sequence[AlarmKind]]:
    """The open alarms of each of these pages."""
    rows = await session.execute(
        text(
            "SELECT source_id, array_agg(kind ORDER BY kind) AS kinds FROM alarms WHERE ended_at IS NULL AND source_id = ANY(:sources)"
            " GROUP BY source_id"
        ),
        {"sources": list(source_ids)},
    )
    return {SourceId(row.source_id): [AlarmKind(kind) for kind in row.kinds] for row in rows}


@dataclass(frozen=True, slots=True)
class SilentPage:
    """A page whose newest post is long past for its rate."""

    source_id: SourceId
    network: str
    posts_per_day: float
    last_found_at: datetime
    known_until: datetime


async def silent_pages(session: AsyncSession, region_id: RegionId, *, least: float) -> Sequence[SilentPage]:
    """Pages that are polled well and silent for so many of their usual gaps or longer."""
    rows = await session.execute(
        text(
            "SELECT p.source_id, p.network, p.rate, p.last_found_at, p.known_until FROM poll_states p JOIN sources s ON s.id = p.source_id"
            " WHERE p.region_id = :region AND NOT s.test AND s.status = 'active' AND p.failures = 0 AND p.rate > 0"
            " AND p.last_found_at IS NOT NULL AND p.rate * extract(epoch FROM p.known_until - p.last_found_at) / 86400 > :least"
        ),
        {"region": region_id, "least": least},
    )
    return [SilentPage(SourceId(row[0]), *row[1:]) for row in rows]


async def measure(session: AsyncSession, region_id: RegionId) -> list[Sample]:
    """How many pages have an open alarm, by kind; kinds without any are told too."""
    rows = await session.execute(
        text("SELECT kind, count(*) AS n FROM alarms WHERE region_id = :region AND ended_at IS NULL GROUP BY kind"), {"region": region_id}
    )
    counted = {row.kind: row.n for row in rows}
    family = "otklik_alarms_open"
    return [Sample(family, family, (("kind", kind.value),), counted.get(kind.value, 0)) for kind in AlarmKind]
