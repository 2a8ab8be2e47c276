"""Messages: what is known of those on a page, and a page's new ones written in one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import orjson
from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.message import MessageId
from app.domain.source import SourceId
from app.storage.columns import document_of, rows_from
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
    erased_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When a poll last saw something new of it."""
        return max(self.version_seen_at, self.deleted_at or self.version_seen_at)


KNOWN_COLUMNS = ("id", "comment_id", "author_id", "text", "version", "version_seen_at", "deleted_at", "official", "asks", "erased_at")
KNOWN = text(f"SELECT {', '.join(KNOWN_COLUMNS)} FROM messages WHERE {IN_THREAD} AND comment_id = ANY(CAST(:comments AS text[]))").columns(
    *(column(name) for name in KNOWN_COLUMNS)
)


async def known(session: AsyncSession, thread: ThreadKey, comments: Collection[str]) -> dict[str, KnownMessage]:
    """Stored messages of a thread at the given comment ids, by these; the post itself stands at the empty one."""
    rows = await session.execute(KNOWN, thread.parameters() | {"comments": list(comments)})
    return {row.comment_id: KnownMessage(*row) for row in rows}


class NewMessage(NamedTuple):
    """A message to insert. A tuple, since a page has a hundred and they are turned into columns at once."""

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


@dataclass(frozen=True, slots=True)
class RawPayload:
    """A response of a network as it came, compressed: the evidence.

    `request` says to its connector what it was asked for, `read_whole_at` when each thread that lost messages by it had been
    read whole before, as readings without news leave no evidence of their own.
    """

    method: str
    body: bytes
    request: str
    asked_at: datetime
    read_whole_at: Mapping[str, str]


COLUMNS = (
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

PLACE_KEY = "region_id, month, source_id, post_id, comment_id"
EVIDENCE = (
    "raw AS (INSERT INTO raw_payloads (region_id, source_id, method, collected_at, body, request, asked_at, read_whole_at)"
    " VALUES (:region, :source, :method, :now, :raw, :request, :asked_at, CAST(:read_whole_at AS jsonb)) RETURNING id),"
    " noted AS (UPDATE threads SET changes = changes + 1, talk_kept_since = coalesce(talk_kept_since, :now)"
    " WHERE region_id = :region AND source_id = :source AND post_id = ANY(CAST(:changed AS text[])))"
)
INSERT = (
    "INSERT INTO messages (region_id, source_id, collected_at, version, version_seen_at, raw_id, post_id, month, comment_id, root_id,"
    " reply_to_id, url, author_id, author_name, official, authority_id, text, attachments, mentions, published_at, edited_at, deleted_at,"
    " kind, confidence, topic, topic_confidence, urgent, model, asks)"
    " SELECT :region, :source, :now, 1, :now, raw.id, post_id, month, comment_id, root_id, reply_to_id, url, author_id,"
    " author_name, official, authority_id, body, string_to_array(attachments, ' '), string_to_array(mentions, ' '), published_at,"
    " edited_at, deleted_at, kind, confidence, topic, topic_confidence, urgent, model, asks"
    f" FROM raw, {rows_from('messages', COLUMNS)} ON CONFLICT ({PLACE_KEY}) DO NOTHING"
)
STORE = text(f"WITH {EVIDENCE} {INSERT}")


async def store(
    session: AsyncSession,
    region_id: RegionId,
    source_id: SourceId,
    new: Sequence[NewMessage],
    *,
    raw: RawPayload,
    changed: Collection[str],
    now: datetime,
) -> None:
    """Stores messages seen for the first time with the response that showed them, and counts a change in each changed thread."""
    await session.execute(STORE, {"region": region_id, "source": source_id} | stored(new, raw=raw, changed=changed, now=now))


def stored(new: Sequence[NewMessage], *, raw: RawPayload, changed: Collection[str], now: datetime) -> dict[str, object]:
    """The parameters of `EVIDENCE` and `INSERT` beside region and source."""
    return {
        "now": now,
        "changed": list(changed),
        "messages": document_of(COLUMNS, new),
        "method": raw.method,
        "raw": raw.body,
        "request": raw.request,
        "asked_at": raw.asked_at,
        "read_whole_at": orjson.dumps(dict(raw.read_whole_at)).decode() if raw.read_whole_at else None,
    }
