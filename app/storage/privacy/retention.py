"""Which threads hold words of people whose term may have passed, and whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.retention import Part
from app.storage.regions import RegionId


class Kept(StrEnum):
    """What a thread is looked at for, by the column that says since when it holds any."""

    TALK = "talk_kept_since"
    ASKED = "asked_kept_since"


@dataclass(frozen=True, slots=True)
class HeldThread:
    """A thread that nobody else writes to until the transaction ends."""

    source_id: int
    post_id: str
    month: date

    @property
    def place(self) -> tuple[int, str]:
        return self.source_id, self.post_id


async def hold(session: AsyncSession, region_id: RegionId, kept: Kept, *, before: datetime, limit: int) -> list[HeldThread]:
    """Threads that have held such words since before a moment, the oldest first; those that somebody writes to wait for the next look."""
    rows = await session.execute(
        text(
            f"SELECT source_id, post_id, month FROM threads WHERE region_id = :region AND {kept} < :before ORDER BY {kept} LIMIT :limit"
            " FOR UPDATE SKIP LOCKED"
        ),
        {"region": region_id, "before": before, "limit": limit},
    )
    return [HeldThread(*row) for row in rows]


def by_month(threads: Sequence[HeldThread]) -> list[tuple[date, list[HeldThread]]]:
    """The threads by the partition in which they lie."""
    ordered = sorted(threads, key=lambda one: (one.month, one.place))
    return [(month, list(found)) for month, found in groupby(ordered, key=lambda one: one.month)]


def places(threads: Sequence[HeldThread]) -> dict[str, object]:
    """The parameters of `IN_THREADS`."""
    return {"sources": [one.source_id for one in threads], "posts": [one.post_id for one in threads]}


IN_THREADS = (
    "unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post) JOIN messages m ON m.region_id = :region"
    " AND m.month = :month AND m.source_id = t.source AND m.post_id = t.post AND m.erased_at IS NULL JOIN sources s ON s.id = m.source_id"
)
"""What is not erased of the threads of one month."""
VOICE = (
    "(m.official OR m.author_id = s.external_id OR EXISTS (SELECT FROM official_accounts o WHERE o.region_id = m.region_id"
    " AND o.network = s.network AND o.external_id = m.author_id))"
)
"""Who speaks for a page or a body is no private person."""
PARTS = text(
    "WITH said AS (SELECT m.source_id, m.post_id, m.author_id, max(m.version_seen_at) AS seen_at, bool_or(EXISTS"
    " (SELECT FROM verdict_labels l WHERE l.region_id = m.region_id AND l.message_id = m.id)) AS was_labelled"
    f" FROM {IN_THREADS} WHERE m.author_id IS NOT NULL AND NOT {VOICE} GROUP BY m.source_id, m.post_id, m.author_id)"
    " SELECT said.source_id, said.post_id, said.author_id, greatest(said.seen_at, i.last_at), said.was_labelled OR i.id IS NOT NULL"
    " FROM said LEFT JOIN LATERAL (SELECT i.id, (SELECT max(recorded_at) FROM incident_events e WHERE e.region_id = i.region_id"
    " AND e.incident_id = i.id) AS last_at FROM incidents i WHERE i.region_id = :region AND i.source_id = said.source_id"
    " AND i.post_id = said.post_id AND i.author_id = said.author_id) AS i ON true"
)


async def parts_of(session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread]) -> list[Part]:
    """Whose words the threads hold, each person's of a thread as one."""
    found = []
    for month, of_month in by_month(threads):
        rows = await session.execute(PARTS, {"region": region_id, "month": month, **places(of_month)})
        found += [Part(*row) for row in rows]
    return found


VOICES = text(
    f"SELECT m.source_id, m.post_id, min(m.version_seen_at) FROM {IN_THREADS} WHERE m.comment_id <> '' AND {VOICE}"
    " AND m.version_seen_at >= coalesce(CAST(:before AS timestamptz), '-infinity') GROUP BY m.source_id, m.post_id"
)


async def voices_since(
    session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread], *, before: datetime | None
) -> dict[tuple[int, str], datetime]:
    """Since when the threads hold comments of pages and bodies whose term has not passed; older ones wait for whom they answer."""
    found: dict[tuple[int, str], datetime] = {}
    for month, of_month in by_month(threads):
        rows = await session.execute(VOICES, {"region": region_id, "month": month, "before": before, **places(of_month)})
        found |= {(source_id, post_id): since for source_id, post_id, since in rows}
    return found


NAMELESS = text(
    f"SELECT m.source_id, m.post_id, min(m.version_seen_at) FROM {IN_THREADS} WHERE m.author_id IS NULL AND m.text IS NOT NULL"
    " GROUP BY m.source_id, m.post_id"
)


async def nameless_since(session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread]) -> dict[tuple[int, str], datetime]:
    """Since when the threads hold messages of whose authors nothing is known."""
    found: dict[tuple[int, str], datetime] = {}
    for month, of_month in by_month(threads):
        rows = await session.execute(NAMELESS, {"region": region_id, "month": month, **places(of_month)})
        found |= {(source_id, post_id): since for source_id, post_id, since in rows}
    return found


async def note_kept(
    session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread], since: Mapping[Kept, Mapping[tuple[int, str], datetime]]
) -> None:
    """Writes down since when each of the threads holds what; nothing: until somebody writes there again."""
    await session.execute(
        text(
            "UPDATE threads SET talk_kept_since = t.talk, asked_kept_since = t.asked FROM unnest(CAST(:sources AS bigint[]),"
            " CAST(:posts AS text[]), CAST(:talk AS timestamptz[]), CAST(:asked AS timestamptz[])) AS t(source, post, talk, asked)"
            " WHERE threads.region_id = :region AND threads.source_id = t.source AND threads.post_id = t.post"
        ),
        {
            "region": region_id,
            **places(threads),
            "talk": [since[Kept.TALK].get(one.place) for one in threads],
            "asked": [since[Kept.ASKED].get(one.place) for one in threads],
        },
    )
