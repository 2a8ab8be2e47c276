"""Everything collected, with its verdicts: the newest messages, and whole threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.domain.source import SourceId
from app.domain.verdict import Kind
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE
from connectors.sdk.contract import DIRECT_DIALOGUE


@dataclass(frozen=True, slots=True)
class CollectedMessage:
    """A message with what was made of it. `parent_url` is what it replies to: a comment, else its branch, else the post.

    Neither address is there for who may not see it. `is_voice`: a page or a body speaks, no private person. `informal`: the account is
    registered as official, but was not so at the time.
    """

    id: MessageId
    network: str
    is_post: bool
    url: str | None
    source_id: SourceId
    text: str | None
    author_id: str | None
    author_name: str | None
    official: bool
    published_at: datetime
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    kind: str | None
    confidence: float | None
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str | None
    parent_url: str | None
    incident_id: IncidentId | None
    is_direct: bool
    erased_at: datetime | None
    post_id: str
    is_voice: bool
    informal: bool


COLUMNS = (
    "m.id, s.network, m.comment_id = '', m.url, m.source_id, m.text, m.author_id, m.author_name, m.official, m.published_at,"
    " m.collected_at, m.edited_at, m.deleted_at, m.kind, m.confidence, m.topic, m.topic_confidence, m.urgent, m.model, p.url, i.id,"
    f" m.post_id LIKE '{DIRECT_DIALOGUE}%', m.erased_at, m.post_id,"
    " m.official OR coalesce(m.author_id = s.external_id, false),"
    " NOT m.official AND EXISTS (SELECT FROM official_accounts o WHERE o.region_id = m.region_id AND o.network = s.network"
    " AND o.external_id = m.author_id)"
)
JOINS = (
    " JOIN sources s ON s.id = m.source_id"
    " LEFT JOIN messages p ON m.comment_id <> '' AND p.region_id = m.region_id AND p.month = m.month AND p.source_id = m.source_id"
    " AND p.post_id = m.post_id AND p.comment_id = coalesce(m.reply_to_id, m.root_id, '')"
    " LEFT JOIN incidents i ON m.asks AND i.region_id = m.region_id AND i.source_id = m.source_id AND i.post_id = m.post_id"
    " AND i.author_id = m.author_id"
)


async def newest(
    session: AsyncSession,
    region_id: RegionId,
    *,
    source_id: SourceId | None,
    kind: Kind | None,
    before: MessageId | None,
    limit: int,
) -> Sequence[CollectedMessage]:
    """Messages in the order in which they were collected, the newest first; ids are given in that order."""
    given: dict[str, tuple[str, Any]] = {
        "source": ("source_id = :source", source_id),
        "kind": ("kind = :kind", None if kind is None else kind.value),
        "before": ("id < :before", before),
    }
    used = {name: pair for name, pair in given.items() if pair[1] is not None}
    conditions = " AND ".join(["region_id = :region", *(condition for condition, _ in used.values())])
    rows = await session.execute(
        text(
            f"SELECT {COLUMNS} FROM (SELECT * FROM messages WHERE {conditions} ORDER BY id DESC LIMIT :limit) AS m{JOINS}"
            " ORDER BY m.id DESC"
        ),
        {"region": region_id, "limit": limit, **{name: value for name, (_, value) in used.items()}},
    )
    return [CollectedMessage(*row) for row in rows]


async def unspoken(
    session: AsyncSession, region_id: RegionId, *, before: MessageId | None, below: float | None, limit: int
) -> Sequence[CollectedMessage]:
    """Judged messages on which no person has spoken, the newest first; with `below` those of whose kind the model was less sure."""
    conditions = ["region_id = :region", "kind IS NOT NULL", "deleted_at IS NULL", "coalesce(text, '') <> ''", f"source_id {REAL_PAGE}"]
    conditions += [] if before is None else ["id < :before"]
    conditions += [] if below is None else ["confidence < :below"]
    given = {name: value for name, value in (("before", before), ("below", below)) if value is not None}
    rows = await session.execute(
        text(
            f"SELECT {COLUMNS} FROM (SELECT * FROM messages j WHERE {' AND '.join(conditions)} AND NOT EXISTS"
            " (SELECT FROM verdict_labels l WHERE l.region_id = j.region_id AND l.message_id = j.id) ORDER BY id DESC LIMIT :limit)"
            f" AS m{JOINS} ORDER BY m.id DESC"
        ),
        {"region": region_id, "limit": limit, **given},
    )
    return [CollectedMessage(*row) for row in rows]


async def contexts(
    session: AsyncSession, region_id: RegionId, message_ids: Sequence[MessageId]
) -> Mapping[MessageId, tuple[str | None, str | None]]:
    """The post above each of these messages, and the text that it replies to."""
    same = "{0}.region_id = m.region_id AND {0}.month = m.month AND {0}.source_id = m.source_id AND {0}.post_id = m.post_id"
    rows = await session.execute(
        text(
            "SELECT m.id, p.text AS post, r.text AS reply_to FROM messages m"
            f" LEFT JOIN messages p ON m.comment_id <> '' AND {same.format('p')} AND p.comment_id = ''"
            f" LEFT JOIN messages r ON {same.format('r')} AND r.comment_id = m.reply_to_id"
            " WHERE m.region_id = :region AND m.id = ANY(:ids)"
        ),
        {"region": region_id, "ids": list(message_ids)},
    )
    return {MessageId(row.id): (row.post, row.reply_to) for row in rows}


@dataclass(frozen=True, slots=True)
class OpeningText:
    """The text that opened an incident, with the post above it and the text it replies to; None where we never saw one."""

    text: str | None
    post: str | None
    reply_to: str | None


async def opening_text(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> OpeningText:
    """What the incident's message says, and to what; `NotFound` when there is no such incident."""
    same_thread = "region_id = m.region_id AND {0}.month = m.month AND {0}.source_id = m.source_id AND {0}.post_id = m.post_id"
    row = (
        await session.execute(
            text(
                "SELECT m.text, p.text AS post, r.text AS reply_to FROM incidents i"
                " JOIN messages m ON m.region_id = i.region_id AND m.month = i.month AND m.id = i.message_id"
                f" LEFT JOIN messages p ON m.comment_id <> '' AND p.{same_thread.format('p')} AND p.comment_id = ''"
                f" LEFT JOIN messages r ON r.{same_thread.format('r')} AND r.comment_id = m.reply_to_id"
                " WHERE i.region_id = :region AND i.id = :id"
            ),
            {"region": region_id, "id": incident_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("incident", incident_id)
    return OpeningText(*row)


async def thread_of(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> Sequence[CollectedMessage]:
    """The whole thread in which an incident stands, in the order of publication; `NotFound` when there is no such incident."""
    place = (
        await session.execute(
            text("SELECT source_id, month, post_id FROM incidents WHERE region_id = :region AND id = :id"),
            {"region": region_id, "id": incident_id},
        )
    ).one_or_none()
    if place is None:
        raise NotFound("incident", incident_id)
    rows = await session.execute(
        text(
            f"SELECT {COLUMNS} FROM messages m{JOINS} WHERE m.region_id = :region AND m.month = :month AND m.source_id = :source"
            " AND m.post_id = :post ORDER BY m.comment_id <> '', m.published_at, m.id"
        ),
        {"region": region_id, "source": place.source_id, "month": place.month, "post": place.post_id},
    )
    return [CollectedMessage(*row) for row in rows]
