"""What a replay is fed with: kept answers, operators' steps, and what was stored of a thread before the replay begins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.source import Source, SourceId
from app.storage import partitions
from app.storage.regions import RegionId
from app.storage.sources import source_of


@dataclass(frozen=True, slots=True)
class Window:
    """What is replayed: answers collected from `start` to before `end`, of one source or of all."""

    region_id: RegionId
    start: datetime
    end: datetime
    source_id: SourceId | None = None

    def parameters(self) -> dict[str, object]:
        return {"region": self.region_id, "start": self.start, "end": self.end, "source": self.source_id}


IN_WINDOW = (
    "region_id = :region AND collected_at >= :start AND collected_at < :end AND (CAST(:source AS bigint) IS NULL OR source_id = :source)"
)


@dataclass(frozen=True, slots=True)
class KeptPayload:
    """A kept answer."""

    id: int
    source_id: SourceId
    method: str
    request: str
    body: bytes
    asked_at: datetime
    collected_at: datetime
    read_whole_at: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class KeptStep:
    """What an operator did to an incident, which is named by its conversation."""

    id: int
    type: str
    at: datetime
    recorded_at: datetime
    actor_id: int
    data: dict[str, Any]
    source_id: SourceId
    post_id: str
    author_id: str


@dataclass(frozen=True, slots=True)
class StepPlace:
    """A place in the order of recording."""

    recorded_at: datetime
    id: int


BEFORE_ALL_STEPS = StepPlace(datetime.min.replace(tzinfo=UTC), 0)


async def begins(session: AsyncSession, region_id: RegionId) -> datetime | None:
    """The oldest answer that can be read again: older ones are forgotten, or were kept without what they were asked for."""
    query = text("SELECT min(collected_at) FROM raw_payloads WHERE region_id = :region AND request IS NOT NULL")
    begins: datetime | None = await session.scalar(query, {"region": region_id})
    return begins


async def count_payloads(session: AsyncSession, window: Window) -> int:
    query = text(f"SELECT count(*) FROM raw_payloads WHERE {IN_WINDOW} AND request IS NOT NULL")
    return int(await session.scalar(query, window.parameters()) or 0)


async def payloads(session: AsyncSession, window: Window, *, after: int, limit: int) -> Sequence[KeptPayload]:
    """The next answers in the order in which they were taken in."""
    rows = await session.execute(
        text(
            "SELECT id, source_id, method, request, body, asked_at, collected_at, read_whole_at FROM raw_payloads"
            f" WHERE {IN_WINDOW} AND request IS NOT NULL AND id > :after ORDER BY id LIMIT :limit"
        ),
        window.parameters() | {"after": after, "limit": limit},
    )
    return [KeptPayload(*row) for row in rows]


async def steps(session: AsyncSession, window: Window, *, after: StepPlace, until: datetime, limit: int) -> Sequence[KeptStep]:
    """The next of what operators did up to a moment, in the order of recording: a later number may have been recorded sooner."""
    rows = await session.execute(
        text(
            "SELECT e.id, e.type, e.at, e.recorded_at, e.actor_id, e.data, i.source_id, i.post_id, i.author_id FROM incident_events e"
            " JOIN incidents i ON i.region_id = e.region_id AND i.id = e.incident_id WHERE e.region_id = :region"
            " AND (e.recorded_at, e.id) > (:after_at, :after_id) AND e.actor_id IS NOT NULL AND e.recorded_at >= :start"
            " AND e.recorded_at < :end AND e.recorded_at <= :until"
            " AND (CAST(:source AS bigint) IS NULL OR i.source_id = :source) ORDER BY e.recorded_at, e.id LIMIT :limit"
        ),
        window.parameters() | {"after_at": after.recorded_at, "after_id": after.id, "until": until, "limit": limit},
    )
    return [KeptStep(*row) for row in rows]


async def sources_of(session: AsyncSession, ids: Collection[SourceId]) -> dict[SourceId, Source]:
    """Sources by id."""
    rows = await session.execute(text("SELECT * FROM sources WHERE id = ANY(:ids)"), {"ids": list(ids)})
    return {SourceId(row.id): source_of(row) for row in rows}


async def incident_of(session: AsyncSession, region_id: RegionId, step: KeptStep) -> IncidentId | None:
    """The replayed incident of the step's conversation."""
    query = "SELECT id FROM incidents WHERE region_id = :region AND source_id = :source AND post_id = :post AND author_id = :author"
    place = {"region": region_id, "source": step.source_id, "post": step.post_id, "author": step.author_id}
    found = await session.scalar(text(query), place)
    return None if found is None else IncidentId(found)


async def at_conversation(session: AsyncSession, region_id: RegionId, step: KeptStep, incident_id: IncidentId) -> KeptStep | None:
    """The step, placed at the conversation of another stored incident."""
    query = text("SELECT source_id, post_id, author_id FROM incidents WHERE region_id = :region AND id = :id")
    row = (await session.execute(query, {"region": region_id, "id": incident_id})).one_or_none()
    return None if row is None else replace(step, source_id=SourceId(row.source_id), post_id=row.post_id, author_id=row.author_id)


