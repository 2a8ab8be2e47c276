"""Texts that a region keeps ready for replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import AlreadyExists, NotFound, StaleVersion
from app.domain.operator import OperatorId
from app.domain.ready_text import NewReadyText, ReadyTextId
from app.storage.incident_details import Named
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A ready text as it stands; `version` counts its changes."""

    id: ReadyTextId
    said: NewReadyText
    version: int
    changed_at: datetime
    changed_by: Named


SELECTED = (
    "SELECT t.id, t.title, t.text, t.topic, t.version, t.changed_at, o.id AS operator_id, o.name AS operator"
    " FROM ready_texts t JOIN operators o ON o.id = t.changed_by WHERE t.region_id = :region"
)


def _of(row: Any) -> ReadyText:
    said = NewReadyText(row.title, row.text, row.topic)
    return ReadyText(ReadyTextId(row.id), said, row.version, row.changed_at, Named(row.operator_id, row.operator))


async def listed(session: AsyncSession, region_id: RegionId) -> Sequence[ReadyText]:
    """All of them by title."""
    rows = await session.execute(text(f"{SELECTED} ORDER BY lower(t.title)"), {"region": region_id})
    return [_of(row) for row in rows]


async def titles(session: AsyncSession, region_id: RegionId) -> Sequence[tuple[str, str | None]]:
    """Every title with the topic that its text is for."""
    rows = await session.execute(
        text("SELECT title, topic FROM ready_texts WHERE region_id = :region ORDER BY lower(title)"), {"region": region_id}
    )
    return [(row.title, row.topic) for row in rows]


async def get(session: AsyncSession, region_id: RegionId, text_id: ReadyTextId) -> ReadyText:
    """One of them; `NotFound` when there is none."""
    row = (await session.execute(text(f"{SELECTED} AND t.id = :id"), {"region": region_id, "id": text_id})).one_or_none()
    if row is None:
        raise NotFound("ready text", text_id)
    return _of(row)


async def find(session: AsyncSession, region_id: RegionId, title: str) -> ReadyText | None:
    """The one of that title, however it is capitalised."""
    row = (
        await session.execute(text(f"{SELECTED} AND lower(t.title) = lower(:title)"), {"region": region_id, "title": title})
    ).one_or_none()
    return None if row is None else _of(row)


async def count(session: AsyncSession, region_id: RegionId) -> int:
    """How many there are; until the transaction ends nobody else adds or changes one."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('ready texts', :region))"), {"region": region_id})
    return int(await session.scalar(text("SELECT count(*) FROM ready_texts WHERE region_id = :region"), {"region": region_id}) or 0)


async def add(session: AsyncSession, region_id: RegionId, new: NewReadyText, *, by: OperatorId, now: datetime) -> ReadyTextId:
    """Adds a text under a title that is free, which the caller holds by `count`."""
    await _refuse_second(session, region_id, new.title)
    found = await session.scalar(
        text(
            "INSERT INTO ready_texts (region_id, title, text, topic, changed_at, changed_by)"
            " VALUES (:region, :title, :text, CAST(:topic AS text), :now, :by) RETURNING id"
        ),
        {"region": region_id, "title": new.title, "text": new.text, "topic": new.topic, "now": now, "by": by},
    )
    return ReadyTextId(int(found or 0))


async def change(
    session: AsyncSession, region_id: RegionId, text_id: ReadyTextId, new: NewReadyText, *, version: int, by: OperatorId, now: datetime
) -> None:
    """Puts a text in other words; `StaleVersion` when somebody was faster, `AlreadyExists` for another's title."""
    present = await get(session, region_id, text_id)
    if present.version != version:
        raise StaleVersion("ready text", text_id, expected=version, found=present.version)
    await _refuse_second(session, region_id, new.title, but=text_id)
    await session.execute(
        text(
            "UPDATE ready_texts SET title = :title, text = :text, topic = CAST(:topic AS text), version = version + 1, changed_at = :now,"
            " changed_by = :by WHERE region_id = :region AND id = :id"
        ),
        {"region": region_id, "id": text_id, "title": new.title, "text": new.text, "topic": new.topic, "now": now, "by": by},
    )


async def remove(session: AsyncSession, region_id: RegionId, text_id: ReadyTextId) -> None:
    """Takes a text away; replies that were made of it stay."""
    found = await session.scalar(
        text("DELETE FROM ready_texts WHERE region_id = :region AND id = :id RETURNING id"), {"region": region_id, "id": text_id}
    )
    if found is None:
        raise NotFound("ready text", text_id)


async def _refuse_second(session: AsyncSession, region_id: RegionId, title: str, *, but: ReadyTextId | None = None) -> None:
    other = await find(session, region_id, title)
    if other is not None and other.id != but:
        raise AlreadyExists("ready text", title, existing_id=other.id)
