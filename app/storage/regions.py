"""The region that this installation serves, and the policy it starts with."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NewType

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import ClockStart, Policy, PolicyId

RegionId = NewType("RegionId", int)

DEFAULT_THRESHOLD = timedelta(hours=24)
DEFAULT_URGENT_THRESHOLD = timedelta(hours=4)


async def ensure_region(session: AsyncSession, code: str, *, now: datetime) -> RegionId:
    """The region's id; a new region gets the default policy, 24 hours around the clock and 4 hours when urgent."""
    found = await session.scalar(text("SELECT id FROM regions WHERE code = :code"), {"code": code})
    if found is not None:
        return RegionId(found)
    await session.execute(text("INSERT INTO regions (code) VALUES (:code) ON CONFLICT DO NOTHING"), {"code": code})
    region_id = RegionId(int(str(await session.scalar(text("SELECT id FROM regions WHERE code = :code"), {"code": code}))))
    await session.execute(
        text(
            "INSERT INTO policies (region_id, name, version, threshold, urgent_threshold, clock_start, ack_stops, active_from)"
            " VALUES (:region, 'default', 1, :threshold, :urgent_threshold, :start, false, :now) ON CONFLICT DO NOTHING"
        ),
        {
            "region": region_id,
            "threshold": DEFAULT_THRESHOLD,
            "urgent_threshold": DEFAULT_URGENT_THRESHOLD,
            "start": ClockStart.PUBLISHED.value,
            "now": now,
        },
    )
    return region_id


POLICY_COLUMNS = "id, name, version, threshold, urgent_threshold, clock_start, ack_stops"


async def policies_of(session: AsyncSession, region_id: RegionId) -> dict[PolicyId, Policy]:
    """Every version of the region's policies by id; the newest one is last."""
    rows = await session.execute(
        text(f"SELECT {POLICY_COLUMNS} FROM policies WHERE region_id = :region ORDER BY active_from, version"), {"region": region_id}
    )
    return by_id(rows)


def by_id(rows: Iterable[Any]) -> dict[PolicyId, Policy]:
    """Policies from rows of `POLICY_COLUMNS`, in their order."""
    return {
        PolicyId(key): Policy(PolicyId(key), name, version, threshold, urgent, ClockStart(start), ack_stops=ack_stops)
        for key, name, version, threshold, urgent, start, ack_stops in rows
    }
