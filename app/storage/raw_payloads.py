"""The networks' answers as received: evidence of what was published, kept for a while."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.regions import RegionId


async def purge(session: AsyncSession, region_id: RegionId, *, older_than: datetime, most: int) -> int:
    """Forgets up to `most` of the answers that came before a moment; how many."""
    forgotten = await session.scalars(
        text(
            "DELETE FROM raw_payloads WHERE region_id = :region AND id IN (SELECT id FROM raw_payloads WHERE region_id = :region"
            " AND collected_at < :moment LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING id"
        ),
        {"region": region_id, "moment": older_than, "most": most},
    )
    return len(forgotten.all())
