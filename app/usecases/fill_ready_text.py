"""Fills the gaps of a ready text with what is known of an incident. It is then read and sent by a person, never by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import newest
from app.domain.operator import Operator
from app.domain.ready_text import Filled, fill
from app.domain.spoken import day_in_words
from app.domain.topic import group_of
from app.storage import ready_texts, regions
from app.storage.incident_details import IncidentDetails
from app.storage.regions import RegionId
from app.usecases.change_topics import titles_of_topics
from app.usecases.hide_people import incident_for

MOMENT = timedelta(microseconds=1)


async def fill_ready_text(
    session: AsyncSession, region_id: RegionId, operator: Operator, text: str, incident: IncidentDetails, *, now: datetime
) -> Filled:
    """The text for this incident; what nobody knows, or who asks may not see, stays a gap and is named."""
    return fill(text, await _known(session, region_id, incident_for(operator, incident), now=now))


async def titles_for(session: AsyncSession, region_id: RegionId, topic: str | None) -> Sequence[str]:
    """The titles of the ready texts, those for the incident's topic first, then those for its group, then the rest."""
    found = await ready_texts.titles(session, region_id)
    return [title for title, _ in sorted(found, key=lambda one: _distance(one[1], topic))]


def _distance(written_for: str | None, topic: str | None) -> int:
    if written_for is None or topic is None:
        return 2
    return 0 if written_for == topic else 1 if written_for == group_of(topic) else 3


async def _known(session: AsyncSession, region_id: RegionId, incident: IncidentDetails, *, now: datetime) -> Mapping[str, str | None]:
    """`срок` is the last day on which a full answer is in time: of the one that is owed already, else were this text an interim one."""
    name = "" if incident.message is None else incident.message.author_name or ""
    titles = await titles_of_topics(session, region_id)
    term = newest(await regions.policies_of(session, region_id)).substantive
    owed = incident.substantive_due_at if incident.owes_full_answer() else None
    last_day = None if term is None else term.calendar.day_of((owed if owed and owed > now else term.due_at(now)) - MOMENT)
    return {
        "имя": name.split()[0] if name.split() else None,
        "тема": None if incident.topic is None else titles.get(incident.topic),
        "ведомство": None if incident.authority is None else incident.authority.name,
        "срок": None if last_day is None else day_in_words(last_day),
    }
