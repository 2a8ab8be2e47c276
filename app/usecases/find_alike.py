"""Finds the incidents that are likely about the same thing as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.regional.model import AnyClassifier
from app.domain.incident import IncidentId
from app.domain.likeness import HORIZON, SUGGESTED_FROM, Likeness, compare, may_be_alike
from app.storage import tellings
from app.storage.regions import RegionId
from app.usecases.hear_topics import with_chances

MOST_COMPARED = 1500
MOST_ALIKE = 10


@dataclass(frozen=True, slots=True)
class Alike:
    """Another incident that is likely about the same thing."""

    incident_id: IncidentId
    likeness: Likeness


async def find_alike(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, classifier: AnyClassifier) -> Sequence[Alike]:
    """The likeliest others, the likeliest first; empty for an incident that was put aside. The session reads only."""
    told = await tellings.of_incident(session, region_id, incident_id)
    if told is None:
        return ()
    others = await tellings.between(
        session, region_id, since=told.published_at - HORIZON, until=told.published_at + HORIZON, limit=MOST_COMPARED
    )
    possible = {key: other for key, other in others.items() if key != incident_id and may_be_alike(told, other)}
    heard = await with_chances({**possible, incident_id: told}, classifier)
    found = [Alike(key, compare(heard[incident_id], heard[key])) for key in possible]
    likely = [one for one in found if one.likeness.score >= SUGGESTED_FROM]
    return sorted(likely, key=lambda one: (-one.likeness.score, one.incident_id))[:MOST_ALIKE]
