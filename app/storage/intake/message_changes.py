"""What becomes of stored messages: edits as versions, deletions as tombstones, stubs that come to life."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.message import MessageId
from app.domain.source import SourceId
from app.storage.messages import IN_THREAD, NewMessage
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class EditedMessage:
    """A known message with a new text; the verdict is that of the new text."""

    id: MessageId
    text: str | None
    edited_at: datetime | None
    kind: str | None
    confidence: float | None
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str | None
    asks: bool


async def save_edits(session: AsyncSession, region_id: RegionId, month: date, edited: Sequence[EditedMessage], *, now: datetime) -> None:
    """Keeps the superseded texts as versions and puts the new ones in their place. Who has asked once, has asked."""
    key = {"region": region_id, "month": month, "now": now, "ids": [one.id for one in edited]}
    await session.execute(
        text(
            "INSERT INTO message_versions (region_id, message_id, version, text, seen_at, superseded_at)"
            " SELECT region_id, id, version, text, version_seen_at, :now FROM messages"
            " WHERE region_id = :region AND month = :month AND id = ANY(:ids) ON CONFLICT DO NOTHING"
        ),
        key,
    )
    await session.execute(
        text(
            "UPDATE messages SET text = t.body, version = version + 1, version_seen_at = :now, edited_at = coalesce(t.edited_at, :now),"
            " kind = CASE WHEN messages.asks AND NOT t.asks THEN messages.kind ELSE t.kind END, confidence = t.confidence,"
            " topic = t.topic, topic_confidence = t.topic_confidence, urgent = messages.urgent OR t.urgent, model = t.model,"
            " asks = messages.asks OR t.asks"
            " FROM unnest(CAST(:ids AS bigint[]), CAST(:bodies AS text[]), CAST(:edits AS timestamptz[]), CAST(:kinds AS text[]),"
            " CAST(:confidences AS float8[]), CAST(:topics AS text[]), CAST(:topic_confidences AS float8[]), CAST(:urgents AS bool[]),"
            " CAST(:models AS text[]), CAST(:asking AS bool[]))"
            " AS t(id, body, edited_at, kind, confidence, topic, topic_confidence, urgent, model, asks)"
            " WHERE messages.region_id = :region AND messages.month = :month AND messages.id = t.id"
        ),
        key
        | {
            "bodies": [one.text for one in edited],
            "edits": [one.edited_at for one in edited],
            "kinds": [one.kind for one in edited],
            "confidences": [one.confidence for one in edited],
            "topics": [one.topic for one in edited],
            "topic_confidences": [one.topic_confidence for one in edited],
            "urgents": [one.urgent for one in edited],
            "models": [one.model for one in edited],
            "asking": [one.asks for one in edited],
        },
    )


async def mark_deleted(
    session: AsyncSession, region_id: RegionId, month: date, ids: Collection[MessageId], *, covered_at: datetime | None, now: datetime
) -> None:
    """Turns messages into tombstones; the last poll that saw one is its newest version's or the last whole reading's."""
    await session.execute(
        text(
            "UPDATE messages SET deleted_at = :now, last_seen_at = greatest(version_seen_at, CAST(:covered AS timestamptz))"
            " WHERE region_id = :region AND month = :month AND id = ANY(:ids) AND deleted_at IS NULL"
        ),
        {"region": region_id, "month": month, "ids": list(ids), "covered": covered_at, "now": now},
    )


async def mark_undelivered(session: AsyncSession, region_id: RegionId, month: date, ids: Collection[MessageId]) -> None:
    """Says of tombstones that nobody has ever seen the messages, however late the network tells it; no answer is without words.

    What we said stands in the outbox.
    """
    await session.execute(
        text(
            "UPDATE messages SET deleted_at = published_at, last_seen_at = published_at, text = NULL"
            " WHERE region_id = :region AND month = :month AND id = ANY(:ids)"
        ),
        {"region": region_id, "month": month, "ids": list(ids)},
    )


async def mark_restored(session: AsyncSession, region_id: RegionId, month: date, ids: Collection[MessageId]) -> None:
    """Takes tombstones back."""
    await session.execute(
        text("UPDATE messages SET deleted_at = NULL, last_seen_at = NULL WHERE region_id = :region AND month = :month AND id = ANY(:ids)"),
        {"region": region_id, "month": month, "ids": list(ids)},
    )


async def fill_stubs(session: AsyncSession, region_id: RegionId, source_id: SourceId, new: Sequence[NewMessage], *, now: datetime) -> None:
    """Gives messages that we knew only as deleted stubs the author and text under which they came back."""
    for one in new:
        await session.execute(
            text(
                "UPDATE messages SET author_id = :author, author_name = :name, official = :official,"
                " authority_id = CAST(:authority AS bigint), text = :body, version_seen_at = :now, root_id = :root,"
                " reply_to_id = :reply_to, url = :url, published_at = :published,"
                " mentions = string_to_array(:mentions, ' '), kind = :kind, confidence = :confidence, urgent = :urgent, model = :model,"
                " asks = :asks, deleted_at = NULL, last_seen_at = NULL"
                f" WHERE {IN_THREAD} AND comment_id = :comment AND author_id IS NULL"
            ),
            {
                "region": region_id,
                "month": one.month,
                "source": source_id,
                "post": one.post_id,
                "comment": one.comment_id,
                "author": one.author_id,
                "name": one.author_name,
                "official": one.official,
                "authority": one.authority_id,
                "body": one.text,
                "root": one.root_id,
                "reply_to": one.reply_to_id,
                "url": one.url,
                "published": one.published_at,
                "mentions": one.mentions,
                "kind": one.kind,
                "confidence": one.confidence,
                "urgent": one.urgent,
                "model": one.model,
                "asks": one.asks,
                "now": now,
            },
        )
