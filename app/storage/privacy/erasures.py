"""The journal of erasures on request: when, by whom, how much; whom only as a mark."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import OperatorId
from app.storage.regions import RegionId

ANY = "EXISTS (SELECT FROM erasures WHERE region_id = :region AND mark IS NOT NULL)"
"""Whether anybody must be looked for at all."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One entry. `erased_by` is nobody where it was done by command; lifted, the person is taken in again."""

    id: int
    network: str
    erased_at: datetime
    erased_by: str | None
    lifted_at: datetime | None
    counts: Mapping[str, int]


async def known(session: AsyncSession, region_id: RegionId, network: str, marks: Collection[bytes]) -> set[bytes]:
    """Which of the marks stand for people who were erased."""
    query = "SELECT mark FROM erasures WHERE region_id = :region AND network = :network AND mark = ANY(CAST(:marks AS bytea[]))"
    found = await session.scalars(text(query), {"region": region_id, "network": network, "marks": list(marks)})
    return {bytes(mark) for mark in found}


async def remember(session: AsyncSession, region_id: RegionId, network: str, mark: bytes, *, by: OperatorId | None, now: datetime) -> None:
    """Has a person recognised from now on."""
    await session.execute(
        text(
            "INSERT INTO erasures (region_id, network, mark, erased_at, erased_by, counts) VALUES (:region, :network, :mark, :now,"
            " CAST(:by AS bigint), '{}') ON CONFLICT (region_id, network, mark) WHERE mark IS NOT NULL"
            " DO UPDATE SET erased_at = excluded.erased_at, erased_by = excluded.erased_by"
        ),
        {"region": region_id, "network": network, "mark": mark, "now": now, "by": by},
    )


async def note(session: AsyncSession, region_id: RegionId, network: str, mark: bytes, counts: Mapping[str, int]) -> None:
    """Adds what was erased to the person's entry."""
    await session.execute(
        text(
            "UPDATE erasures SET counts = (SELECT coalesce(jsonb_object_agg(name, total), '{}') FROM (SELECT name, sum(count) AS total"
            " FROM (SELECT key AS name, CAST(value AS bigint) AS count FROM jsonb_each_text(counts) UNION ALL"
            " SELECT key, CAST(value AS bigint) FROM jsonb_each_text(CAST(:counts AS jsonb))) AS added GROUP BY name) AS sums)"
            " WHERE region_id = :region AND network = :network AND mark = :mark"
        ),
        {"region": region_id, "network": network, "mark": mark, "counts": orjson.dumps(dict(counts)).decode()},
    )


async def lift(session: AsyncSession, region_id: RegionId, network: str, mark: bytes, *, now: datetime) -> bool:
    """Has a person recognised no more; whether they were."""
    query = (
        "UPDATE erasures SET mark = NULL, lifted_at = :now WHERE region_id = :region AND network = :network AND mark = :mark RETURNING true"
    )
    return bool(await session.scalar(text(query), {"region": region_id, "network": network, "mark": mark, "now": now}))


async def listed(session: AsyncSession, region_id: RegionId, *, before: int | None, limit: int) -> Sequence[Erasure]:
    """The newest entries first."""
    rows = await session.execute(
        text(
            "SELECT e.id, e.network, e.erased_at, o.name, e.lifted_at, e.counts FROM erasures e LEFT JOIN operators o ON o.id = e.erased_by"
            " WHERE e.region_id = :region AND (CAST(:before AS bigint) IS NULL OR e.id < :before) ORDER BY e.id DESC LIMIT :limit"
        ),
        {"region": region_id, "before": before, "limit": limit},
    )
    return [Erasure(*row) for row in rows]
