"""What operators call places becomes names by which the next ones are found; an administrator has the last word."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.places.atlas import key_of
from app.domain.incident import IncidentId
from app.domain.operator import Act, Operator
from app.domain.place_name import NameState, Spoken, TaughtName, TaughtNameId, bare_name, state_of
from app.domain.territory import EntryId
from app.storage import gazetteer, taught_names
from app.storage.regions import RegionId
from app.storage.taught_names import ShownName


async def teach_place_name(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    spoken: Spoken,
    entry_id: EntryId,
    *,
    now: datetime,
) -> None:
    """Keeps that the words of a message mean an entry of the gazetteer."""
    name = bare_name(spoken)
    key = key_of(name) if name else ""
    entry = (await gazetteer.of_ids(session, region_id, [entry_id]))[entry_id]
    if name is None or not key or key in {key_of(known) for known in (entry.name, entry.title, *entry.aliases)}:
        return
    taught = TaughtName(name, spoken.kind, entry_id)
    heard = await taught_names.hear(session, region_id, taught, key=key, incident_id=incident_id, role=operator.role, now=now)
    state = state_of(heard.state, spoken, key, heard.times)
    if state is not heard.state:
        await taught_names.set_state(session, region_id, heard.id, state, by=None, now=now)
        await gazetteer.lock(session, region_id, now=now)


async def decide_place_name(
    session: AsyncSession, region_id: RegionId, name_id: TaughtNameId, operator: Operator, state: NameState, *, now: datetime
) -> ShownName:
    """The name as an administrator decided: used in texts that come in from now on, or refused, however often it is taught again."""
    operator.must(Act.ADMINISTER)
    before = await taught_names.get(session, region_id, name_id)
    if before.state is not state:
        await taught_names.set_state(session, region_id, name_id, state, by=operator.id, now=now)
        await gazetteer.lock(session, region_id, now=now)
    return await taught_names.get(session, region_id, name_id)
