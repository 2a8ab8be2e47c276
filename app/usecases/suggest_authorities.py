"""Suggests which body must answer an incident: by the region's rules, by what people handed over, by whose page it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.routing import Matter, Suggestion, suggest
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.domain.topic import group_of
from app.storage import authorities, gazetteer, routing_rules, sources
from app.storage.incident_details import IncidentDetails
from app.storage.regions import RegionId

LEARNT_OVER = timedelta(days=365)
UNSURE = 0.5
"""The chance given to a topic of which no chance is stored."""


@dataclass(frozen=True, slots=True)
class NamedSuggestion:
    """A suggestion with the body's name."""

    suggestion: Suggestion
    name: str


async def suggest_authorities(
    session: AsyncSession, region_id: RegionId, incident: IncidentDetails, *, now: datetime
) -> Sequence[NamedSuggestion]:
    """The likeliest bodies for an incident, the best first; empty where nothing speaks for any."""
    source = (await sources.get(session, region_id, SourceId(incident.source.id))).source
    topics = {} if incident.topic is None else {incident.topic: UNSURE}
    territory = source.territory_id if incident.territory is None else EntryId(incident.territory.id)
    above = [] if territory is None else await gazetteer.above(session, region_id, territory)
    rules = [shown.rule for shown in await routing_rules.listed(session, region_id)]
    handed = (
        []
        if incident.topic is None
        else await routing_rules.handed_over(session, region_id, group_of(incident.topic), since=now - LEARNT_OVER)
    )
    found = suggest(rules, handed, Matter(topics, above, source.authority_id))
    return [NamedSuggestion(one, (await authorities.get(session, region_id, one.authority_id)).name) for one in found]
