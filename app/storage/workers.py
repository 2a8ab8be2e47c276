"""Which workers are alive."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FORGOTTEN_AFTER = timedelta(days=1)


async def beat(session: AsyncSession, worker: str) -> None:
    """Says that a worker lives (real time, the database's clock), and forgets those that have long been silent."""
    await session.execute(
        text(
            "INSERT INTO workers (name, started_at, beat_at) VALUES (:name, clock_timestamp(), clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beat_at = clock_timestamp()"
        ),
        {"name": worker},
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
