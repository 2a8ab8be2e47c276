"""The topics of a region that has changed them, every version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import OperatorId
from app.domain.topic import Taxonomy, document_of, taxonomy_of
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class StoredTaxonomy:
    """A version with when and by whom; nobody's name stands where a person at the machine used the command."""

    taxonomy: Taxonomy
    changed_at: datetime
    changed_by: str | None


async def newest(session: AsyncSession, region_id: RegionId) -> StoredTaxonomy | None:
    """The version in force, None in a region that uses what ships."""
    rows = await session.execute(
        text(
            "SELECT t.document, t.changed_at, o.name FROM taxonomies t LEFT JOIN operators o ON o.id = t.changed_by"
            " WHERE t.region_id = :region ORDER BY t.version DESC LIMIT 1"
        ),
        {"region": region_id},
    )
    row = rows.one_or_none()
    return None if row is None else StoredTaxonomy(taxonomy_of(row.document), row.changed_at, row.name)


async def titles(session: AsyncSession, region_id: RegionId) -> Mapping[str, str] | None:
    """The titles by code of every topic that the region ever had, the newest wording of each; None where nothing is stored."""
    found: dict[str, str] | None = await session.scalar(
        text("SELECT titles FROM taxonomies WHERE region_id = :region ORDER BY version DESC LIMIT 1"), {"region": region_id}
    )
    return found


async def add(
    session: AsyncSession,
    region_id: RegionId,
    taxonomy: Taxonomy,
    all_titles: Mapping[str, str],
    *,
    changed_by: OperatorId | None,
    now: datetime,
) -> bool:
    """Stores a version; False when somebody has stored one of that number already."""
    added = await session.scalar(
        text(
            "INSERT INTO taxonomies (region_id, version, document, titles, changed_at, changed_by)"
            " VALUES (:region, :version, CAST(:document AS jsonb), CAST(:titles AS jsonb), :now, :by)"
            " ON CONFLICT DO NOTHING RETURNING version"
        ),
        {
            "region": region_id,
            "version": taxonomy.version,
            "document": orjson.dumps(document_of(taxonomy)).decode(),
            "titles": orjson.dumps(dict(all_titles)).decode(),
            "now": now,
            "by": changed_by,
        },
    )
    return added is not None
