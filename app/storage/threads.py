"""Threads: the month that each is kept under, its comment counter, and where reading it goes on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.message import Commenting
from app.domain.polling.thread_plan import Look
from app.domain.polling.threads import ThreadState
from app.domain.source import SourceId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Thread:
    """`covered_at` is when the thread was last read whole; `gone_at` when the network first did not show its post.

    `changes` counts the pages that changed its messages: whoever changes one counts on. `comments_closed` is as it was first seen
    at `comments_told_at`; without one nobody has seen it closed yet. It is `None` where somebody has commented under a post that the
    network called closed: there its word is worth nothing any more.
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
    comments_closed: bool | None = False
    comments_told_at: datetime | None = None

    @property
    def commenting(self) -> Commenting | None:
        """Whether comments can be written, as far as anybody has ever seen them closed."""
        told_at = self.comments_told_at
        return None if told_at is None else Commenting(self.comments_closed is True, told_at)


STATE_COLUMNS = "known_until, own_comments, echoes"


def state_of(thread: Thread, known_until: datetime | None, own_comments: float, echoes: Sequence[float]) -> ThreadState:
    """What the plan of looks knows of a thread; of one that was read before there were plans, what its counter tells."""
    if known_until is not None:
        return ThreadState(thread.published_at, known_until, own_comments, tuple(echoes))
    if thread.covered_at is None:
        return ThreadState(thread.published_at, thread.published_at)
    return ThreadState(thread.published_at, max(thread.covered_at, thread.published_at), float(thread.comment_count or 0))


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A post met while reading: enough to register its thread."""

    post_id: str
    month: date
    published_at: datetime
    comment_count: int | None


COLUMNS = (
    "post_id, month, published_at, comment_count, cursor, covered_at, last_moved_at, gone_at, changes, comments_closed, comments_told_at"
)


REGISTER = text(
    "INSERT INTO threads (region_id, source_id, post_id, month, published_at, comment_count, moved, last_moved_at, next_count_at, changes,"
    " talk_kept_since) SELECT :region, :source, post, month, published_at, comments, coalesce(comments, 1) > 0, published_at, :now, 0, :now"
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


async def save_commenting(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, post_id: str, commenting: Commenting, *, is_believed: bool
) -> None:
    """Whether comments can be written under the post, from now on; the network is asked no more once it is not believed."""
    await session.execute(
        text(
            "UPDATE threads SET comments_closed = :closed, comments_told_at = :since"
            " WHERE region_id = :region AND source_id = :source AND post_id = :post"
        ),
        {
            "region": region_id,
            "source": source_id,
            "post": post_id,
            "closed": commenting.closed if is_believed else None,
            "since": commenting.since,
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
    """A reading that has come to its end, and what it taught. `surplus` is how many comments more it found than the counter had told."""

    began_at: datetime
    count: int | None
    surplus: int
    is_whole: bool
    next_sweep_at: datetime | None
    look: Look


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
            " next_count_at = CASE WHEN next_count_at IS NULL THEN NULL WHEN :surplus = 0 THEN CAST(:next_count AS timestamptz)"
            " ELSE least(next_count_at, CAST(:began AS timestamptz)) END,"
            " known_until = :known, own_comments = :own, echoes = :echoes,"
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
            "next_count": done.look.next_at,
            "known": done.look.state.known_until,
            "own": done.look.state.comments,
            "echoes": list(done.look.state.echoes),
        },
    )


async def recount(session: AsyncSession, region_id: RegionId, source_id: SourceId, posts: Collection[str], *, at: datetime) -> None:
    """Has the counters of the posts looked at again at the given moment, or before if they are due earlier."""
    await session.execute(
        text(
            "UPDATE threads SET next_count_at = least(next_count_at, :at)"
            " WHERE region_id = :region AND source_id = :source AND post_id = ANY(:posts) AND next_count_at IS NOT NULL"
        ),
        {"region": region_id, "source": source_id, "posts": list(posts), "at": at},
    )


async def confirm(session: AsyncSession, region_id: RegionId, source_id: SourceId, posts: Collection[str], *, at: datetime) -> None:
    """Has threads read whole and the counters of their posts looked at by the next poll: what we were told may be out of date."""
    await session.execute(
        text(
            "WITH held AS MATERIALIZED (SELECT post_id FROM threads WHERE region_id = :region AND source_id = :source"
            " AND post_id = ANY(:posts) ORDER BY post_id FOR UPDATE)"
            " UPDATE threads SET moved = true, cursor = NULL,"
            " next_count_at = CASE WHEN next_count_at IS NOT NULL THEN least(next_count_at, CAST(:at AS timestamptz)) END"
            " FROM held WHERE region_id = :region AND source_id = :source AND threads.post_id = held.post_id"
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
