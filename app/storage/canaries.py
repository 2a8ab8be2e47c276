"""Canaries: posts to write under, and what has become of a message with a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.canary import Sighting
from app.domain.detection import Timing
from app.domain.source import SourceId
from app.storage import queue
from app.storage.queue import QueueFilter
from app.storage.regions import RegionId
from connectors.sdk.contract import DIRECT_DIALOGUE

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A post of the page that still stood when it was last looked at."""

    post_id: str
    url: str
    published_at: datetime


async def spots(session: AsyncSession, region_id: RegionId, source_id: SourceId, *, limit: int) -> Sequence[Spot]:
    """Posts of the page, the newest first."""
    rows = await session.execute(
        text(
            "SELECT t.post_id, m.url, t.published_at FROM threads t JOIN messages m ON m.region_id = t.region_id AND m.month = t.month"
            " AND m.source_id = t.source_id AND m.post_id = t.post_id AND m.comment_id = '' WHERE t.region_id = :region"
            " AND t.source_id = :source AND t.gone_at IS NULL AND m.deleted_at IS NULL AND NOT starts_with(t.post_id, :dialogue)"
            " ORDER BY t.published_at DESC, t.post_id DESC LIMIT :limit"
        ),
        {"region": region_id, "source": source_id, "dialogue": DIRECT_DIALOGUE, "limit": limit},
    )
    return [Spot(*row) for row in rows]


async def sighting(session: AsyncSession, region_id: RegionId, source_id: SourceId, mark: str) -> Sighting | None:
    """The newest message of the page that bears the mark, with the reading that brought it."""
    rows = await session.execute(
        text(
            "SELECT m.url, m.post_id, m.author_id, m.kind, m.asks, m.published_at, m.collected_at, d.due_at, d.asked_at, d.received_at,"
            " d.judged_at, d.stored_at FROM (SELECT * FROM messages WHERE region_id = :region AND source_id = :source"
            " AND position(:mark IN text) > 0 ORDER BY id DESC LIMIT 1) AS m LEFT JOIN LATERAL (SELECT * FROM detections"
            " WHERE region_id = m.region_id AND source_id = m.source_id AND stored_at >= m.collected_at"
            " AND m.published_at = ANY(published) ORDER BY stored_at LIMIT 1) AS d ON true"
        ),
        {"region": region_id, "source": source_id, "mark": mark},
    )
    row = rows.one_or_none()
    if row is None:
        return None
    timing = None if row.due_at is None else Timing(row.due_at, row.asked_at, row.received_at, row.judged_at, row.stored_at)
    return Sighting(row.url, row.post_id, row.author_id, row.kind, row.asks, row.published_at, row.collected_at, timing)


async def is_in_queue(session: AsyncSession, region_id: RegionId, source_id: SourceId, seen: Sighting, *, now: datetime) -> bool:
    """Whether the queue, asked as operators ask it, shows the incident of the canary's conversation among what waits."""
    found = (
        await session.execute(
            text(
                "SELECT id, published_at FROM incidents WHERE region_id = :region AND source_id = :source AND post_id = :post"
                " AND author_id = :author AND waiting"
            ),
            {"region": region_id, "source": source_id, "post": seen.post_id, "author": seen.author_id},
        )
    ).one_or_none()
    if found is None:
        return False
    wanted = QueueFilter(
        source_id=source_id, published_from=found.published_at, published_to=found.published_at + INSTANT, of_test_pages=True
    )
    shown = await queue.by_published(session, region_id, wanted, after=None, limit=200, now=now)
    return any(place.id == found.id for place in shown)
