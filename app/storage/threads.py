"""Threads: the month that each is kept under, its comment counter, and where reading it goes on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.source import SourceId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Thread:
    """`covered_at` is when the thread was last read whole; `gone_at` when the network first did not show its post.

    `changes` counts the pages that changed its messages: whoever changes one counts on.
    """

    post_id: str
    month: date
    published_at: datetime
    comment_count: int | None
    cursor: str | None
    covered_at: datetime | None
    last_moved_at: datetime
    gone_at: datetime | None
    changes: int


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A post met while reading: enough to register its thread."""

    post_id: str
    month: date
    published_at: datetime
    comment_count: int | None


COLUMNS = "post_id, month, published_at, comment_count, cursor, covered_at, last_moved_at, gone_at, changes"


REGISTER = text(
    "INSERT INTO threads (region_id, source_id, post_id, month, published_at, comment_count, moved, last_moved_at, next_count_at, changes)"
    " SELECT :region, :source, post, month, published_at, comments, coalesce(comments, 1) > 0, published_at, :now, 0"
    " FROM unnest(CAST(:posts AS text[]), CAST(:months AS date[]), CAST(:moments AS timestamptz[]), CAST(:counts AS int[]))"
    f" AS t(post, month, published_at, comments) ON CONFLICT DO NOTHING RETURNING {COLUMNS}"
).columns(*(column(name) for name in COLUMNS.split(", ")))
HOLD = text(
    f"SELECT {COLUMNS} FROM threads WHERE region_id = :region AND source_id = :source AND post_id = ANY(CAST(:posts AS text[]))"
    " ORDER BY post_id FOR UPDATE"
).columns(*(column(name) for name in COLUMNS.split(", ")))


async def lock(
    session: AsyncSession,
    region_id: RegionId,
    source_id: SourceId,
    found: Sequence[FoundPost],
    *,
    also: Collection[str] = (),
    now: datetime,
) -> Mapping[str, Thread]:
    """The threads by post id, registered where new and held until the transaction ends; one writer at a time per thread.

    `also` names threads to hold if they are known.
    """
    held = await _register(session, region_id, source_id, found, now=now) if found else {}
    others = ({post.post_id for post in found} | {*also}) - held.keys()
    if others:
        rows = await session.execute(HOLD, {"region": region_id, "source": source_id, "posts": list(others)})
        held |= {row[0]: Thread(*row) for row in rows}
    return held


async def _register(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, found: Sequence[FoundPost], *, now: datetime
) -> dict[str, Thread]:
    """The threads that nobody had registered before, in one order for all writers, so that two never wait for each other."""
    found = sorted(found, key=lambda post: post.post_id)
    rows = await session.execute(
        REGISTER,
        {
            "region": region_id,
            "source": source_id,
            "now": now,
            "posts": [post.post_id for post in found],
            "months": [post.month for post in found],
            "moments": [post.published_at for post in found],
            "counts": [post.comment_count for post in found],
        },
    )
    return {row[0]: Thread(*row) for row in rows}


