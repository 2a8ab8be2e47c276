"""The region that this installation serves, and the policy it starts with."""

from datetime import datetime
from typing import NewType

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import Policy, PolicyId
from app.domain.ready_policies import READY
from app.domain.russian_days import OfficeHours
from app.storage.policy_rows import POLICY_COLUMNS, by_id, written_hours

RegionId = NewType("RegionId", int)

USUAL_ZONE = "Europe/Moscow"


async def ensure_region(session: AsyncSession, code: str, *, now: datetime, zone: str = USUAL_ZONE) -> RegionId:
    """The region's id; a new region gets the default policy: 24 hours around the clock, 4 hours when urgent,

    and a full answer within 7 working days of the zone after an interim one.
    """
    found = await session.scalar(text("SELECT id FROM regions WHERE code = :code"), {"code": code})
    if found is not None:
        return RegionId(found)
    await session.execute(text("INSERT INTO regions (code) VALUES (:code) ON CONFLICT DO NOTHING"), {"code": code})
    region_id = RegionId(int(str(await session.scalar(text("SELECT id FROM regions WHERE code = :code"), {"code": code}))))
    usual = READY["day"]
    await session.execute(
        text(
            "INSERT INTO policies (region_id, name, version, threshold, urgent_threshold, clock_start, ack_stops, active_from, hours,"
            " substantive_days) VALUES (:region, 'default', 1, :threshold, :urgent_threshold, :start, false, :now,"
            " CAST(:hours AS jsonb), :days) ON CONFLICT DO NOTHING"
        ),
        {
            "region": region_id,
            "threshold": usual.threshold,
            "urgent_threshold": usual.urgent_threshold,
            "start": usual.clock_start.value,
            "now": now,
            "hours": written_hours(OfficeHours(), zone),
            "days": usual.substantive_days,
        },
    )
    return region_id


async def policies_of(session: AsyncSession, region_id: RegionId) -> dict[PolicyId, Policy]:
    """Every version of the region's policies by id; the newest one is last."""
    rows = await session.execute(
        text(f"SELECT {POLICY_COLUMNS} FROM policies WHERE region_id = :region ORDER BY active_from, version"), {"region": region_id}
    )
    return by_id(rows)


async def codes(session: AsyncSession) -> list[str]:
    """The codes of all regions that this database serves."""
    return list(await session.scalars(text("SELECT code FROM regions ORDER BY code")))


async def code_of(session: AsyncSession, region_id: RegionId) -> str:
    """The code under which the region was set up."""
    return str(await session.scalar(text("SELECT code FROM regions WHERE id = :region"), {"region": region_id}))
