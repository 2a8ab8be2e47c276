"""Takes an operator's word for where it is, when the message names no place, or names it in words that were not understood."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.places.finder import PlaceFinder, Surroundings
from app.domain.errors import InvalidInput
from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.operator import Act, Operator
from app.domain.place import KIND_OF, Candidate, FoundPlace, PlaceKind
from app.domain.place_name import Spoken
from app.domain.source import SourceId
from app.domain.territory import Entry, EntryId
from app.storage import collected, events, gazetteer, incident_details, incidents, places, sources
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.find_places import PlaceFinders
from app.usecases.teach_place_name import teach_place_name

MOST_CANDIDATES = 5
MOST_PLACES = 50
"""Places of one incident; an incident about more of them is about none."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Words that say where, the message's or the operator's own, and the entry that they mean; None: what the words say themselves."""

    words: str
    entry_id: EntryId | None = None


async def understand_place(
    database: Database, finders: PlaceFinders, region_id: RegionId, incident_id: IncidentId, addition: Addition
) -> Sequence[FoundPlace]:
    """What the words can mean for this incident, found outside any transaction; `InvalidInput` when the gazetteer knows nothing like it."""
    async with database.read() as session:
        opening = await collected.opening_text(session, region_id, incident_id)
        incident = await incident_details.get(session, region_id, incident_id)
        page = (await sources.get(session, region_id, SourceId(incident.source.id))).source.territory_id
        entry = await _entry(session, region_id, addition.entry_id)
    above = tuple(text for text in (opening.text, opening.reply_to, opening.post) if text)
    finder = await finders.newest(database, region_id)
    found = () if finder is None else await asyncio.to_thread(_read, finder, addition.words, Surroundings(above, page))
    if entry is not None:
        understood: Sequence[FoundPlace] = [_told(addition.words, entry, found)]
    else:
        understood = [one for one in found if one.candidates] or await _searched(database, region_id, addition.words)
    return [_where(one, opening.text or "") for one in understood]


def _read(finder: PlaceFinder, words: str, around: Surroundings) -> Sequence[FoundPlace]:
    """Places in the words; typed in small letters they are read once more as names, where they say nothing as they stand."""
    found, titled = finder.find(words, around), words.title()
    if any(one.candidates for one in found) or len(titled) != len(words):
        return found
    return [replace(one, surface=words[one.start : one.end]) for one in finder.find(titled, around)]


async def _entry(session: AsyncSession, region_id: RegionId, entry_id: EntryId | None) -> Entry | None:
    if entry_id is None:
        return None
    entry = (await gazetteer.of_ids(session, region_id, [entry_id])).get(entry_id)
    if entry is None:
        raise InvalidInput("entry_id", f"The gazetteer has no entry {entry_id}.")
    return entry


def _told(words: str, entry: Entry, found: Sequence[FoundPlace]) -> FoundPlace:
    """The words as the entry that the operator names, with the house that stands in them."""
    house = next((one.house for one in found if one.house), None) if KIND_OF[entry.kind] is PlaceKind.STREET else None
    kind = KIND_OF[entry.kind] if house is None else PlaceKind.ADDRESS
    return FoundPlace(0, 0, words, kind, house, (Candidate(entry.id, None, 1.0),))


async def _searched(database: Database, region_id: RegionId, words: str) -> Sequence[FoundPlace]:
    """What the gazetteer has by these words as they are written; one alone is meant, several are offered."""
    async with database.read() as session:
        hits = await gazetteer.search(session, region_id, words, limit=MOST_CANDIDATES)
        entries = await gazetteer.of_ids(session, region_id, [one.id for one in hits])
    if not hits:
        raise InvalidInput("words", f"The gazetteer has nothing like {words!r}: give a name as it is listed, or add the entry first.")
    candidates = tuple(Candidate(one.id, None, round(1 / len(hits), 3)) for one in hits)
    return [FoundPlace(0, 0, words, KIND_OF[entries[hits[0].id].kind], None, candidates)]


def _where(place: FoundPlace, text: str) -> FoundPlace:
    """The place where the message has its words, or at 0 to 0 where these words are the operator's own."""
    start = _folded(text).find(_folded(place.surface))
    if start < 0 or not place.surface.strip():
        return replace(place, start=0, end=0)
    end = start + len(place.surface)
    return replace(place, start=start, end=end, surface=text[start:end])


def _folded(text: str) -> str:
    """The text in small letters without ё, letter for letter as long as it was."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text).replace("ё", "е")


async def add_place(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    understood: Sequence[FoundPlace],
    *,
    version: int | None,
    now: datetime,
) -> int:
    """The incident's next version with the places; what is sure counts at once, what is not waits for a choice among its candidates."""
    operator.must(Act.WORK)
    held = await incidents.lock(session, region_id, incident_id, version=version)
    known = (await places.of_incidents(session, region_id, [incident_id])).get(incident_id, ())
    if len(known) + len(understood) > MOST_PLACES:
        raise InvalidInput("words", f"An incident has {MOST_PLACES} places at most.")
    first = await places.add(session, region_id, incident_id, understood, by=operator.id, now=now)
    await places.set_territory(session, region_id, incident_id)
    told = [
        Event(EventType.PLACE_ADDED, now, {"place": first + number, "entry_id": None if one.meant is None else one.meant.entry_id})
        for number, one in enumerate(understood)
    ]
    await events.append(session, region_id, [(incident_id, one) for one in told], now=now, actor_id=operator.id)
    for one in understood:
        if one.meant is not None and one.end > one.start:
            spoken = Spoken(one.surface, one.house, None)
            await teach_place_name(session, region_id, incident_id, operator, spoken, one.meant.entry_id, now=now)
    return held.incident.version + 1
