"""The messages of a thread that touch given residents: what they wrote, and what officials wrote to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.conversation import OfficialMessage, OwnMessage, TextVersion
from app.domain.message import MessageId, Presence, ThreadText
from app.storage.messages import IN_THREAD, ThreadKey


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident shows of the message that opened it."""

    message_id: MessageId
    text: str | None
    kind: str
    confidence: float | None
    topic: str | None
    urgent: bool
    published_at: datetime
    collected_at: datetime


@dataclass(slots=True)
class Touched:
    """One resident's part of a thread; `opening` is their earliest message that asks."""

    own: list[OwnMessage] = field(default_factory=list)
    opening: Opening | None = None


async def own_messages(session: AsyncSession, thread: ThreadKey, authors: Collection[str]) -> dict[str, Touched]:
    """What each of the residents wrote in the thread, by author id."""
    rows = await session.execute(
        text(
            "SELECT id, comment_id, author_id, text, kind, confidence, topic, urgent, asks, published_at, collected_at, deleted_at,"
            f" last_seen_at FROM messages WHERE {IN_THREAD} AND author_id = ANY(:authors) AND NOT official ORDER BY published_at, id"
        ),
        thread.parameters() | {"authors": list(authors)},
    )
    touched: dict[str, Touched] = defaultdict(Touched)
    for row in rows:
        part = touched[row.author_id]
        gone = _gone(row)
        part.own.append(OwnMessage(MessageId(row.id), row.comment_id, row.published_at, row.collected_at, row.asks, row.urgent, gone))
        if row.asks and part.opening is None:
            part.opening = Opening(row.id, row.text, row.kind, row.confidence, row.topic, row.urgent, row.published_at, row.collected_at)
    return dict(touched)


async def official_messages(
    session: AsyncSession, thread: ThreadKey, *, authors: Collection[str], own_ids: Collection[str]
) -> list[OfficialMessage]:
    """Official messages of the thread that may be addressed to the residents: replies to them, mentions, texts to nobody by name."""
    rows = (
        await session.execute(
            text(
                "SELECT id, comment_id, root_id, reply_to_id, mentions, author_id, authority_id, text, attachments, published_at,"
                f" version, version_seen_at, deleted_at, last_seen_at FROM messages WHERE {IN_THREAD} AND official AND text IS NOT NULL"
                " AND comment_id <> '' AND (reply_to_id IS NULL OR reply_to_id = ANY(:own) OR mentions && CAST(:authors AS text[]))"
            ),
            thread.parameters() | {"own": list(own_ids), "authors": list(authors)},
        )
    ).all()
    versions = await _earlier_versions(session, thread, [row.id for row in rows if row.version > 1])
    return [_official(row, versions.get(row.id, ())) for row in rows]


async def _earlier_versions(session: AsyncSession, thread: ThreadKey, ids: Collection[int]) -> Mapping[int, Sequence[TextVersion]]:
    if not ids:
        return {}
    rows = await session.execute(
        text(
            "SELECT message_id, text, seen_at FROM message_versions WHERE region_id = :region AND message_id = ANY(:ids)"
            " ORDER BY message_id, version"
        ),
        {"region": thread.region_id, "ids": list(ids)},
    )
    versions: dict[int, list[TextVersion]] = defaultdict(list)
    for row in rows:
        versions[row.message_id].append(TextVersion(row.text or "", row.seen_at))
    return versions


def _official(row: Any, earlier: Sequence[TextVersion]) -> OfficialMessage:
    return OfficialMessage(
        place=ThreadText(MessageId(row.id), row.comment_id, row.reply_to_id, row.root_id, tuple(row.mentions)),
        account=row.author_id,
        authority_id=None if row.authority_id is None else AuthorityId(row.authority_id),
        published_at=row.published_at,
        attachments=tuple(row.attachments),
        versions=(*earlier, TextVersion(row.text, row.version_seen_at)),
        gone=_gone(row),
    )


def _gone(row: Any) -> Presence | None:
    return None if row.deleted_at is None else Presence(row.last_seen_at, row.deleted_at)
