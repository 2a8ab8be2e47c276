"""Suggests which body must answer an incident: by rules, by transfers, by what the region's model learnt, by whose page it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.explanation import Explanation
from app.classifier.regional.model import own_label
from app.classifier.regional.taught import Own
from app.domain.authority import AuthorityId
from app.domain.incident import IncidentId
from app.domain.routing import Matter, Rule, Suggestion, suggest
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.domain.topic import group_of
from app.storage import authorities, gazetteer, routing_rules, sources
from app.storage.incident_details import IncidentDetails
from app.storage.regions import RegionId
from app.storage.routing_rules import LastHandover

LEARNT_OVER = timedelta(days=365)
UNSURE = 0.5
"""The chance given to a topic of which no chance is known."""


@dataclass(frozen=True, slots=True)
class NamedSuggestion:
    """A suggestion with the body's name."""

    suggestion: Suggestion
    name: str


async def suggest_authorities(
    session: AsyncSession, region_id: RegionId, incident: IncidentDetails, explanation: Explanation | None = None, *, now: datetime
) -> Sequence[NamedSuggestion]:
    """The likeliest bodies for an incident, the best first; empty where nothing speaks for any."""
    source = (await sources.get(session, region_id, SourceId(incident.source.id))).source
    topics = _topics(incident, explanation)
    territory = source.territory_id if incident.territory is None else EntryId(incident.territory.id)
    above = [] if territory is None else await gazetteer.above(session, region_id, territory)
    rules = [shown.rule for shown in await routing_rules.listed(session, region_id)]
    groups = sorted({group_of(topic) for topic in topics})
    handed = [one for group in groups for one in await routing_rules.handed_over(session, region_id, group, since=now - LEARNT_OVER)]
    guessed = {} if explanation is None else await _guessed(session, region_id, explanation)
    found = suggest(rules, handed, Matter(topics, above, source.authority_id, guessed))
    return [NamedSuggestion(one, (await authorities.get(session, region_id, one.authority_id)).name) for one in found]


async def _guessed(session: AsyncSession, region_id: RegionId, explanation: Explanation) -> Mapping[AuthorityId, float]:
    """What the region's model guesses; names of its exports that no registered body has are left out."""
    guesses = {guess.code: guess.confidence for guess in own_label(explanation.verdict, Own.AUTHORITY)}
    known = await authorities.by_names(session, region_id, guesses) if guesses else {}
    found: dict[AuthorityId, float] = {}
    for name, body in known.items():
        found[body] = found.get(body, 0.0) + guesses[name]
    return found


def _topics(incident: IncidentDetails, explanation: Explanation | None) -> Mapping[str, float]:
    """The classifier's guesses while the first of them is the incident's topic or of its group; what a person gave stands alone."""
    guesses = () if explanation is None else explanation.verdict.topics
    if guesses and incident.topic in {guesses[0].code, group_of(guesses[0].code)}:
        return {guess.code: guess.confidence for guess in guesses}
    return {} if incident.topic is None else {incident.topic: UNSURE}


@dataclass(frozen=True, slots=True)
class Handover:
    """How an incident came to its body, with the names of what the rule speaks of."""

    last: LastHandover
    topic: str | None = None
    territory: str | None = None
    owner: str | None = None


async def explain_authority(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> Handover | None:
    """Why an incident is with its body; `None` where only the page's owner speaks for it."""
    last = await routing_rules.last_handover(session, region_id, incident_id)
    return None if last is None else await _named(session, region_id, last, last.rule)


async def _named(session: AsyncSession, region_id: RegionId, last: LastHandover, rule: Rule | None) -> Handover:
    if rule is None:
        return Handover(last)
    entries = {} if rule.territory_id is None else await gazetteer.of_ids(session, region_id, [rule.territory_id])
    territory = next((f"{entry.type} {entry.name}".strip() for entry in entries.values()), None)
    owner = None if rule.owner_id is None else (await authorities.get(session, region_id, rule.owner_id)).name
    return Handover(last, rule.topic, territory, owner)
