"""Monthly partitions of `messages`, made as months come."""

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FIRST_MONTH = date(2024, 1, 1)
"""Threads older than this share one partition (see the first migration)."""


def month_of(moment: datetime) -> date:
    """The partition key for a thread published at `moment` (UTC)."""
    return moment.date().replace(day=1)


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


async def ensure_month(session: AsyncSession, month: date) -> None:
    """Makes the month's partition if it is missing; attached, not created in place, so that readers are not stopped."""
    if month < FIRST_MONTH:
        return
    name = f"messages_{month:%Y_%m}"
    if await session.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None:
        return
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('messages partitions'))"))
    if await session.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None:
        return
    await session.execute(text(f"CREATE TABLE {name} (LIKE messages INCLUDING DEFAULTS INCLUDING GENERATED)"))
    await session.execute(text(f"ALTER TABLE messages ATTACH PARTITION {name} FOR VALUES FROM ('{month}') TO ('{_after(month)}')"))
