"""The outbox of replies: written by operators, taken by workers one at a time, settled by what the network said or the page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.domain.reply import ReplyId, ReplyState
from app.domain.retention import UNKNOWN_AUTHOR
from app.domain.source import SourceId
from app.storage.regions import RegionId
from connectors.sdk.contract import DIRECT_DIALOGUE, PostRef, Wall

LEASE = timedelta(minutes=3)
"""Longer than any call to a network (real time, the database's clock): a reply that is still being sent then has lost its worker."""
LEFT = (
    "CASE WHEN EXISTS (SELECT FROM incidents i WHERE i.region_id = r.region_id AND i.id = r.incident_id"
    f" AND starts_with(i.author_id, '{UNKNOWN_AUTHOR}')) THEN '' ELSE r.text END"
)
"""What is left of the text of a reply `r` that waits no more: none where whom it answers was erased meanwhile."""
SHOWN = (
    "CASE WHEN NOT EXISTS (SELECT FROM incidents i WHERE i.region_id = r.region_id AND i.id = r.incident_id"
    f" AND starts_with(i.post_id, '{DIRECT_DIALOGUE}{UNKNOWN_AUTHOR}')) THEN CAST(:url AS text) END"
)
"""The address of a reply `r`: none where the private dialogue's person was erased meanwhile, whom it names."""
SAME_MOMENT = timedelta(minutes=1)
"""How far a network's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply with what it is sent under: a comment, or the post where `comment_id` is empty."""

    id: ReplyId
    key: str
    incident_id: IncidentId
    text: str
    attempts: int
    source_id: SourceId
    network: str
    wall_id: str
    post_id: str
    comment_id: str
    root_id: str | None
    url: str
    published_at: datetime
    author_id: str | None

    @property
    def is_direct(self) -> bool:
        """Whether it answers a private message."""
        return self.post_id.startswith(DIRECT_DIALOGUE)


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended: where the reply stands, or why it does not, and when to try again."""

    state: ReplyState
    comment_id: str | None = None
    url: str | None = None
    error: str | None = None
    retry_at: datetime | None = None


async def add(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    message_id: int,
    said: str,
    operator_id: OperatorId,
    *,
    now: datetime,
) -> ReplyId | None:
    """Leaves a reply to a message of the incident's thread for a worker; `None` when the message is not there."""
    added = await session.scalar(
        text(
            "INSERT INTO replies (region_id, incident_id, month, message_id, operator_id, text, state, written_at)"
            " SELECT i.region_id, i.id, i.month, m.id, :operator, :said, 'queued', :now FROM incidents i JOIN messages m"
            " ON m.region_id = i.region_id AND m.month = i.month AND m.id = :message AND m.deleted_at IS NULL"
            " WHERE i.region_id = :region AND i.id = :incident RETURNING id"
        ),
        {
            "region": region_id,
            "incident": incident_id,
            "message": message_id,
            "operator": operator_id,
            "said": said,
            "now": now,
        },
    )
    return None if added is None else ReplyId(int(added))


async def place_of(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> PostRef:
    """The thread in which a reply to an incident would stand."""
    row = (
        await session.execute(
            text(
                "SELECT s.network, s.external_id, i.post_id FROM incidents i JOIN sources s ON s.id = i.source_id"
                " WHERE i.region_id = :region AND i.id = :id"
            ),
            {"region": region_id, "id": incident_id},
        )
    ).one()
    return PostRef(Wall(row.network, row.external_id), row.post_id)


async def claim(session: AsyncSession, region_id: RegionId, *, now: datetime, limit: int) -> Sequence[Outgoing]:
    """Takes replies that wait, the oldest first, of an incident one at a time.

    Commit before anything is sent: no other worker takes them, nor this one again.
    """
    rows = await session.execute(
        text(
            "WITH due AS (SELECT id FROM replies q WHERE region_id = :region AND state = 'queued'"
            " AND (retry_at IS NULL OR retry_at <= :now) AND NOT EXISTS (SELECT FROM replies before WHERE before.region_id = q.region_id"
            " AND before.incident_id = q.incident_id AND before.id < q.id AND before.state IN ('queued', 'sending'))"
            " ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE replies r SET state = 'sending', tried_at = :now, attempts = attempts + 1, error = NULL,"
            " lease_until = clock_timestamp() + CAST(:lease AS interval)"
            " FROM due, messages m, sources s WHERE r.region_id = :region AND r.id = due.id"
            " AND m.region_id = r.region_id AND m.month = r.month AND m.id = r.message_id AND s.id = m.source_id"
            " RETURNING r.id, r.key::text, r.incident_id, r.text, r.attempts, s.id, s.network, s.external_id,"
            " m.post_id, m.comment_id, m.root_id, m.url, m.published_at, m.author_id"
        ),
        {"region": region_id, "now": now, "limit": limit, "lease": LEASE},
    )
    return sorted((Outgoing(*row) for row in rows), key=lambda one: one.id)


ANSWERED_SINCE = (
    "SELECT FROM answers b JOIN messages a ON a.region_id = b.region_id AND a.month = r.month AND a.id = b.message_id"
    " WHERE b.region_id = r.region_id AND b.incident_id = r.incident_id AND b.published_at > r.written_at AND NOT EXISTS"
    " (SELECT FROM replies ours WHERE ours.region_id = r.region_id AND ours.incident_id = r.incident_id AND ours.comment_id = a.comment_id)"
)
"""Answers that somebody published after the reply `r` had been written, replies of ours left out."""


@dataclass(frozen=True, slots=True)
class Moot:
    """A reply that waited too long to be sent, and what came between."""

    id: ReplyId
    incident_id: IncidentId
    reason: str


async def drop_moot(session: AsyncSession, region_id: RegionId, *, now: datetime) -> Sequence[Moot]:
    """Fails waiting replies whose incident has ended, whose question is gone, or that somebody else has answered meanwhile."""
    rows = await session.execute(
        text(
            "WITH moot AS (SELECT r.id, CASE WHEN i.status IN ('closed', 'rejected', 'duplicate') THEN 'the incident was ended meanwhile'"
            " WHEN m.deleted_at IS NOT NULL THEN 'the question was deleted meanwhile' ELSE 'somebody has answered meanwhile' END AS reason"
            " FROM replies r JOIN incidents i ON i.region_id = r.region_id AND i.id = r.incident_id"
            " JOIN messages m ON m.region_id = r.region_id AND m.month = r.month AND m.id = r.message_id"
            " WHERE r.region_id = :region AND r.state = 'queued' AND (i.status IN ('closed', 'rejected', 'duplicate')"
            f" OR m.deleted_at IS NOT NULL OR EXISTS ({ANSWERED_SINCE})) FOR UPDATE OF r SKIP LOCKED)"
            f" UPDATE replies r SET state = 'failed', error = moot.reason, settled_at = :now, text = {LEFT} FROM moot"
            " WHERE r.region_id = :region AND r.id = moot.id RETURNING r.id, r.incident_id, r.error"
        ),
        {"region": region_id, "now": now},
    )
    return [Moot(*row) for row in rows]


async def withdraw(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, reply_id: ReplyId, *, now: datetime) -> str | None:
    """Takes a waiting reply back; else the state that it is in, `None` when the incident has no such reply."""
    key = {"region": region_id, "incident": incident_id, "id": reply_id}
    state = await session.scalar(
        text("SELECT state FROM replies WHERE region_id = :region AND incident_id = :incident AND id = :id FOR UPDATE"), key
    )
    if state == "queued":
        await session.execute(
            text(f"UPDATE replies r SET state = 'withdrawn', settled_at = :now, text = {LEFT} WHERE region_id = :region AND id = :id"),
            {"region": region_id, "id": reply_id, "now": now},
        )
        return "withdrawn"
    return None if state is None else str(state)


async def settle(session: AsyncSession, region_id: RegionId, reply_id: ReplyId, settled: Settled, *, now: datetime) -> bool:
    """Says how a reply ended that was being sent, or looked for; whether it still was."""
    found = await session.scalar(
        text(
            f"UPDATE replies r SET state = :state, comment_id = :comment, url = {SHOWN}, error = :error, retry_at = :retry,"
            " lease_until = NULL,"
            " settled_at = CASE WHEN :state IN ('sent', 'failed') THEN CAST(:now AS timestamptz) END,"
            f" text = CASE WHEN :state IN ('sent', 'failed') THEN {LEFT} ELSE r.text END"
            " WHERE region_id = :region AND id = :id AND state IN ('sending', 'unknown') RETURNING id"
        ),
        {
            "region": region_id,
            "id": reply_id,
            "state": settled.state.value,
            "comment": settled.comment_id,
            "url": settled.url,
            "error": settled.error,
            "retry": settled.retry_at,
            "now": now,
        },
    )
    return found is not None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A reply that the network had taken and could not deliver, in its own words."""

    id: ReplyId
    incident_id: IncidentId
    reason: str


async def fail_undelivered(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, reasons: Mapping[str, str], *, now: datetime
) -> Sequence[Undelivered]:
    """Fails replies that were sent, by their ids on the network; those that are not ours are let be."""
    rows = await session.execute(
        text(
            f"UPDATE replies r SET state = 'failed', error = told.reason, settled_at = :now, text = {LEFT}"
            " FROM unnest(CAST(:ids AS text[]), CAST(:reasons AS text[])) AS told(id, reason), messages m"
            " WHERE r.region_id = :region AND r.state = 'sent' AND r.comment_id = told.id"
            " AND m.region_id = r.region_id AND m.month = r.month AND m.id = r.message_id AND m.source_id = :source"
            " RETURNING r.id, r.incident_id, r.error"
        ),
        {"region": region_id, "source": source_id, "ids": list(reasons.keys()), "reasons": list(reasons.values()), "now": now},
    )
    return [Undelivered(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Lost:
    """A reply of which nobody knows whether it stands on the network, and the thread in which it would."""

    id: ReplyId
    incident_id: IncidentId
    source_id: SourceId
    post_id: str


async def set_lost_apart(session: AsyncSession, region_id: RegionId, *, reason: str) -> Sequence[Lost]:
    """Says of replies whose worker ended while it sent them that nobody knows."""
    rows = await session.execute(
        text(
            "WITH lost AS (SELECT id FROM replies WHERE region_id = :region AND state = 'sending' AND lease_until < clock_timestamp()"
            " ORDER BY id FOR UPDATE SKIP LOCKED)"
            " UPDATE replies r SET state = 'unknown', error = :reason, lease_until = NULL FROM lost, incidents i"
            " WHERE r.region_id = :region AND r.id = lost.id AND i.region_id = r.region_id AND i.id = r.incident_id"
            " RETURNING r.id, r.incident_id, i.source_id, i.post_id"
        ),
        {"region": region_id, "reason": reason},
    )
    return [Lost(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Seen:
    """A reply of unknown outcome, and the comment that shows that it was published."""

    id: ReplyId
    incident_id: IncidentId
    comment_id: str
    url: str
    is_direct: bool


async def seen(session: AsyncSession, region_id: RegionId, *, since: datetime) -> Sequence[Seen]:
    """Replies tried since then whose outcome nobody told, and that stand in their thread: a comment of the page or of an

    official account with their text, not older than the attempt, which is no other reply of ours.
    """
    rows = await session.execute(
        text(
            f"SELECT r.id, r.incident_id, c.comment_id, c.url, m.post_id LIKE '{DIRECT_DIALOGUE}%' FROM replies r"
            " JOIN messages m ON m.region_id = r.region_id AND m.month = r.month AND m.id = r.message_id"
            " JOIN sources s ON s.id = m.source_id"
            " CROSS JOIN LATERAL (SELECT o.comment_id, o.url FROM messages o WHERE o.region_id = m.region_id AND o.month = m.month"
            " AND o.source_id = m.source_id AND o.post_id = m.post_id"
            " AND (o.official OR o.author_id = s.external_id) AND o.deleted_at IS NULL AND o.erased_at IS NULL"
            " AND o.published_at >= r.tried_at - CAST(:moment AS interval)"
            r" AND regexp_replace(o.text, '\s+', ' ', 'g') = regexp_replace(r.text, '\s+', ' ', 'g')"
            " AND NOT EXISTS (SELECT FROM replies other WHERE other.region_id = r.region_id AND other.month = r.month"
            " AND other.comment_id = o.comment_id AND other.incident_id IN (SELECT id FROM incidents t WHERE t.region_id = r.region_id"
            " AND t.source_id = m.source_id AND t.post_id = m.post_id)) ORDER BY o.published_at, o.id LIMIT 1) c"
            " WHERE r.region_id = :region AND r.state = 'unknown' AND r.tried_at >= :since ORDER BY r.id"
        ),
        {"region": region_id, "since": since, "moment": SAME_MOMENT},
    )
    return [Seen(*row) for row in rows]
