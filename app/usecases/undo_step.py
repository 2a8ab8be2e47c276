"""Takes back an operator's own last step with an incident."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import Incident, IncidentId
from app.domain.operator import Operator
from app.domain.undo import undo
from app.storage import events, incidents
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def undo_step(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, operator: Operator, *, version: int | None, now: datetime
) -> Incident:
    """The incident as it stood before the step; `InvalidTransition` when that was not the operator's, or is not the last any more."""
    await incidents.lock(session, region_id, incident_id, version=version)
    log = (await events.signed(session, region_id, [incident_id]))[incident_id]
    return await apply_step(
        session, region_id, incident_id, lambda incident: undo(incident, operator, log, now=now), version=version, now=now
    )
