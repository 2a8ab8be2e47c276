"""The versions of a region's policy, as administrators see and make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import Policy, PolicyId
from app.domain.errors import NotFound
from app.domain.operator import OperatorId
from app.domain.russian_days import OfficeHours, russian_calendar
from app.domain.working_hours import WorkingHours
from app.storage.incident_details import Named
from app.storage.policy_rows import POLICY_COLUMNS, NewPolicy, calendar_of, policy_of, read_hours, written_hours
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """A version with who made it. `office` and `zone` are missing from one that was made before policies had hours."""

    policy: Policy
    in_working_time: bool
    office: OfficeHours | None
    zone: str | None
    made_by: Named | None


async def listed(session: AsyncSession, region_id: RegionId) -> Sequence[ShownPolicy]:
    """Every version, the one in force first."""
    rows = await session.execute(
        text(
            f"SELECT {POLICY_COLUMNS}, made_by, (SELECT name FROM operators o WHERE o.id = made_by) FROM policies"
            " WHERE region_id = :region ORDER BY active_from DESC, version DESC"
        ),
        {"region": region_id},
    )
    return [_shown(*row) for row in rows]


def _shown(*row: object) -> ShownPolicy:
    *columns, made_by, name = row
    in_working_time, hours = columns[7], columns[8]
    office, zone = (None, None) if hours is None else read_hours(str(hours))
    maker = Named(int(str(made_by)), str(name)) if made_by is not None else None
    return ShownPolicy(policy_of(*columns), bool(in_working_time), office, zone, maker)


async def get(session: AsyncSession, region_id: RegionId, policy_id: PolicyId) -> ShownPolicy:
    """One version; `NotFound` when there is none."""
    found = next((one for one in await listed(session, region_id) if one.policy.id == policy_id), None)
    if found is None:
        raise NotFound("policy", policy_id)
    return found


async def working_hours(session: AsyncSession, region_id: RegionId, *, otherwise: tzinfo) -> WorkingHours:
    """Those of the policy in force; in a region of which no policy states any, the usual ones in the given zone."""
    rows = await session.execute(
        text(
            "SELECT id, version, CAST(hours AS text) AS hours FROM policies WHERE region_id = :region AND hours IS NOT NULL"
            " ORDER BY active_from DESC, version DESC LIMIT 1"
        ),
        {"region": region_id},
    )
    row = rows.one_or_none()
    if row is None:
        return WorkingHours(OfficeHours(), russian_calendar(otherwise))
    return WorkingHours(read_hours(row.hours)[0], calendar_of(row.hours), PolicyId(row.id), row.version)


async def add(session: AsyncSession, region_id: RegionId, new: NewPolicy, *, made_by: OperatorId, now: datetime) -> PolicyId:
    """Puts the next version in force from `now` on, for questions that are open by then, too."""
    await session.execute(text("SELECT id FROM regions WHERE id = :region FOR UPDATE"), {"region": region_id})
    found = await session.scalar(
        text(
            "INSERT INTO policies (region_id, name, version, threshold, urgent_threshold, clock_start, ack_stops, active_from,"
            " in_working_time, hours, substantive_days, rejudges, made_by)"
            " SELECT :region, :name, coalesce(max(version), 0) + 1, :threshold, :urgent, :start, :ack_stops,"
            " greatest(CAST(:now AS timestamptz), max(active_from)), :in_working_time, CAST(:hours AS jsonb), :days, true, :made_by"
            " FROM policies WHERE region_id = :region RETURNING id"
        ),
        {
            "region": region_id,
            "name": new.name,
            "threshold": new.threshold,
            "urgent": new.urgent_threshold,
            "start": new.clock_start.value,
            "ack_stops": new.ack_stops,
            "now": now,
            "in_working_time": new.in_working_time,
            "hours": written_hours(new.hours, new.zone),
            "days": new.substantive_days,
            "made_by": made_by,
        },
    )
    return PolicyId(int(found or 0))
