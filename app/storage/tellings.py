"""What incidents tell of, as far as it counts in comparing them: topic, moment, places, words, author."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.likeness import Spot, Telling, finest, key_of_unknown, names_of, stems_of
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE

MEANT = "coalesce(p.entry_id, CASE WHEN p.corrected_at IS NULL THEN CAST(p.candidates->0->>0 AS bigint) END)"
"""What a place is held for, or is likeliest to be while nobody is sure: whoever says the same words means the same place."""
WITHIN = f"(SELECT g.parent_id FROM gazetteer_entries g WHERE g.region_id = p.region_id AND g.id = {MEANT})"
SELECTED = (
    "SELECT i.id, i.topic, i.published_at, i.text,"
    f" (SELECT jsonb_agg(jsonb_build_array({MEANT}, p.house, p.surface, {WITHIN})) FROM incident_places p"
    " WHERE p.region_id = i.region_id AND p.incident_id = i.id AND (p.corrected_at IS NULL OR p.entry_id IS NOT NULL)) AS places,"
    " s.network || ':' || i.author_id AS author, s.territory_id AS territory,"
    " (SELECT g.name FROM gazetteer_entries g WHERE g.region_id = i.region_id AND g.id = s.territory_id) AS territory_name,"
    " (SELECT count(*) FROM incidents m WHERE m.region_id = i.region_id AND m.parent_id = i.id) AS merged"
    " FROM incidents i JOIN sources s ON s.id = i.source_id WHERE i.region_id = :region AND i.status NOT IN ('rejected', 'duplicate')"
    f" AND i.source_id {REAL_PAGE}"
)


async def of_incident(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> Telling | None:
    """What one incident tells of; `None` for one that nobody needs to compare any more."""
    rows = await session.execute(text(f"{SELECTED} AND i.id = :id"), {"region": region_id, "id": incident_id})
    row = rows.one_or_none()
    return None if row is None else _telling(row)


async def between(
    session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime, limit: int
) -> Mapping[IncidentId, Telling]:
    """What was asked in a span of time; the newest, at most so many."""
    rows = await session.execute(
        text(f"{SELECTED} AND i.published_at BETWEEN :since AND :until ORDER BY i.published_at DESC, i.id DESC LIMIT :limit"),
        {"region": region_id, "since": since, "until": until, "limit": limit},
    )
    return {IncidentId(row.id): _telling(row) for row in rows}


async def of_ids(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId]) -> Mapping[IncidentId, Telling]:
    """What these incidents tell of, without those that nobody needs to compare any more."""
    rows = await session.execute(text(f"{SELECTED} AND i.id = ANY(:ids)"), {"region": region_id, "ids": list(ids)})
    return {IncidentId(row.id): _telling(row) for row in rows}


def _telling(row: Any) -> Telling:
    """What a row tells; that a page's own town is named says nothing of where in it something is wrong."""
    said = row.text or ""
    spots = finest(
        spot
        for entry, house, surface, within in row.places or ()
        if (entry is None or entry != row.territory) and (spot := _spot(entry, house, surface, within)) is not None
    )
    own = names_of(row.territory_name or "")
    names = {name: inside for name, inside in names_of(said).items() if name not in own}
    return Telling(row.topic, row.published_at, spots, stems_of(said), row.author, row.merged, said, names)


def _spot(entry: int | None, house: str | None, surface: str, within: int | None) -> Spot | None:
    """A place by its entry, or by its words where the gazetteer lacks it."""
    if entry is not None:
        return Spot(str(entry), house, None if within is None else str(within))
    key = key_of_unknown(surface)
    return Spot(f"?{key}") if key else None
