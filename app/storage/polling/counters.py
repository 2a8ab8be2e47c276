"""Counters: which threads' comment counters are due for a look, in batches across all walls of a network, and what a look found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.plan import Watched
from app.domain.polling.threads import ThreadState
from app.domain.source import PauseReason, Source, SourceId
from app.storage.regions import RegionId
from app.storage.sources import PUSH_KEEPS_UP, SOURCE_COLUMNS, source_of
from app.storage.threads import Thread, state_of

LEASE = timedelta(minutes=1)
"""How long a batch belongs to who took it (real time); longer than a look takes, so it is never renewed."""
COUNTED_FOR = timedelta(days=90)
"""Threads that have been silent longer are not taken up again with a page that comes back."""


@dataclass(frozen=True, slots=True)
class CounterClaim:
    """The right to look at one thread's counter until `until`, which is also the token of the claim.

    `wall_seen_at` is when its wall last let itself be polled. `is_unread`: it moved before, and nobody has read it since.
    """

    source: Source
    page: Watched
    thread: Thread
    state: ThreadState
    is_unread: bool
    known_until: datetime | None
    until: datetime
    wall_seen_at: datetime | None

    @property
    def has_standing_wall(self) -> bool:
        """Whether the wall has been seen since the post vanished from it: not the page is gone or hidden, but the post."""
        gone_at = self.thread.gone_at
        return gone_at is not None and self.wall_seen_at is not None and self.wall_seen_at > gone_at


async def claim_due(session: AsyncSession, region_id: RegionId, network: str, *, now: datetime, limit: int) -> list[CounterClaim]:
    """Takes threads whose counter should be looked at by now, of any walls, the longest due first; vanished posts too."""
    rows = await session.execute(
        text(
            "WITH due AS (SELECT source_id, post_id FROM threads WHERE region_id = :region AND network = :network"
            " AND next_count_at <= :now AND (counted_until IS NULL OR counted_until < clock_timestamp())"
            " ORDER BY next_count_at LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE threads t SET counted_until = clock_timestamp() + CAST(:lease AS interval) FROM due, sources s, poll_states p"
            " WHERE t.region_id = :region AND t.source_id = due.source_id AND t.post_id = due.post_id AND s.id = t.source_id"
            " AND p.source_id = s.id"
            f" RETURNING {SOURCE_COLUMNS}, t.post_id, t.month, t.published_at, t.comment_count, t.cursor, t.covered_at, t.last_moved_at,"
            f" t.gone_at, t.changes, t.known_until, t.own_comments, t.echoes, t.moved, t.counted_until, p.last_success_at, s.weight,"
            f" {PUSH_KEEPS_UP}"
        ),
        {"region": region_id, "network": network, "now": now, "limit": limit, "lease": LEASE},
    )
    return [_claim(row, Thread(*row[11:20])) for row in rows]


def _claim(row: Any, thread: Thread) -> CounterClaim:
    page, state = Watched(row.weight, row.official, row.push_keeps_up), state_of(thread, row.known_until, row.own_comments, row.echoes)
    return CounterClaim(source_of(row), page, thread, state, row.moved, row.known_until, row.counted_until, row.last_success_at)


def _keys(region_id: RegionId, claims: Sequence[CounterClaim]) -> dict[str, object]:
    return {
        "region": region_id,
        "sources": [claim.source.id for claim in claims],
        "posts": [claim.thread.post_id for claim in claims],
        "tokens": [claim.until for claim in claims],
    }


CLAIMED = (
    "claimed AS MATERIALIZED (SELECT c.*, t.next_count_at AS due_at FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[]),"
    " CAST(:tokens AS timestamptz[])) WITH ORDINALITY AS c(source, post, token, place) JOIN threads t ON t.region_id = :region"
    " AND t.source_id = c.source AND t.post_id = c.post AND t.counted_until = c.token ORDER BY t.source_id, t.post_id FOR UPDATE OF t)"
)
"""The claims that still hold, their threads locked in the order in which everybody locks threads."""
TEACHES = "found.known IS NOT NULL AND NOT t.moved AND t.known_until IS NOT DISTINCT FROM found.before"
"""A look knows of a thread what no reading has found out meanwhile, nor has still to."""
OF_CLAIMED = "t.region_id = :region AND t.source_id = claimed.source AND t.post_id = claimed.post"

HELD = (
    "held AS MATERIALIZED (SELECT t.post_id FROM threads t WHERE t.region_id = :region AND t.source_id = :source AND {}"
    " ORDER BY t.post_id FOR UPDATE)"
)
"""Threads of one source under a condition, locked in the same order."""
OF_HELD = "t.region_id = :region AND t.source_id = :source AND t.post_id = held.post_id"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a look at a counter found. `comments=None`: the post was not shown; `gone` says that it has vanished.

    A counter that `fell` asks for a whole reading. Without `next_count_at` nobody looks again. `state` is what the look taught,
    where it taught anything: of a thread that moved, the reading will tell.
    """

    claim: CounterClaim
    comments: int | None
    moved: bool
    next_count_at: datetime | None
    fell: bool = False
    gone: bool = False
    state: ThreadState | None = None


