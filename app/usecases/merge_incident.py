"""Puts an incident under another about the same thing. Nothing but the queue changes: each resident waits for an answer of their own."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.errors import InvalidInput, NotFound
from app.domain.event import Event, EventType
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Act, Operator
from app.storage import events, incidents
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def merge_incident(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    parent_id: IncidentId,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The merged incident; what had been merged into it goes with it. `InvalidInput` when there is no such parent."""
    operator.must(Act.WORK)
    held = await incidents.lock_together(session, region_id, [incident_id, parent_id])
    if incident_id not in held:
        raise NotFound("incident", incident_id)
    parent = held.get(parent_id)
    if parent is None:
        raise InvalidInput("parent_id", f"There is no incident {parent_id}.")
    merged = await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.merge(incident, parent.incident, operator, now=now),
        version=version,
        now=now,
    )
    follow = [key for key, one in held.items() if one.incident.parent_id == incident_id]
    await incidents.move_merged(session, region_id, follow, parent_id)
    await incidents.touch(session, region_id, parent_id)
    moved = [(key, Event(EventType.MERGED, now, {"parent_id": parent_id})) for key in follow]
    joined = Event(EventType.JOINED, now, {"incident_ids": [incident_id, *follow]})
    await events.append(session, region_id, [*moved, (parent_id, joined)], now=now, actor_id=operator.id)
    return merged