async def due_for_count(session: AsyncSession, region_id: RegionId, source_id: SourceId, *, now: datetime, limit: int) -> list[Thread]:
    """Threads whose counter should be looked at by now, the longest due first; vanished posts too, as they may come back."""
    rows = await session.execute(
        text(
            f"SELECT {COLUMNS} FROM threads WHERE region_id = :region AND source_id = :source AND next_count_at <= :now"
            " ORDER BY next_count_at LIMIT :limit"
        ),
        {"region": region_id, "source": source_id, "now": now, "limit": limit},
    )
    return [Thread(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ToRead:
    """A thread that waits to be read; `sweep` looks behind a counter that stands still, for edits and exchanged comments."""

    thread: Thread
    sweep: bool


async def to_read(session: AsyncSession, region_id: RegionId, source_id: SourceId, *, now: datetime, limit: int) -> list[ToRead]:
    """Threads that moved or are due for a sweep; what moved comes first, the quickest to read at the head."""
    rows = await session.execute(
        text(
            f"SELECT {COLUMNS}, NOT moved AS sweep FROM threads WHERE region_id = :region AND source_id = :source AND gone_at IS NULL"
            " AND (moved OR next_sweep_at <= :now) ORDER BY moved DESC, comment_count, last_moved_at LIMIT :limit"
        ),
        {"region": region_id, "source": source_id, "now": now, "limit": limit},
    )
    return [ToRead(Thread(*row[:-1]), row.sweep) for row in rows]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a look at a counter found. `comments=None`: the post was not shown; `gone` says that it has vanished.

    A counter that `fell` asks for a whole reading.
    """

    post_id: str
    comments: int | None
    moved: bool
    next_count_at: datetime
    fell: bool = False
    gone: bool = False


async def save_counts(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, counted: Sequence[Counted], *, now: datetime
) -> None:
    """Records counters; a moved one marks its thread for reading."""
    await session.execute(
        text(
            "UPDATE threads SET comment_count = coalesce(comments, comment_count), moved = threads.moved OR t.moved,"
            " last_moved_at = CASE WHEN t.moved THEN :now ELSE last_moved_at END, next_count_at = t.next_count_at,"
            " gone_at = CASE WHEN t.gone THEN coalesce(gone_at, CAST(:now AS timestamptz)) WHEN comments IS NULL THEN gone_at END,"
            " cursor = CASE WHEN t.fell THEN NULL ELSE cursor END"
            " FROM unnest(CAST(:posts AS text[]), CAST(:counts AS int[]), CAST(:moved AS bool[]), CAST(:nexts AS timestamptz[]),"
            " CAST(:fell AS bool[]), CAST(:gone AS bool[])) AS t(post, comments, moved, next_count_at, fell, gone)"
            " WHERE region_id = :region AND source_id = :source AND post_id = post"
        ),
        {
            "region": region_id,
            "source": source_id,
            "now": now,
            "posts": [one.post_id for one in counted],
            "counts": [one.comments for one in counted],
            "moved": [one.moved for one in counted],
            "nexts": [one.next_count_at for one in counted],
            "fell": [one.fell for one in counted],
            "gone": [one.gone for one in counted],
        },
    )


async def save_cursor(session: AsyncSession, region_id: RegionId, source_id: SourceId, post_id: str, cursor: str) -> None:
    """Where reading the thread goes on."""
    await session.execute(
        text("UPDATE threads SET cursor = :cursor WHERE region_id = :region AND source_id = :source AND post_id = :post"),
        {"region": region_id, "source": source_id, "post": post_id, "cursor": cursor},
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading that has come to its end. `surplus` is how many comments more it found than the counter had told."""

    began_at: datetime
    count: int | None
    surplus: int
    is_whole: bool
    next_sweep_at: datetime


async def finish_reading(session: AsyncSession, region_id: RegionId, source_id: SourceId, post_id: str, done: Reading) -> None:
    """Marks a thread as read, unless its counter has moved again since it was looked at.

    What the reading found behind the counter's back is put to the counter's account: otherwise the next look at it would
    take a comment that goes for one that never came.
    """
    await session.execute(
        text(
            "UPDATE threads SET moved = moved AND comment_count IS DISTINCT FROM CAST(:count AS int),"
            " comment_count = greatest(comment_count + CAST(:surplus AS int), 0),"
            " last_moved_at = CASE WHEN :surplus = 0 THEN last_moved_at ELSE :began END,"
            " next_count_at = CASE WHEN :surplus = 0 THEN next_count_at ELSE least(next_count_at, CAST(:began AS timestamptz)) END,"
            " covered_at = CASE WHEN :is_whole THEN CAST(:began AS timestamptz) ELSE covered_at END, next_sweep_at = :next"
            " WHERE region_id = :region AND source_id = :source AND post_id = :post"
        ),
        {
            "region": region_id,
            "source": source_id,
            "post": post_id,
            "count": done.count,
            "surplus": done.surplus,
            "began": done.began_at,
            "is_whole": done.is_whole,
            "next": done.next_sweep_at,
        },
    )


async def recount(session: AsyncSession, region_id: RegionId, source_id: SourceId, posts: Collection[str], *, at: datetime) -> None:
    """Has the counters of the posts looked at again at the given moment, or before if they are due earlier."""
    await session.execute(
        text(
            "UPDATE threads SET next_count_at = least(next_count_at, :at)"
            " WHERE region_id = :region AND source_id = :source AND post_id = ANY(:posts)"
        ),
        {"region": region_id, "source": source_id, "posts": list(posts), "at": at},
    )


async def confirm(session: AsyncSession, region_id: RegionId, source_id: SourceId, posts: Collection[str], *, at: datetime) -> None:
    """Has threads read whole and the counters of their posts looked at by the next poll: what we were told may be out of date."""
    await session.execute(
        text(
            "UPDATE threads SET moved = true, cursor = NULL, next_count_at = least(next_count_at, :at)"
            " WHERE region_id = :region AND source_id = :source AND post_id = ANY(:posts)"
        ),
        {"region": region_id, "source": source_id, "posts": list(posts), "at": at},
    )


async def put_off(session: AsyncSession, region_id: RegionId, source_id: SourceId, post_id: str, *, until: datetime) -> None:
    """Leaves a thread that could not be read alone until the given moment, unless its counter moves before."""
    await session.execute(
        text(
            "UPDATE threads SET moved = false, next_sweep_at = :until WHERE region_id = :region AND source_id = :source AND post_id = :post"
        ),
        {"region": region_id, "source": source_id, "post": post_id, "until": until},
    )