async def save(session: AsyncSession, region_id: RegionId, counted: Sequence[Counted], *, now: datetime) -> list[SourceId]:
    """Records what looks have found; the sources in which threads moved. What another worker has claimed meanwhile is left to it."""
    rows = await session.execute(
        text(
            f"WITH {CLAIMED} UPDATE threads t SET counted_until = NULL, comment_count = coalesce(found.comments, t.comment_count),"
            " moved = t.moved OR found.moved, last_moved_at = CASE WHEN found.moved THEN :now ELSE t.last_moved_at END,"
            " next_count_at = CASE WHEN t.next_count_at IS NULL THEN NULL ELSE found.next_count_at END,"
            " gone_at = CASE WHEN found.gone THEN coalesce(t.gone_at, CAST(:now AS timestamptz)) WHEN comments IS NULL THEN t.gone_at END,"
            " cursor = CASE WHEN found.fell THEN NULL ELSE t.cursor END,"
            f" known_until = CASE WHEN {TEACHES} THEN found.known ELSE t.known_until END,"
            f" own_comments = CASE WHEN {TEACHES} THEN found.own ELSE t.own_comments END,"
            f" echoes = CASE WHEN {TEACHES} THEN ARRAY[found.soon, found.later, found.late] ELSE t.echoes END"
            " FROM claimed JOIN unnest(CAST(:counts AS int[]), CAST(:moved AS bool[]), CAST(:nexts AS timestamptz[]),"
            " CAST(:fell AS bool[]), CAST(:gone AS bool[]), CAST(:before AS timestamptz[]), CAST(:known AS timestamptz[]),"
            " CAST(:own AS float8[]), CAST(:soon AS float8[]), CAST(:later AS float8[]), CAST(:late AS float8[])) WITH ORDINALITY"
            " AS found(comments, moved, next_count_at, fell, gone, before, known, own, soon, later, late, place)"
            f" USING (place) WHERE {OF_CLAIMED} RETURNING t.source_id, found.moved"
        ),
        _keys(region_id, [one.claim for one in counted])
        | {
            "now": now,
            "counts": [one.comments for one in counted],
            "moved": [one.moved for one in counted],
            "nexts": [one.next_count_at for one in counted],
            "fell": [one.fell for one in counted],
            "gone": [one.gone for one in counted],
            "before": [one.claim.known_until for one in counted],
            **_taught([one.state for one in counted]),
        },
    )
    return sorted({SourceId(row.source_id) for row in rows if row.moved})


def _taught(states: Sequence[ThreadState | None]) -> dict[str, list[Any]]:
    """What looks taught, as columns; nulls where a look taught nothing."""
    rows = [(None,) * 5 if one is None else (one.known_until, one.comments, *one.echoes) for one in states]
    return dict(zip(("known", "own", "soon", "later", "late"), map(list, zip(*rows, strict=True)), strict=True))


async def give_back(session: AsyncSession, region_id: RegionId, claims: Sequence[CounterClaim], *, until: datetime | None = None) -> None:
    """Ends claims without a look, to be due at once or at the given moment."""
    await session.execute(
        text(
            f"WITH {CLAIMED} UPDATE threads t SET counted_until = NULL, next_count_at = CASE WHEN t.next_count_at IS NOT NULL"
            f" THEN greatest(t.next_count_at, CAST(:until AS timestamptz)) END FROM claimed WHERE {OF_CLAIMED}"
        ),
        _keys(region_id, claims) | {"until": until},
    )


async def follow_pause(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, reason: PauseReason | None, *, now: datetime
) -> None:
    """Has the counters of a page that was put aside left alone, and those of a page that is watched again looked at.

    Without a credential they stay due: the whole network waits, and goes on where it was.
    """
    key = {"region": region_id, "source": source_id}
    if reason is None:
        await session.execute(
            text(
                f"WITH {HELD.format('t.next_count_at IS NULL AND t.last_moved_at > CAST(:now AS timestamptz) - CAST(:age AS interval)')}"
                f" UPDATE threads t SET next_count_at = :now FROM held WHERE {OF_HELD}"
            ),
            key | {"now": now, "age": COUNTED_FOR},
        )
    elif reason is not PauseReason.NO_CREDENTIAL:
        counted = HELD.format("t.next_count_at IS NOT NULL")
        await session.execute(text(f"WITH {counted} UPDATE threads t SET next_count_at = NULL FROM held WHERE {OF_HELD}"), key)


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as it is stored."""

    text: str | None
    is_deleted: bool
    has_author: bool
    is_erased: bool
    comments_closed: bool | None = False


async def stored_posts(
    session: AsyncSession, region_id: RegionId, claims: Sequence[CounterClaim]
) -> dict[tuple[SourceId, str], StoredPost]:
    """What is stored of the posts whose counters are looked at, by source and post id."""
    rows = await session.execute(
        text(
            "SELECT m.source_id, m.post_id, m.text, m.deleted_at IS NOT NULL AS is_deleted, m.author_id IS NOT NULL AS has_author,"
            " m.erased_at IS NOT NULL AS is_erased, t.comments_closed"
            " FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[]), CAST(:months AS date[])) AS c(source, post, month)"
            " JOIN messages m ON m.region_id = :region AND m.month = c.month AND m.source_id = c.source AND m.post_id = c.post"
            " AND m.comment_id = '' JOIN threads t ON t.region_id = :region AND t.source_id = c.source AND t.post_id = c.post"
        ),
        {
            "region": region_id,
            "sources": [claim.source.id for claim in claims],
            "posts": [claim.thread.post_id for claim in claims],
            "months": [claim.thread.month for claim in claims],
        },
    )
    return {
        (SourceId(row.source_id), row.post_id): StoredPost(row.text, row.is_deleted, row.has_author, row.is_erased, row.comments_closed)
        for row in rows
    }
