"""Ends the work on an incident."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Operator
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def close_incident(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    *,
    reason: str | None,
    version: int | None,
    now: datetime,
) -> Incident:
    """Closes a waiting or answered incident. A question without an answer goes on counting as one."""
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.close(incident, operator, reason=reason, now=now),
        version=version,
        now=now,
    )
