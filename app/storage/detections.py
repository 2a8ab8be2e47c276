"""Detections: how soon new messages were seen, one row per page of a reading that brought some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.detection import HOT_FROM, LEAST_EVIDENCE, TIMELY, Budgets, Timing
from app.domain.source import SourceId
from app.storage.regions import RegionId

PAGE_CLASS = "CASE WHEN NOT s.official THEN 'third_party' WHEN st.rate >= :hot_from THEN 'hot' ELSE 'cold' END"
BUDGET = f"CASE {PAGE_CLASS} WHEN 'hot' THEN CAST(:hot AS float8) ELSE CAST(:cold AS float8) END"
WAITS = (
    "FROM detections d JOIN sources s ON s.id = d.source_id JOIN poll_states st ON st.source_id = d.source_id"
    " CROSS JOIN LATERAL unnest(d.published) AS p(published_at)"
    " WHERE d.region_id = :region AND d.stored_at >= :since AND d.stored_at < :until AND NOT s.test"
)
SECONDS = "greatest(extract(epoch FROM {end} - greatest({begin}, p.published_at)), 0)"
PARTS = {
    "waiting": SECONDS.format(begin="p.published_at", end="d.due_at"),
    "queueing": SECONDS.format(begin="d.due_at", end="d.asked_at"),
    "network": SECONDS.format(begin="greatest(d.due_at, d.asked_at)", end="d.received_at"),
    "classifying": SECONDS.format(begin="greatest(d.due_at, d.asked_at, d.received_at)", end="d.judged_at"),
    "storing": SECONDS.format(begin="greatest(d.due_at, d.asked_at, d.received_at, d.judged_at)", end="d.stored_at"),
}
"""`domain.detection.parts_of` as SQL; a test holds the two together."""


class LagGroup(StrEnum):
    """What detections are grouped by."""

    NETWORK = "network"
    CLASS = "class"
    SOURCE = "source"


KEYS = {LagGroup.NETWORK: "s.network", LagGroup.CLASS: PAGE_CLASS, LagGroup.SOURCE: "s.id::text"}


async def add(session: AsyncSession, region_id: RegionId, source_id: SourceId, timing: Timing, published: Sequence[datetime]) -> None:
    """Records when messages that were published at these moments could be seen."""
    await session.execute(
        text(
            "INSERT INTO detections (region_id, source_id, due_at, asked_at, received_at, judged_at, stored_at, published)"
            " VALUES (:region, :source, :due, :asked, :received, :judged, :stored, :published)"
        ),
        {
            "region": region_id,
            "source": source_id,
            "due": timing.due_at,
            "asked": timing.asked_at,
            "received": timing.received_at,
            "judged": timing.judged_at,
            "stored": timing.stored_at,
            "published": list(published),
        },
    )


@dataclass(frozen=True, slots=True)
class LagFigures:
    """Figures of the detection lags of one group (`key=None`: of all)."""

    key: str | None
    n: int
    p50: float
    p95: float
    share_in_budget: float
    parts: dict[str, float]


async def figures(
    session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime, group_by: LagGroup, budgets: Budgets
) -> list[LagFigures]:
    """The figures of a period, of all messages together first and then by group; empty without any."""
    lag = "greatest(extract(epoch FROM d.stored_at - p.published_at), 0)"
    rows = await session.execute(
        text(
            f"SELECT key, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) AS p50,"
            " percentile_cont(0.95) WITHIN GROUP (ORDER BY lag) AS p95, avg(CASE WHEN lag <= budget THEN 1.0 ELSE 0.0 END) AS in_budget,"
            f" {', '.join(f'avg({name}) AS {name}' for name in PARTS)} FROM (SELECT {KEYS[group_by]} AS key, {lag} AS lag,"
            f" {BUDGET} AS budget, {', '.join(f'{seconds} AS {name}' for name, seconds in PARTS.items())} {WAITS}) AS waits"
            " GROUP BY GROUPING SETS ((), (key)) HAVING count(*) > 0 ORDER BY grouping(key) DESC, key"
        ),
        _parameters(region_id, since, until, budgets),
    )
    return [
        LagFigures(
            row.key, row.n, float(row.p50), float(row.p95), float(row.in_budget), {name: float(getattr(row, name)) for name in PARTS}
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class LatePage:
    """A page whose messages are seen later than its budget allows."""

    source_id: SourceId
    p95_seconds: float
    budget_seconds: float


async def late_pages(session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime, budgets: Budgets) -> list[LatePage]:
    """Pages that have spent their budget in the period, on evidence enough."""
    rows = await session.execute(
        text(
            "SELECT id, p95, budget FROM (SELECT s.id, percentile_cont(:timely) WITHIN GROUP"
            " (ORDER BY greatest(extract(epoch FROM d.stored_at - p.published_at), 0)) AS p95,"
            f" min({BUDGET}) AS budget {WAITS} GROUP BY s.id HAVING count(*) >= :least) AS pages WHERE p95 > budget ORDER BY id"
        ),
        _parameters(region_id, since, until, budgets) | {"timely": TIMELY, "least": LEAST_EVIDENCE},
    )
    return [LatePage(SourceId(row.id), float(row.p95), float(row.budget)) for row in rows]


def _parameters(region_id: RegionId, since: datetime, until: datetime, budgets: Budgets) -> dict[str, Any]:
    return {
        "region": region_id,
        "since": since,
        "until": until,
        "hot_from": HOT_FROM,
        "hot": budgets.hot / timedelta(seconds=1),
        "cold": budgets.cold / timedelta(seconds=1),
    }


async def purge(session: AsyncSession, *, older_than: datetime) -> None:
    """Forgets detections of long ago."""
    await session.execute(text("DELETE FROM detections WHERE stored_at < :old"), {"old": older_than})
