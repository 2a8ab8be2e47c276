"""The places that incidents name: stored with the incident, chosen or corrected by operators."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.domain.place import FINEST_FIRST, FoundPlace, PlaceKind
from app.domain.source import SourceId
from app.domain.territory import EntryId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """What a place may be, by name: «улица Лесная», in «село Ивановка»."""

    entry_id: EntryId
    title: str
    within: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place of an incident. `meant` is what it is held for; `corrected_by` names the operator who said so.

    One that was `added` by an operator stands at 0 to 0 where the message does not have these words.
    """

    number: int
    kind: PlaceKind
    start: int
    end: int
    surface: str
    house: str | None
    meant: ShownCandidate | None
    candidates: tuple[ShownCandidate, ...]
    corrected_by: str | None
    corrected_at: datetime | None
    added: bool = False


STORE = text(
    "INSERT INTO incident_places (region_id, incident_id, number, kind, starts, ends, surface, house, entry_id, confidence, candidates)"
    " SELECT :region, i.id, row_number() OVER (PARTITION BY i.id ORDER BY position), t.kind, starts, ends, surface, house,"
    " entry, t.confidence, CAST(candidates AS jsonb) FROM unnest(CAST(:posts AS text[]), CAST(:authors AS text[]), CAST(:kinds AS text[]),"
    " CAST(:starts AS int[]), CAST(:ends AS int[]), CAST(:surfaces AS text[]), CAST(:houses AS text[]), CAST(:entries AS bigint[]),"
    " CAST(:confidences AS float8[]), CAST(:candidates AS text[])) WITH ORDINALITY"
    " AS t(post, author, kind, starts, ends, surface, house, entry, confidence, candidates, position) JOIN incidents i"
    " ON i.region_id = :region AND i.source_id = :source AND i.post_id = t.post AND i.author_id = t.author ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place of the incident that a resident has in a thread."""

    post_id: str
    author_id: str
    found: FoundPlace


async def store(session: AsyncSession, region_id: RegionId, source_id: SourceId, new: Sequence[NewPlace]) -> None:
    """Keeps the places of new incidents of one page, numbered in the order of the text."""
    if new:
        await session.execute(STORE, {"region": region_id, "source": source_id, **_columns(new)})


def _columns(new: Sequence[NewPlace]) -> dict[str, list[Any]]:
    names = {"posts": [one.post_id for one in new], "authors": [one.author_id for one in new]}
    return names | _found_columns([one.found for one in new])


def _found_columns(places: Sequence[FoundPlace]) -> dict[str, list[Any]]:
    return {
        "kinds": [place.kind.value for place in places],
        "starts": [place.start for place in places],
        "ends": [place.end for place in places],
        "surfaces": [place.surface for place in places],
        "houses": [place.house for place in places],
        "entries": [None if place.meant is None else place.meant.entry_id for place in places],
        "confidences": [None if place.meant is None else place.meant.confidence for place in places],
        "candidates": [orjson.dumps([[one.entry_id, one.confidence] for one in place.candidates]).decode() for place in places],
    }


PLACES = text(
    "SELECT p.incident_id, p.number, p.kind, p.starts, p.ends, p.surface, p.house, p.entry_id, p.confidence, p.candidates,"
    " o.name AS corrected_by, p.corrected_at, p.added FROM incident_places p LEFT JOIN operators o ON o.id = p.corrected_by"
    " WHERE p.region_id = :region AND p.incident_id = ANY(:incidents) ORDER BY p.incident_id, p.starts"
)
TITLES = text(
    "SELECT e.id, e.type, e.name, p.type AS above_type, p.name AS above_name FROM gazetteer_entries e"
    " LEFT JOIN gazetteer_entries p ON p.region_id = e.region_id AND p.id = e.parent_id"
    " WHERE e.region_id = :region AND e.id = ANY(:ids)"
)


async def of_incidents(
    session: AsyncSession, region_id: RegionId, incidents: Collection[IncidentId]
) -> Mapping[IncidentId, tuple[ShownPlace, ...]]:
    """The places of incidents in the order of their texts."""
    if not incidents:
        return {}
    rows = (await session.execute(PLACES, {"region": region_id, "incidents": list(incidents)})).all()
    ids = {entry for row in rows for entry in (row.entry_id, *(one for one, _ in row.candidates)) if entry is not None}
    titles = {row.id: row for row in await session.execute(TITLES, {"region": region_id, "ids": list(ids)})} if ids else {}
    shown: dict[IncidentId, list[ShownPlace]] = defaultdict(list)
    for row in rows:
        shown[IncidentId(row.incident_id)].append(_shown(row, titles))
    return {incident: tuple(places) for incident, places in shown.items()}


def _shown(row: Any, titles: Mapping[int, Any]) -> ShownPlace:
    candidates = tuple(_candidate(titles[entry], confidence) for entry, confidence in row.candidates if entry in titles)
    meant = None if row.entry_id not in titles else _candidate(titles[row.entry_id], row.confidence)
    own = (row.number, PlaceKind(row.kind), row.starts, row.ends, row.surface, row.house)
    return ShownPlace(*own, meant, candidates, row.corrected_by, row.corrected_at, row.added)


def _candidate(title: Any, confidence: float) -> ShownCandidate:
    above = None if title.above_name is None else f"{title.above_type} {title.above_name}".strip()
    return ShownCandidate(EntryId(title.id), f"{title.type} {title.name}".strip(), above, confidence)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a place was held for before, and what the finder had made of its words."""

    before: EntryId | None
    start: int
    end: int
    surface: str
    house: str | None
    kind: PlaceKind
    candidates: frozenset[EntryId]
    added: bool


async def correct(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    number: int,
    entry_id: EntryId | None,
    *,
    by: OperatorId,
    now: datetime,
) -> Corrected:
    """Writes what an operator holds a place for, None for nothing that is listed; how the place stood before."""
    row = (
        await session.execute(
            text(
                "UPDATE incident_places p SET entry_id = :entry, confidence = CASE WHEN CAST(:entry AS bigint) IS NOT NULL THEN 1 END,"
                " corrected_by = :by, corrected_at = :now FROM (SELECT entry_id FROM incident_places"
                " WHERE region_id = :region AND incident_id = :incident AND number = :number) AS before"
                " WHERE p.region_id = :region AND p.incident_id = :incident AND p.number = :number"
                " RETURNING before.entry_id, p.starts, p.ends, p.surface, p.house, p.kind, p.candidates, p.added"
            ),
            {"region": region_id, "incident": incident_id, "number": number, "entry": entry_id, "by": by, "now": now},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("place", f"{number} of incident {incident_id}")
    before = None if row.entry_id is None else EntryId(row.entry_id)
    candidates = frozenset(EntryId(entry) for entry, _ in row.candidates)
    return Corrected(before, row.starts, row.ends, row.surface, row.house, PlaceKind(row.kind), candidates, row.added)


ADD = text(
    "INSERT INTO incident_places (region_id, incident_id, number, kind, starts, ends, surface, house, entry_id, confidence, candidates,"
    " corrected_by, corrected_at, added) SELECT :region, :incident, :first + position - 1, kind, starts, ends, surface, house, entry,"
    " confidence, CAST(candidates AS jsonb), CASE WHEN entry IS NOT NULL THEN CAST(:by AS bigint) END,"
    " CASE WHEN entry IS NOT NULL THEN CAST(:now AS timestamptz) END, true FROM unnest(CAST(:kinds AS text[]),"
    " CAST(:starts AS int[]), CAST(:ends AS int[]), CAST(:surfaces AS text[]), CAST(:houses AS text[]), CAST(:entries AS bigint[]),"
    " CAST(:confidences AS float8[]), CAST(:candidates AS text[])) WITH ORDINALITY"
    " AS t(kind, starts, ends, surface, house, entry, confidence, candidates, position)"
)


async def add(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, found: Sequence[FoundPlace], *, by: OperatorId, now: datetime
) -> int:
    """Adds places to an incident that is held; the number of the first of them. What they mean, if that is sure, the operator says."""
    query = text("SELECT coalesce(max(number), 0) + 1 FROM incident_places WHERE region_id = :region AND incident_id = :incident")
    first = int(await session.scalar(query, {"region": region_id, "incident": incident_id}) or 1)
    given = {"region": region_id, "incident": incident_id, "first": first, "by": by, "now": now}
    await session.execute(ADD, given | _found_columns(found))
    return first


async def set_territory(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> None:
    """Counts the incident where its finest place lies that is known, or else where its page belongs; and makes its next version."""
    await session.execute(
        text(
            "UPDATE incidents i SET version = version + 1, territory_id = coalesce((SELECT CASE WHEN e.kind IN ('territory', 'settlement')"
            " THEN e.id ELSE e.parent_id END FROM incident_places p"
            " JOIN gazetteer_entries e ON e.region_id = p.region_id AND e.id = p.entry_id"
            " WHERE p.region_id = :region AND p.incident_id = :id"
            " ORDER BY array_position(CAST(:finest AS text[]), p.kind), p.starts LIMIT 1),"
            " (SELECT s.territory_id FROM sources s WHERE s.id = i.source_id)) WHERE i.region_id = :region AND i.id = :id"
        ),
        {"region": region_id, "id": incident_id, "finest": [kind.value for kind in FINEST_FIRST]},
    )
