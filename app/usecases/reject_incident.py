"""Says that nobody owes an answer, and why."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Operator
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def reject_incident(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    *,
    reason: str,
    version: int | None,
    now: datetime,
) -> Incident:
    """Rejects a waiting incident: its turns leave deadlines and figures, with the reason and the name of who decided."""
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.reject(incident, operator, reason=reason, now=now),
        version=version,
        now=now,
    )
