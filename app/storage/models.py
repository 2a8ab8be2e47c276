"""The models of a region: what each learned from, how it was judged, and which was at work when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.storage.regions import RegionId

FILES_KEPT = 10
"""Of the newest so many models, and of the one at work and the one before it, the files are kept."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model without its file; `used_at` is when it was last put to work, `has_file` whether it still can be."""

    id: int
    name: str
    base: str
    digest: str
    learned: Mapping[str, int]
    made_by: str
    made_at: datetime
    judgement: Mapping[str, Any] | None
    has_file: bool
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model to keep."""

    name: str
    base: str
    digest: str
    learned: Mapping[str, int]
    file: bytes


COLUMNS = (
    "m.id, m.name, m.base, m.digest, m.learned, m.made_by, m.made_at, m.judgement, m.file IS NOT NULL,"
    " (SELECT max(since) FROM model_uses u WHERE u.model_id = m.id)"
)


async def add(session: AsyncSession, region_id: RegionId, new: NewModel, *, made_by: str, now: datetime) -> int:
    """Keeps a model; the number of the one of that name where there is one already. Older files are let go."""
    await session.execute(
        text(
            "INSERT INTO models (region_id, name, base, digest, learned, file, made_by, made_at)"
            " VALUES (:region, :name, :base, :digest, CAST(:learned AS jsonb), :file, :by, :now)"
            " ON CONFLICT (region_id, name) DO UPDATE SET file = excluded.file"
        ),
        {
            "region": region_id,
            "name": new.name,
            "base": new.base,
            "digest": new.digest,
            "learned": orjson.dumps(dict(new.learned)).decode(),
            "file": new.file,
            "by": made_by,
            "now": now,
        },
    )
    await session.execute(
        text(
            "UPDATE models SET file = NULL WHERE region_id = :region AND file IS NOT NULL AND id NOT IN"
            " (SELECT id FROM models WHERE region_id = :region ORDER BY id DESC LIMIT :kept) AND id NOT IN"
            " (SELECT model_id FROM model_uses WHERE region_id = :region AND model_id IS NOT NULL ORDER BY id DESC LIMIT 2)"
        ),
        {"region": region_id, "kept": FILES_KEPT},
    )
    return (await named(session, region_id, new.name)).id


async def judged(session: AsyncSession, model_id: int, judgement: Mapping[str, Any]) -> None:
    """Notes how a model was judged."""
    await session.execute(
        text("UPDATE models SET judgement = CAST(:judgement AS jsonb) WHERE id = :id"),
        {"id": model_id, "judgement": orjson.dumps(dict(judgement)).decode()},
    )


async def listed(session: AsyncSession, region_id: RegionId) -> Sequence[StoredModel]:
    """Every model, the newest first."""
    rows = await session.execute(text(f"SELECT {COLUMNS} FROM models m WHERE region_id = :region ORDER BY id DESC"), {"region": region_id})
    return [StoredModel(*row) for row in rows]


async def named(session: AsyncSession, region_id: RegionId, name: str) -> StoredModel:
    """The model of a name; `NotFound` when there is none."""
    query = text(f"SELECT {COLUMNS} FROM models m WHERE region_id = :region AND name = :name")
    row = (await session.execute(query, {"region": region_id, "name": name})).one_or_none()
    if row is None:
        raise NotFound("model", name)
    return StoredModel(*row)


async def file_of(session: AsyncSession, model_id: int) -> bytes | None:
    """The file of a model, None where it was let go."""
    found: bytes | None = await session.scalar(text("SELECT file FROM models WHERE id = :id"), {"id": model_id})
    return found


@dataclass(frozen=True, slots=True)
class Use:
    """That a model was put to work; no `model_id`: the one that ships."""

    id: int
    model_id: int | None
    name: str | None


async def uses(session: AsyncSession, region_id: RegionId, *, limit: int) -> Sequence[Use]:
    """What was put to work, the newest first; empty in a region that has only ever had the shipped model."""
    rows = await session.execute(
        text(
            "SELECT u.id, u.model_id, m.name FROM model_uses u LEFT JOIN models m ON m.id = u.model_id"
            " WHERE u.region_id = :region ORDER BY u.id DESC LIMIT :limit"
        ),
        {"region": region_id, "limit": limit},
    )
    return [Use(*row) for row in rows]


async def put_to_work(session: AsyncSession, region_id: RegionId, model_id: int | None, *, put_by: str, now: datetime) -> None:
    """Has every process judge with this model from its next look on; nothing changes where it is at work already."""
    await session.execute(
        text(
            "INSERT INTO model_uses (region_id, model_id, since, put_by) SELECT :region, CAST(:model AS bigint), :now, :by"
            " WHERE (SELECT model_id FROM model_uses WHERE region_id = :region ORDER BY id DESC LIMIT 1)"
            " IS DISTINCT FROM CAST(:model AS bigint)"
        ),
        {"region": region_id, "model": model_id, "now": now, "by": put_by},
    )
