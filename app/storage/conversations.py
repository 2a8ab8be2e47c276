"""The messages of a thread that touch given residents: what they wrote, and what officials wrote to them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.conversation import OfficialMessage, OwnMessage, TextVersion
from app.domain.message import MessageId, Presence, ThreadText
from app.storage import incidents
from app.storage.incidents import Opening, StoredIncident
from app.storage.messages import IN_THREAD, ThreadKey


@dataclass(slots=True)
class Touched:
    """One resident's part of a thread; `opening` is their earliest message that asks, `stored` their incident if it is open."""

    own: list[OwnMessage] = field(default_factory=list)
    opening: Opening | None = None
    stored: StoredIncident | None = None


@dataclass(frozen=True, slots=True)
class Conversations:
    """Residents' parts of a thread by author id, and the official messages that may be addressed to them."""

    parts: Mapping[str, Touched]
    official: Sequence[OfficialMessage]


class OwnRow(NamedTuple):
    """A resident's message as far as settling needs it."""

    published_at: datetime
    id: int
    comment_id: str
    author_id: str
    text: str | None
    collected_at: datetime
    deleted_at: datetime | None
    last_seen_at: datetime | None
    kind: str | None
    confidence: float | None
    topic: str | None
    urgent: bool
    asks: bool


class OfficialRow(NamedTuple):
    """An official message as far as settling needs it."""

    published_at: datetime
    id: int
    comment_id: str
    author_id: str
    text: str
    deleted_at: datetime | None
    last_seen_at: datetime | None
    root_id: str | None
    reply_to_id: str | None
    mentions: Sequence[str]
    authority_id: int | None
    attachments: Sequence[str]
    version: int
    version_seen_at: datetime


OWN = ", ".join(OwnRow._fields)
OFFICIAL = ", ".join(OfficialRow._fields)
AROUND = (
    f"own AS (SELECT {OWN} FROM messages WHERE {IN_THREAD} AND author_id = ANY(CAST(:authors AS text[])) AND NOT official),"
    f" held AS (SELECT {incidents.SELECTED} FROM incidents WHERE region_id = :region AND source_id = :source AND post_id = :post"
    " AND author_id = ANY(CAST(:authors AS text[])) ORDER BY id FOR UPDATE)"
)
READ = (
    f"ARRAY(SELECT ROW({OWN}) FROM own), ARRAY(SELECT ROW({OFFICIAL}) FROM messages WHERE {IN_THREAD} AND official AND text IS NOT NULL"
    " AND comment_id <> '' AND (reply_to_id IS NULL OR reply_to_id IN (SELECT comment_id FROM own)"
    " OR reply_to_id = ANY(CAST(:comments AS text[])) OR mentions && CAST(:authors AS text[]))),"
    f" ARRAY(SELECT ROW({incidents.SELECTED}) FROM held)"
)
"""The residents' messages, the official ones that may be addressed to them or to the given `comments`, and the residents' incidents.

One row of arrays is read faster than rows.
"""
TOUCHED = text(f"WITH {AROUND} SELECT {READ}").columns(column("own"), column("official"), column("held"))


async def touched(session: AsyncSession, thread: ThreadKey, authors: Collection[str]) -> Conversations:
    """What each of the residents wrote in the thread; and the official messages that may be addressed to them.

    Those are replies to them, mentions of them, and texts to nobody by name. The residents' incidents are held until the
    transaction ends; what has been logged of them must be read after that.
    """
    about = {"authors": list(authors), "comments": []}
    own, official, held = (await session.execute(TOUCHED, thread.parameters() | about)).one()
    return await conversations_of(session, thread, [OwnRow(*row) for row in own], [OfficialRow(*row) for row in official], held)


LINKABLE = text(
    f"SELECT {OFFICIAL} FROM messages WHERE {IN_THREAD} AND id = ANY(CAST(:ids AS bigint[])) AND official AND text IS NOT NULL"
    " AND comment_id <> ''"
)


async def officials_of(session: AsyncSession, thread: ThreadKey, ids: Collection[MessageId]) -> list[OfficialMessage]:
    """The official comments among the given messages of the thread."""
    rows = [OfficialRow(*row) for row in await session.execute(LINKABLE, thread.parameters() | {"ids": list(ids)})]
    versions = await _earlier_versions(session, thread, [row.id for row in rows if row.version > 1])
    return [_official(row, versions.get(row.id, ())) for row in sorted(rows)]


async def conversations_of(
    session: AsyncSession, thread: ThreadKey, own: Sequence[OwnRow], official: Sequence[OfficialRow], held: Iterable[Any]
) -> Conversations:
    """Conversations from their messages, in any order, and the residents' incidents as rows of `incidents.SELECTED`."""
    versions = await _earlier_versions(session, thread, [row.id for row in official if row.version > 1])
    stored = {one.author_id: one for one in map(incidents.stored_of, held)}
    return Conversations(_by_author(sorted(own), stored), [_official(row, versions.get(row.id, ())) for row in sorted(official)])


def _by_author(rows: Iterable[OwnRow], stored: Mapping[str, StoredIncident]) -> dict[str, Touched]:
    parts: dict[str, Touched] = defaultdict(Touched)
    for row in rows:
        part, message_id = parts[row.author_id], MessageId(row.id)
        gone = _presence(row.last_seen_at, row.deleted_at)
        part.own.append(OwnMessage(message_id, row.comment_id, row.published_at, row.collected_at, row.asks, row.urgent, gone))
        if row.asks and part.opening is None:
            part.opening = _opening(row)
            part.stored = stored.get(row.author_id)
    return dict(parts)


def _opening(row: OwnRow) -> Opening:
    return Opening(MessageId(row.id), row.text, row.kind or "", row.confidence, row.topic, row.urgent, row.published_at, row.collected_at)


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


def _official(row: OfficialRow, earlier: Sequence[TextVersion]) -> OfficialMessage:
    return OfficialMessage(
        place=ThreadText(MessageId(row.id), row.comment_id, row.reply_to_id, row.root_id, tuple(row.mentions)),
        account=row.author_id,
        authority_id=None if row.authority_id is None else AuthorityId(row.authority_id),
        published_at=row.published_at,
        attachments=tuple(row.attachments),
        versions=(*earlier, TextVersion(row.text, row.version_seen_at)),
        gone=_presence(row.last_seen_at, row.deleted_at),
    )


def _presence(last_seen_at: datetime | None, deleted_at: datetime | None) -> Presence | None:
    """When a message was there that is gone; one that we met as deleted was never seen before."""
    return None if deleted_at is None else Presence(last_seen_at or deleted_at, deleted_at)
