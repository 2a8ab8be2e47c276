"""Metrics of all processes: totals that every process adds to, gauges that whoever measured last has set."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.calls.quotas import ANY_METHOD, CredentialUse, MethodQuota
from app.storage.queue import PROMISED
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE
from app.telemetry.metrics import Sample

UPSERT = (
    "INSERT INTO metric_samples (name, labels, family, value) SELECT name, labels, family, value FROM unnest(CAST(:names AS text[]),"
    " CAST(:labels AS text[]), CAST(:families AS text[]), CAST(:values AS float8[])) AS t(name, labels, family, value)"
    " ORDER BY name, labels ON CONFLICT (name, labels) DO UPDATE SET value = "
)


def _arrays(samples: Sequence[Sample]) -> dict[str, list[object]]:
    return {
        "names": [sample.name for sample in samples],
        "labels": [orjson.dumps(sample.labels).decode() for sample in samples],
        "families": [sample.family for sample in samples],
        "values": [sample.value for sample in samples],
    }


async def add(session: AsyncSession, deltas: Sequence[Sample]) -> None:
    """Adds a process's growth to the totals."""
    if deltas:
        await session.execute(text(UPSERT + "metric_samples.value + excluded.value"), _arrays(deltas))


async def replace_family(session: AsyncSession, family: str, samples: Sequence[Sample]) -> None:
    """Sets a gauge anew: series that are no longer there disappear."""
    await session.execute(text("DELETE FROM metric_samples WHERE family = :family"), {"family": family})
    if samples:
        await session.execute(text(UPSERT + "excluded.value"), _arrays(samples))


async def read_all(session: AsyncSession) -> list[Sample]:
    """Every series as it stands."""
    rows = await session.execute(text("SELECT family, name, labels, value FROM metric_samples ORDER BY name, labels"))
    return [Sample(row.family, row.name, tuple((name, value) for name, value in orjson.loads(row.labels)), row.value) for row in rows]


async def measure_queue(session: AsyncSession, region_id: RegionId, *, now: datetime) -> tuple[list[Sample], list[Sample]]:
    """Waiting incidents by status, and how many of them are overdue."""
    rows = await session.execute(
        text(
            "SELECT status, count(*) AS n, count(*) FILTER (WHERE queue_at < :now) AS overdue FROM incidents"
            f" WHERE region_id = :region AND waiting AND source_id {REAL_PAGE} GROUP BY status"
        ),
        {"region": region_id, "now": now},
    )
    counted = rows.all()
    family = "otklik_incidents_open"
    waiting = [Sample(family, family, (("status", row.status),), row.n) for row in counted]
    family = "otklik_incidents_overdue"
    return waiting, [Sample(family, family, (), sum(row.overdue for row in counted))]


async def measure_promises(session: AsyncSession, region_id: RegionId, *, now: datetime) -> list[Sample]:
    """How many incidents owe a full answer whose deadline has passed."""
    late = await session.scalar(
        text(
            f"SELECT count(*) FROM incidents WHERE region_id = :region AND {PROMISED} AND substantive_due_at < :now"
            f" AND source_id {REAL_PAGE}"
        ),
        {"region": region_id, "now": now},
    )
    family = "otklik_full_answers_overdue"
    return [Sample(family, family, (), int(late or 0))]


async def measure_sources(session: AsyncSession, region_id: RegionId, *, now: datetime) -> tuple[list[Sample], list[Sample]]:
    """Sources by network and status, and by how many seconds the poll that waits longest is late."""
    rows = await session.execute(
        text("SELECT network, status, count(*) AS n FROM sources WHERE region_id = :region GROUP BY network, status"),
        {"region": region_id},
    )
    family = "otklik_sources"
    by_status = [Sample(family, family, (("network", row.network), ("status", row.status)), row.n) for row in rows]
    delay = await session.scalar(
        text(
            "SELECT extract(epoch FROM CAST(:now AS timestamptz) - min(p.next_poll_at)) FROM poll_states p"
            " JOIN sources s ON s.id = p.source_id"
            " WHERE p.region_id = :region AND p.next_poll_at <= :now AND s.status = 'active' AND p.lease_until IS NULL"
        ),
        {"region": region_id, "now": now},
    )
    family = "otklik_poll_delay_seconds"
    return by_status, [Sample(family, family, (), max(float(delay or 0), 0.0))]


def quota_samples(found: Sequence[MethodQuota]) -> list[Sample]:
    """Calls left by network and method, of methods whose limit is known."""
    family = "otklik_quota_remaining"
    return [
        Sample(family, family, (("method", one.method), ("network", one.network)), one.remaining)
        for one in found
        if one.remaining is not None
    ]


def credential_samples(uses: Sequence[CredentialUse], *, now: datetime) -> list[Sample]:
    """Credentials by network, and by what stands against all of their calls ("usable" when nothing does)."""
    family = "otklik_credentials"
    counted = Counter((use.network, block.reason if (block := use.block(ANY_METHOD, now)) else "usable") for use in uses)
    return [Sample(family, family, (("network", network), ("state", state)), n) for (network, state), n in sorted(counted.items())]
