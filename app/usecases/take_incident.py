"""Puts an incident into an operator's hands."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Operator
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def take_incident(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, operator: Operator, *, version: int | None, now: datetime
) -> Incident:
    """Gives a new or assigned incident to the operator who asks for it."""
    return await apply_step(
        session, region_id, incident_id, lambda incident: incident_rules.take(incident, operator, now=now), version=version, now=now
    )
