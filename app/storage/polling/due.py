"""What is due: one look tells in which rooms of polling there is anything to take on."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.polling.leases import FREE
from app.storage.regions import RegionId

PLACES = {
    "walls": ("poll_states", "next_poll_at", FREE),
    "counters": ("threads", "next_count_at", "(counted_until IS NULL OR counted_until < clock_timestamp())"),
    "news": ("reading_states", "news_at", FREE),
    "backlog": ("reading_states", "backlog_at", FREE),
}
"""Where each kind of work waits, since when, and what keeps another worker's hands off it."""


async def what_is_due(session: AsyncSession, region_id: RegionId, networks: Collection[str], *, now: datetime) -> set[tuple[str, str]]:
    """Networks and kinds of work (see `PLACES`) in which something waits that nobody holds."""
    looks = ", ".join(
        f"(SELECT true FROM {table} WHERE region_id = :region AND network = n.network AND {moment} <= :now AND {is_free}"
        f" ORDER BY {moment} LIMIT 1) AS {kind}"
        for kind, (table, moment, is_free) in PLACES.items()
    )
    rows = await session.execute(
        text(f"SELECT n.network, {looks} FROM unnest(CAST(:networks AS text[])) AS n(network)"),
        {"region": region_id, "networks": sorted(networks), "now": now},
    )
    return {(row.network, kind) for row in rows for kind in PLACES if getattr(row, kind)}
