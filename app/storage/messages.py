"""Messages: what is known of those on a page, and the page's news written in one statement per table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.message import MessageId
from app.domain.source import SourceId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class ThreadKey:
    """Where the messages of one thread lie."""

    region_id: RegionId
    month: date
    source_id: SourceId
    post_id: str

    def parameters(self) -> dict[str, object]:
        return {"region": self.region_id, "month": self.month, "source": self.source_id, "post": self.post_id}


IN_THREAD = "region_id = :region AND month = :month AND source_id = :source AND post_id = :post"


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A stored message as far as a re-read needs it. `comment_id` is empty for the post itself."""

    id: MessageId
    comment_id: str
    author_id: str | None
    text: str | None
    version: int
    version_seen_at: datetime
    deleted_at: datetime | None
    official: bool
    asks: bool

    @property
    def changed_at(self) -> datetime:
        """When a poll last saw something new of it."""
        return max(self.version_seen_at, self.deleted_at or self.version_seen_at)


async def known(session: AsyncSession, thread: ThreadKey, comment_ids: Collection[str]) -> dict[str, KnownMessage]:
    """Stored messages of a thread by comment id."""
    rows = await session.execute(
        text(
            "SELECT id, comment_id, author_id, text, version, version_seen_at, deleted_at, official, asks FROM messages"
            f" WHERE {IN_THREAD} AND comment_id = ANY(:ids)"
        ),
        thread.parameters() | {"ids": list(comment_ids)},
    )
    return {row.comment_id: KnownMessage(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to insert; the fields are the columns in order."""

    post_id: str
    month: date
    comment_id: str
    root_id: str | None
    reply_to_id: str | None
    url: str
    author_id: str | None
    author_name: str | None
    official: bool
    authority_id: int | None
    text: str | None
    attachments: str
    mentions: str
    published_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    kind: str | None
    confidence: float | None
    topic: str | None
    topic_confidence: float | None
    urgent: bool
    model: str | None
    asks: bool


ARRAYS = (
    ("post_id", "text"),
    ("month", "date"),
    ("comment_id", "text"),
    ("root_id", "text"),
    ("reply_to_id", "text"),
    ("url", "text"),
    ("author_id", "text"),
    ("author_name", "text"),
    ("official", "bool"),
    ("authority_id", "bigint"),
    ("body", "text"),
    ("attachments", "text"),
    ("mentions", "text"),
    ("published_at", "timestamptz"),
    ("edited_at", "timestamptz"),
    ("deleted_at", "timestamptz"),
    ("kind", "text"),
    ("confidence", "float8"),
    ("topic", "text"),
    ("topic_confidence", "float8"),
    ("urgent", "bool"),
    ("model", "text"),
    ("asks", "bool"),
)

PARAMETERS = tuple(name for name, _ in ARRAYS)
FIELDS = attrgetter(*(field.name for field in fields(NewMessage)))

INSERT = text(
    "INSERT INTO messages (region_id, source_id, collected_at, version, version_seen_at, raw_id, post_id, month, comment_id, root_id,"
    " reply_to_id, url, author_id, author_name, official, authority_id, text, attachments, mentions, published_at, edited_at, deleted_at,"
    " kind, confidence, topic, topic_confidence, urgent, model, asks)"
    " SELECT :region, :source, :now, 1, :now, CAST(:raw AS bigint), post_id, month, comment_id, root_id, reply_to_id, url, author_id,"
    " author_name, official, authority_id, body, string_to_array(attachments, ' '), string_to_array(mentions, ' '), published_at,"
    " edited_at, deleted_at, kind, confidence, topic, topic_confidence, urgent, model, asks FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in ARRAYS)
    + f") AS t({', '.join(name for name, _ in ARRAYS)})"
    " ON CONFLICT DO NOTHING RETURNING id, post_id, comment_id"
)


async def insert(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, new: Sequence[NewMessage], *, raw_id: int | None, now: datetime
) -> dict[tuple[str, str], MessageId]:
    """Stores messages seen for the first time; their ids by (post id, comment id)."""
    arrays = {name: list(column) for name, column in zip(PARAMETERS, zip(*map(FIELDS, new), strict=True), strict=True)}
    rows = await session.execute(INSERT, {"region": region_id, "source": source_id, "now": now, "raw": raw_id, **arrays})
    return {(row.post_id, row.comment_id): MessageId(row.id) for row in rows}


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


async def save_raw(session: AsyncSession, region_id: RegionId, source_id: SourceId, method: str, body: bytes, *, now: datetime) -> int:
    """Keeps a compressed response as evidence; its id."""
    found = await session.scalar(
        text(
            "INSERT INTO raw_payloads (region_id, source_id, method, collected_at, body) VALUES (:region, :source, :method, :now, :body)"
            " RETURNING id"
        ),
        {"region": region_id, "source": source_id, "method": method, "now": now, "body": body},
    )
    return int(str(found))
