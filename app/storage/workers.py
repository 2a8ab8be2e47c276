"""Which workers are alive."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FORGOTTEN_AFTER = timedelta(days=1)


async def beat(session: AsyncSession, worker: str, *, was_refused: bool = False) -> None:
    """Says that a worker lives (real time, the database's clock) and whether it had no room to store something of late; forgets those

    that have long been silent.
    """
    await session.execute(
        text(
            "INSERT INTO workers (name, started_at, beat_at, refused_at)"
            " VALUES (:name, clock_timestamp(), clock_timestamp(), CASE WHEN :refused THEN clock_timestamp() END)"
            " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, refused_at = excluded.refused_at"
        ),
        {"name": worker, "refused": was_refused},
    )
    await session.execute(text("DELETE FROM workers WHERE beat_at < clock_timestamp() - CAST(:old AS interval)"), {"old": FORGOTTEN_AFTER})


async def leave(session: AsyncSession, worker: str) -> None:
    """Says that a worker has stopped."""
    await session.execute(text("DELETE FROM workers WHERE name = :name"), {"name": worker})


async def alive(session: AsyncSession, *, within: timedelta) -> int:
    """How many workers have given a sign of life of late."""
    count = await session.scalar(
        text("SELECT count(*) FROM workers WHERE beat_at > clock_timestamp() - CAST(:within AS interval)"), {"within": within}
    )
    return int(count or 0)


async def without_room(session: AsyncSession, *, within: timedelta) -> list[str]:
    """Living workers that had no room to store something when they last gave a sign."""
    query = "SELECT name FROM workers WHERE refused_at > clock_timestamp() - CAST(:within AS interval) ORDER BY name"
    return list(await session.scalars(text(query), {"within": within}))
