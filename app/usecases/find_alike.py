"""Finds the incidents that are likely about the same thing as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.likeness import HORIZON, SUGGESTED_FROM, Likeness, compare
from app.domain.topic import group_of
from app.storage import tellings
from app.storage.regions import RegionId

MOST_COMPARED = 1000
MOST_ALIKE = 10


@dataclass(frozen=True, slots=True)
class Alike:
    """Another incident that is likely about the same thing."""

    incident_id: IncidentId
    likeness: Likeness


async def find_alike(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> Sequence[Alike]:
    """The likeliest others, the likeliest first; empty for an incident that was put aside."""
    told = await tellings.of_incident(session, region_id, incident_id)
    if told is None:
        return ()
    group = None if told.topic is None else group_of(told.topic)
    others = await tellings.between(
        session, region_id, since=told.published_at - HORIZON, until=told.published_at + HORIZON, group=group, limit=MOST_COMPARED
    )
    found = [Alike(other_id, compare(told, other)) for other_id, other in others.items() if other_id != incident_id]
    likely = [one for one in found if one.likeness.score >= SUGGESTED_FROM]
    return sorted(likely, key=lambda one: (-one.likeness.score, one.incident_id))[:MOST_ALIKE]
