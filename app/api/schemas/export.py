"""Entries of the journal of exports as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from app.api.schemas.shape import example
from app.storage.exports import Export

EXPORT = {
    "id": 5,
    "operator": "weekly report",
    "what": "incidents",
    "format": "xlsx",
    "columns": "incident_management",
    "authors": False,
    "filters": {"statuses": ["answered"], "published_from": "2026-03-01T00:00:00+00:00"},
    "began_at": "2026-03-11T09:00:00Z",
    "ended_at": "2026-03-11T09:00:04Z",
    "rows": 812,
    "completed": True,
}


class ExportOut(BaseModel):
    """A file that somebody asked for. `completed`: it was taken to its end; without `ended_at` it is under way or was broken off."""

    model_config = example(**EXPORT)

    id: int
    operator: str
    what: str
    format: str
    columns: str | None
    authors: bool
    filters: dict[str, Any]
    began_at: datetime
    ended_at: datetime | None
    rows: int
    completed: bool

    @classmethod
    def of(cls, entry: Export) -> "ExportOut":
        own = {name: getattr(entry, name) for name in cls.model_fields if name not in {"columns", "authors"}}
        return cls(columns=entry.layout, authors=entry.with_authors, **own)


class ExportPage(BaseModel):
    """A page of the journal."""

    model_config = example(items=[EXPORT], next_cursor=None)

    items: list[ExportOut]
    next_cursor: str | None
