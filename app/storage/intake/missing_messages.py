"""Messages that a whole reading did not show any more, and whom that concerns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.message import MessageId
from app.storage.messages import IN_THREAD, ThreadKey


@dataclass(frozen=True, slots=True)
class Level:
    """The comments of a thread under one root (`None`: the top level) in a closed range of numeric ids (`None`: open end)."""

    root_id: str | None
    first_id: int | None
    last_id: int | None
    first_at: datetime | None = None
    last_at: datetime | None = None


async def missing(
    session: AsyncSession, thread: ThreadKey, levels: Sequence[Level], *, present: Collection[str], asked_at: datetime
) -> list[MessageId]:
    """Messages of the levels that we have held as standing since `asked_at` or longer, but that the network lacks by then.

    With a top-level comment all that stands under it is gone.
    """
    if not levels:
        return []
    standing = f"{IN_THREAD} AND deleted_at IS NULL AND NOT comment_id = ANY(:present) AND version_seen_at <= :asked_at"
    rows = await session.execute(
        text(
            f"WITH lost AS (SELECT id, comment_id FROM messages JOIN unnest(CAST(:roots AS text[]), CAST(:firsts AS bigint[]),"
            f" CAST(:lasts AS bigint[]), CAST(:first_ats AS timestamptz[]), CAST(:last_ats AS timestamptz[]))"
            f" AS level(root, first, last, first_at, last_at) ON root_id IS NOT DISTINCT FROM root WHERE {standing}"
            " AND published_at BETWEEN coalesce(level.first_at, '-infinity') AND coalesce(level.last_at, 'infinity')"
            " AND comment_id <> '' AND CASE WHEN first IS NULL AND last IS NULL THEN true"
            " WHEN comment_id ~ '^[0-9]+$' THEN CAST(comment_id AS numeric) BETWEEN coalesce(first, 0)"
            " AND coalesce(CAST(last AS numeric), 'infinity') ELSE false END)"
            f" SELECT id FROM lost UNION SELECT id FROM messages WHERE {standing} AND root_id IN (SELECT comment_id FROM lost)"
        ),
        thread.parameters()
        | {
            "roots": [level.root_id for level in levels],
            "firsts": [level.first_id for level in levels],
            "lasts": [level.last_id for level in levels],
            "first_ats": [level.first_at for level in levels],
            "last_ats": [level.last_at for level in levels],
            "present": list(present),
            "asked_at": asked_at,
        },
    )
    return [MessageId(row.id) for row in rows]


async def touched_by(session: AsyncSession, thread: ThreadKey, ids: Collection[MessageId]) -> set[str]:
    """Whose conversations the given messages belong to: their authors', and of official ones those whom they may address."""
    if not ids:
        return set()
    rows = await session.execute(
        text(
            "SELECT m.author_id, m.official, m.mentions, array_agg(n.author_id) FILTER (WHERE n.author_id IS NOT NULL) AS neighbours"
            " FROM messages m LEFT JOIN messages n ON n.region_id = m.region_id AND n.month = m.month AND n.source_id = m.source_id"
            " AND n.post_id = m.post_id AND n.comment_id IN (m.reply_to_id, m.root_id, '')"
            " WHERE m.region_id = :region AND m.month = :month AND m.id = ANY(:ids) GROUP BY m.id, m.author_id, m.official, m.mentions"
        ),
        {"region": thread.region_id, "month": thread.month, "ids": list(ids)},
    )
    touched: set[str] = set()
    for row in rows:
        touched |= {*row.mentions, *(row.neighbours or ())} if row.official else {row.author_id} - {None}
    return touched
