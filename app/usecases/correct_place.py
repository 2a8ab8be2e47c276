"""Takes an operator's word for what a place of an incident means; the log keeps it, and names that the gazetteer lacks are learnt."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.operator import Act, Operator
from app.domain.place_name import Spoken
from app.domain.territory import EntryId
from app.storage import events, gazetteer, incidents, places
from app.storage.places import Corrected
from app.storage.regions import RegionId
from app.usecases.teach_place_name import teach_place_name


@dataclass(frozen=True, slots=True)
class Correction:
    """A place of an incident by its number, and the entry of the gazetteer that it means; None: none of them."""

    number: int
    entry_id: EntryId | None


async def correct_place(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    correction: Correction,
    *,
    version: int | None,
    now: datetime,
) -> int:
    """The incident's next version, counted from now on where the place lies; `StaleVersion` when somebody was faster."""
    operator.must(Act.WORK)
    held = await incidents.lock(session, region_id, incident_id, version=version)
    entry_id = correction.entry_id
    if entry_id is not None and entry_id not in await gazetteer.of_ids(session, region_id, [entry_id]):
        raise InvalidInput("entry_id", f"The gazetteer has no entry {entry_id}.")
    place = await places.correct(session, region_id, incident_id, correction.number, entry_id, by=operator.id, now=now)
    await places.set_territory(session, region_id, incident_id)
    told = Event(EventType.PLACE_CORRECTED, now, {"place": correction.number, "entry_id": entry_id, "before": place.before})
    await events.append(session, region_id, [(incident_id, told)], now=now, actor_id=operator.id)
    spoken = _news_for_the_gazetteer(place, entry_id)
    if entry_id is not None and spoken is not None:
        await teach_place_name(session, region_id, incident_id, operator, spoken, entry_id, now=now)
    return held.incident.version + 1


def _news_for_the_gazetteer(place: Corrected, entry_id: EntryId | None) -> Spoken | None:
    """The words by which the finder could not have come to the entry.

    A choice among the candidates tells what was meant here, not what the words mean elsewhere: it teaches nothing.
    """
    if place.start == place.end:
        return None
    if place.added:
        return Spoken(place.surface, place.house, None)
    return None if entry_id in place.candidates else Spoken(place.surface, place.house, place.kind, bool(place.candidates))
