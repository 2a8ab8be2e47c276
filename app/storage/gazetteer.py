"""The gazetteer of a region: its entries, and the version by which a copy in memory knows that it is old."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.territory import COUNTED, Entry, EntryId, EntryKind, NewEntry
from app.storage.regions import RegionId

WORD = re.compile(r"\w+")
SELECTED = "SELECT id, kind, code, parent_id, name, type, aliases FROM gazetteer_entries"
WITHIN = (
    "WITH RECURSIVE inside AS (SELECT id FROM gazetteer_entries WHERE region_id = :region AND id = :territory"
    " UNION SELECT e.id FROM gazetteer_entries e JOIN inside ON e.parent_id = inside.id"
    " WHERE e.region_id = :region AND e.kind IN ('territory', 'settlement'))"
)


def _entry(row: Any) -> Entry:
    parent = None if row.parent_id is None else EntryId(row.parent_id)
    return Entry(EntryId(row.id), EntryKind(row.kind), row.code, parent, row.name, row.type, tuple(row.aliases))


async def version(session: AsyncSession, region_id: RegionId) -> int:
    """The number of changes so far; 0 in a region without a gazetteer."""
    found = await session.scalar(text("SELECT version FROM gazetteers WHERE region_id = :region"), {"region": region_id})
    return int(found or 0)


async def all_entries(session: AsyncSession, region_id: RegionId) -> list[Entry]:
    """Everything, in the order of entry."""
    rows = await session.execute(text(f"{SELECTED} WHERE region_id = :region ORDER BY id"), {"region": region_id})
    return [_entry(row) for row in rows]


async def territories(session: AsyncSession, region_id: RegionId) -> list[Entry]:
    """Territories and settlements: what pages belong to and incidents are counted by."""
    rows = await session.execute(
        text(f"{SELECTED} WHERE region_id = :region AND kind = ANY(:kinds) ORDER BY id"),
        {"region": region_id, "kinds": sorted(COUNTED)},
    )
    return [_entry(row) for row in rows]


async def of_ids(session: AsyncSession, region_id: RegionId, ids: Collection[int]) -> dict[int, Entry]:
    """Entries by id; those that there are."""
    if not ids:
        return {}
    rows = await session.execute(text(f"{SELECTED} WHERE region_id = :region AND id = ANY(:ids)"), {"region": region_id, "ids": list(ids)})
    return {row.id: _entry(row) for row in rows}


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry as a search shows it: «улица Лесная», within «село Ивановка»."""

    id: EntryId
    title: str
    within: str | None


async def search(session: AsyncSession, region_id: RegionId, words: str, *, limit: int) -> list[FoundEntry]:
    """Entries in whose type, name, other names or surroundings all the words stand, whole names first; ё and е are the same."""
    parts = [part.lower().replace("ё", "е") for part in WORD.findall(words)]
    if not parts:
        return []
    rows = await session.execute(
        text(
            "SELECT e.id, trim(concat(e.type, ' ', e.name)) AS title, nullif(trim(concat(p.type, ' ', p.name)), '') AS within"
            " FROM gazetteer_entries e LEFT JOIN gazetteer_entries p ON p.region_id = e.region_id AND p.id = e.parent_id"
            " CROSS JOIN LATERAL (SELECT translate(lower(concat_ws(' ', e.type, e.name, array_to_string(e.aliases, ' '), p.name)),"
            " 'ё', 'е') AS whole) w WHERE e.region_id = :region"
            " AND NOT EXISTS (SELECT FROM unnest(CAST(:parts AS text[])) AS part WHERE strpos(w.whole, part) = 0)"
            " ORDER BY translate(lower(e.name), 'ё', 'е') = ANY(CAST(:parts AS text[])) DESC, length(e.name), e.id LIMIT :limit"
        ),
        {"region": region_id, "parts": parts, "limit": limit},
    )
    return [FoundEntry(EntryId(row.id), row.title, row.within) for row in rows]


async def within(session: AsyncSession, region_id: RegionId, territory_id: EntryId) -> list[EntryId]:
    """A territory with all territories and settlements in it; empty when there is none of that number."""
    rows = await session.execute(text(f"{WITHIN} SELECT id FROM inside"), {"region": region_id, "territory": territory_id})
    return [EntryId(row.id) for row in rows]