async def message_of(session: AsyncSession, own: str, region_id: RegionId, message_id: int) -> int | None:
    """The replayed message that stands where a stored one does."""
    query = text(
        f"SELECT r.id FROM {own}.messages s JOIN messages r ON r.region_id = s.region_id AND r.month = s.month"
        " AND r.source_id = s.source_id AND r.post_id = s.post_id AND r.comment_id = s.comment_id"
        " WHERE s.region_id = :region AND s.id = :id"
    )
    found: int | None = await session.scalar(query, {"region": region_id, "id": message_id})
    return found


async def note_unreadable(session: AsyncSession, payload_id: int, reason: str) -> None:
    await session.execute(text("INSERT INTO unreadable_payloads VALUES (:id, :reason)"), {"id": payload_id, "reason": reason})


async def note_whole_readings(session: AsyncSession, region_id: RegionId, payload: KeptPayload) -> None:
    """When the threads of an answer had last been read whole, by readings that brought no news and so were not kept."""
    for post, moment in (payload.read_whole_at or {}).items():
        place = {"region": region_id, "source": payload.source_id, "post": post, "moment": datetime.fromisoformat(moment)}
        where = "region_id = :region AND source_id = :source AND post_id = :post"
        await session.execute(text(f"UPDATE threads SET covered_at = :moment WHERE {where}"), place)


async def forget_bodies(session: AsyncSession) -> None:
    """Empties the replay's own copies of what it has read."""
    await session.execute(text("TRUNCATE raw_payloads"))


async def take_statistics(session: AsyncSession) -> None:
    """Tells the planner what the replay has made, before it is compared."""
    await session.execute(text("ANALYZE messages, threads, incidents, turns"))


COPIED = (
    "region_id, month, id, source_id, post_id, comment_id, root_id, reply_to_id, url, author_id, author_name, official, authority_id,"
    " attachments, mentions, published_at, collected_at, edited_at, kind, confidence, topic, topic_confidence, urgent, model, asks,"
    " erased_at"
)
EARLIER = "SELECT * FROM {own}.threads t WHERE region_id = :region AND source_id = :source AND post_id = ANY(CAST(:posts AS text[]))"


async def copy_earlier(session: AsyncSession, own: str, window: Window, source_id: SourceId, posts: Collection[str]) -> None:
    """Copies what was stored of threads before the window begins, as it stood then; a thread is copied once."""
    key = {"region": window.region_id, "source": source_id, "posts": list(posts), "start": window.start}
    rows = await session.execute(
        text(
            f"INSERT INTO threads {EARLIER.format(own=own)} AND EXISTS (SELECT FROM {own}.messages m WHERE m.region_id = t.region_id"
            " AND m.month = t.month AND m.source_id = t.source_id AND m.post_id = t.post_id AND m.collected_at < :start)"
            " ON CONFLICT DO NOTHING RETURNING post_id, month"
        ),
        key,
    )
    copied = rows.all()
    if not copied:
        return
    for month in {row.month for row in copied}:
        await partitions.ensure_month(session, month)
    place = {"posts": [row.post_id for row in copied], "months": [row.month for row in copied]}
    await session.execute(
        text(
            "UPDATE threads SET comments_closed = false, comments_told_at = NULL WHERE region_id = :region AND source_id = :source"
            " AND post_id = ANY(CAST(:posts AS text[])) AND comments_told_at >= :start"
        ),
        key | place,
    )
    await session.execute(
        text(
            f"INSERT INTO messages ({COPIED}, text, version, version_seen_at, deleted_at, last_seen_at)"
            f" SELECT {', '.join(f'm.{name}' for name in COPIED.split(', '))}, CASE WHEN v.version IS NULL THEN m.text ELSE v.text END,"
            " coalesce(v.version, m.version), coalesce(v.seen_at, m.version_seen_at),"
            " CASE WHEN m.deleted_at < :start THEN m.deleted_at END, CASE WHEN m.deleted_at < :start THEN m.last_seen_at END"
            f" FROM {own}.messages m LEFT JOIN LATERAL (SELECT version, text, seen_at FROM {own}.message_versions v"
            " WHERE v.region_id = m.region_id AND v.message_id = m.id AND v.superseded_at >= :start ORDER BY version LIMIT 1) v ON true"
            " WHERE m.region_id = :region AND m.source_id = :source AND m.collected_at < :start AND (m.month, m.post_id) IN"
            " (SELECT * FROM unnest(CAST(:months AS date[]), CAST(:posts AS text[])))"
        ),
        key | place,
    )
    await session.execute(
        text(
            f"INSERT INTO message_versions SELECT v.* FROM {own}.message_versions v JOIN messages m ON m.region_id = v.region_id"
            " AND m.id = v.message_id WHERE m.source_id = :source AND m.post_id = ANY(CAST(:posts AS text[]))"
            " AND v.superseded_at < :start ON CONFLICT DO NOTHING"
        ),
        key | place,
    )
