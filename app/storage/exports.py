"""The journal of exports: who took what away, under which filters, how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import OperatorId
from app.storage.regions import RegionId

ExportId = NewType("ExportId", int)


@dataclass(frozen=True, slots=True)
class NewExport:
    """An export that begins. `layout` is which columns were asked for, where there is a choice."""

    operator_id: OperatorId
    what: str
    format: str
    layout: str | None
    with_authors: bool
    filters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """An entry of the journal. Without `ended_at` it is under way, or its process died; `completed`: it was taken to its end."""

    id: ExportId
    operator: str
    what: str
    format: str
    layout: str | None
    with_authors: bool
    filters: Mapping[str, Any]
    began_at: datetime
    ended_at: datetime | None
    rows: int
    completed: bool


async def begin(session: AsyncSession, region_id: RegionId, new: NewExport, *, now: datetime) -> ExportId:
    """Writes down that it begins."""
    found = await session.scalar(
        text(
            "INSERT INTO exports (region_id, operator_id, what, format, layout, with_authors, filters, began_at)"
            " VALUES (:region, :operator, :what, :format, :layout, :with_authors, CAST(:filters AS jsonb), :now) RETURNING id"
        ),
        {
            "region": region_id,
            "operator": new.operator_id,
            "what": new.what,
            "format": new.format,
            "layout": new.layout,
            "with_authors": new.with_authors,
            "filters": orjson.dumps(new.filters).decode(),
            "now": now,
        },
    )
    return ExportId(int(str(found)))


async def end(session: AsyncSession, export_id: ExportId, *, rows: int, completed: bool, now: datetime) -> None:
    """Writes down how many rows it had come to, and whether it was taken to its end."""
    await session.execute(
        text("UPDATE exports SET ended_at = :now, rows = :rows, completed = :completed WHERE id = :id"),
        {"id": export_id, "rows": rows, "completed": completed, "now": now},
    )


async def listed(session: AsyncSession, region_id: RegionId, *, before: ExportId | None, limit: int) -> list[Export]:
    """The newest first."""
    rows = await session.execute(
        text(
            "SELECT e.id, o.name, e.what, e.format, e.layout, e.with_authors, e.filters, e.began_at, e.ended_at, e.rows, e.completed"
            " FROM exports e JOIN operators o ON o.id = e.operator_id"
            " WHERE e.region_id = :region AND (CAST(:before AS bigint) IS NULL OR e.id < :before) ORDER BY e.id DESC LIMIT :limit"
        ),
        {"region": region_id, "before": before, "limit": limit},
    )
    return [Export(*row) for row in rows]