async def above(session: AsyncSession, region_id: RegionId, territory_id: EntryId) -> list[EntryId]:
    """A territory and all that it lies in, the nearest first."""
    rows = await session.execute(
        text(
            "WITH RECURSIVE above AS (SELECT id, parent_id, 0 AS height FROM gazetteer_entries"
            " WHERE region_id = :region AND id = :territory"
            " UNION ALL SELECT e.id, e.parent_id, above.height + 1 FROM gazetteer_entries e JOIN above ON e.id = above.parent_id"
            " WHERE e.region_id = :region) SELECT id FROM above ORDER BY height"
        ),
        {"region": region_id, "territory": territory_id},
    )
    return [EntryId(row.id) for row in rows]


async def territory_must_exist(session: AsyncSession, region_id: RegionId, territory_id: EntryId | None) -> None:
    """Refuses a territory that the region does not have."""
    if territory_id is None:
        return
    found = (await of_ids(session, region_id, [territory_id])).get(territory_id)
    if found is None or found.kind not in COUNTED:
        raise InvalidInput("territory_id", f"There is no territory or settlement {territory_id}.")


async def territory_of_code(session: AsyncSession, region_id: RegionId, code: str) -> EntryId:
    """The territory or settlement of that code; refuses a code of none."""
    found = await session.scalar(
        text("SELECT id FROM gazetteer_entries WHERE region_id = :region AND code = :code AND kind = ANY(:kinds)"),
        {"region": region_id, "code": code, "kinds": sorted(COUNTED)},
    )
    if found is None:
        raise InvalidInput("territory", f"The gazetteer has no territory or settlement {code}: see `otklik gazetteer export`.")
    return EntryId(found)


async def lock(session: AsyncSession, region_id: RegionId, *, now: datetime) -> int:
    """Keeps other imports out until the transaction ends; the version that this one makes."""
    found = await session.scalar(
        text(
            "INSERT INTO gazetteers (region_id, version, changed_at) VALUES (:region, 1, :now)"
            " ON CONFLICT (region_id) DO UPDATE SET version = gazetteers.version + 1, changed_at = :now RETURNING version"
        ),
        {"region": region_id, "now": now},
    )
    return int(found or 1)


async def save(session: AsyncSession, region_id: RegionId, entries: Sequence[NewEntry]) -> None:
    """Adds entries, or puts them in the place of those with the same codes; parents are tied in a second statement."""
    parameters = {
        "region": region_id,
        "kinds": [one.kind.value for one in entries],
        "codes": [one.code for one in entries],
        "parents": [one.parent for one in entries],
        "names": [one.name for one in entries],
        "types": [one.type for one in entries],
        "aliases": ["|".join(one.aliases) for one in entries],
    }
    columns = "CAST(:kinds AS text[]), CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:types AS text[]), CAST(:aliases AS text[])"
    await session.execute(
        text(
            "INSERT INTO gazetteer_entries (region_id, kind, code, name, type, aliases)"
            f" SELECT :region, kind, code, name, type, string_to_array(aliases, '|') FROM unnest({columns})"
            " WITH ORDINALITY AS t(kind, code, name, type, aliases, position) ORDER BY position"
            " ON CONFLICT (region_id, code) DO UPDATE"
            " SET kind = excluded.kind, name = excluded.name, type = excluded.type, aliases = excluded.aliases"
        ),
        {name: value for name, value in parameters.items() if name != "parents"},
    )
    await session.execute(
        text(
            "UPDATE gazetteer_entries e SET parent_id = p.id"
            " FROM unnest(CAST(:codes AS text[]), CAST(:parents AS text[])) AS t(code, parent)"
            " LEFT JOIN gazetteer_entries p ON p.region_id = :region AND p.code = t.parent"
            " WHERE e.region_id = :region AND e.code = t.code AND e.parent_id IS DISTINCT FROM p.id"
        ),
        {name: parameters[name] for name in ("region", "codes", "parents")},
    )
