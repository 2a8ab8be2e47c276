"""Takes an operator's word for what a place of an incident means; the log keeps it, so that it can be learnt from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.operator import Act, Operator
from app.domain.territory import EntryId
from app.storage import events, gazetteer, incidents, places
from app.storage.regions import RegionId


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
    before = await places.correct(session, region_id, incident_id, correction.number, entry_id, by=operator.id, now=now)
    await places.set_territory(session, region_id, incident_id)
    told = Event(EventType.PLACE_CORRECTED, now, {"place": correction.number, "entry_id": entry_id, "before": before})
    await events.append(session, region_id, [(incident_id, told)], now=now, actor_id=operator.id)
    return held.incident.version + 1
