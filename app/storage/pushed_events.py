"""The inbox: pushed events as they came, each once, until they have been taken in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.source import SourceId
from app.storage.regions import RegionId

MOST_ATTEMPTS = 5
"""An event that breaks so often is put aside with its trouble, so that it never holds up those behind it."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event at the door. `retries` is how often the network had tried to deliver it before."""

    source_id: SourceId
    event_id: str
    received_at: datetime
    body: bytes = field(repr=False)
    retries: int = 0


async def store(session: AsyncSession, received: Sequence[ReceivedEvent]) -> set[tuple[SourceId, str]]:
    """Puts events into the inbox, each once; the keys of those that were new."""
    rows = await session.execute(
        text(
            "INSERT INTO pushed_events (source_id, event_id, received_at, retries, body) SELECT source, event, received, retries, body"
            " FROM unnest(CAST(:sources AS bigint[]), CAST(:events AS text[]), CAST(:moments AS timestamptz[]), CAST(:retries AS int[]),"
            " CAST(:bodies AS bytea[])) AS t(source, event, received, retries, body)"
            " ON CONFLICT DO NOTHING RETURNING source_id, event_id"
        ),
        {
            "sources": [one.source_id for one in received],
            "events": [one.event_id for one in received],
            "moments": [one.received_at for one in received],
            "retries": [one.retries for one in received],
            "bodies": [one.body for one in received],
        },
    )
    return {(SourceId(row.source_id), row.event_id) for row in rows}


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event that has not been taken in."""

    id: int
    received_at: datetime
    retries: int
    body: bytes = field(repr=False)


async def waiting(session: AsyncSession, source_id: SourceId, *, limit: int) -> list[WaitingEvent]:
    """Events of a source in the order in which they came."""
    rows = await session.execute(
        text(
            "SELECT id, received_at, retries, body FROM pushed_events"
            " WHERE source_id = :source AND taken_at IS NULL ORDER BY id LIMIT :limit"
        ),
        {"source": source_id, "limit": limit},
    )
    return [WaitingEvent(*row) for row in rows]


async def count_waiting(session: AsyncSession, source_id: SourceId) -> int:
    """How many events of a source have not been taken in."""
    found = await session.scalar(
        text("SELECT count(*) FROM pushed_events WHERE source_id = :source AND taken_at IS NULL"), {"source": source_id}
    )
    return int(str(found))


async def mark_taken(session: AsyncSession, ids: Collection[int], *, now: datetime) -> None:
    """Records, in the transaction of their effect, that events have been taken in."""
    await session.execute(text("UPDATE pushed_events SET taken_at = :now WHERE id = ANY(:ids)"), {"ids": list(ids), "now": now})


async def forget(session: AsyncSession, ids: Collection[int], *, now: datetime) -> None:
    """Keeps of events only that they came: they held what nobody has asked for."""
    await session.execute(text("UPDATE pushed_events SET taken_at = :now, body = '' WHERE id = ANY(:ids)"), {"ids": list(ids), "now": now})


async def forget_bodies(session: AsyncSession, ids: Collection[int]) -> None:
    """Keeps of events that were taken in only that they came: somebody stands in them who was erased."""
    await session.execute(text("UPDATE pushed_events SET body = '' WHERE id = ANY(:ids)"), {"ids": list(ids)})


async def note_trouble(session: AsyncSession, event_id: int, trouble: str, *, for_good: bool, now: datetime) -> None:
    """Records that an event could not be taken in; after some attempts, or at once `for_good`, it is put aside."""
    await session.execute(
        text(
            "UPDATE pushed_events SET attempts = attempts + 1, trouble = :trouble,"
            " taken_at = CASE WHEN :for_good OR attempts + 1 >= :most THEN CAST(:now AS timestamptz) END WHERE id = :id"
        ),
        {"id": event_id, "trouble": trouble, "for_good": for_good, "most": MOST_ATTEMPTS, "now": now},
    )


async def purge(session: AsyncSession, *, older_than: datetime) -> None:
    """Forgets events taken in long ago: no network repeats one after so long."""
    await session.execute(text("DELETE FROM pushed_events WHERE taken_at < :old"), {"old": older_than})


@dataclass(frozen=True, slots=True)
class Target:
    """What is stored of a message that an event tells of. `is_stub`: it was only ever seen deleted."""

    root_id: str | None
    is_stub: bool
    is_deleted: bool
    url: str = ""


async def targets(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, places: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Target]:
    """What is stored at the given places (post id, comment id); unknown ones are left out."""
    rows = await session.execute(
        text(
            "SELECT m.post_id, m.comment_id, m.root_id, m.author_id IS NULL AS is_stub, m.deleted_at IS NOT NULL AS is_deleted,"
            " m.url"
            " FROM unnest(CAST(:posts AS text[]), CAST(:comments AS text[])) AS t(post, comment)"
            " JOIN threads h ON h.region_id = :region AND h.source_id = :source AND h.post_id = t.post"
            " JOIN messages m ON m.region_id = :region AND m.month = h.month AND m.source_id = :source"
            " AND m.post_id = t.post AND m.comment_id = t.comment"
        ),
        {
            "region": region_id,
            "source": source_id,
            "posts": [post for post, _ in places],
            "comments": [comment for _, comment in places],
        },
    )
    return {(row.post_id, row.comment_id): Target(row.root_id, row.is_stub, row.is_deleted, row.url) for row in rows}
