"""Takes an incident back to work, a merged one out from under the other."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.event import Event, EventType
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Operator
from app.storage import events, incidents
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def reopen_incident(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    *,
    reason: str | None,
    version: int | None,
    now: datetime,
) -> Incident:
    """Reopens an ended or answered incident; a rejected one owes its answer again, by the deadline it always had."""
    parent_id = await incidents.parent_of(session, region_id, incident_id)
    if parent_id is not None:
        held = await incidents.lock_together(session, region_id, [incident_id, parent_id])
        parent_id = held[incident_id].incident.parent_id
    reopened = await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.reopen(incident, operator, reason=reason, now=now),
        version=version,
        now=now,
    )
    if parent_id is not None:
        await incidents.touch(session, region_id, parent_id)
        parted = Event(EventType.PARTED, now, {"incident_id": incident_id})
        await events.append(session, region_id, [(parent_id, parted)], now=now, actor_id=operator.id)
    return reopened
