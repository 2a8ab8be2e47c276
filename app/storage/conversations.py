"""The messages of a thread that touch given residents: what they wrote, and what officials wrote to them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


OWN = (
    *("id", "comment_id", "author_id", "text", "published_at", "collected_at", "deleted_at", "last_seen_at"),
    *("kind", "confidence", "topic", "urgent", "asks"),
)
COLUMNS = (*OWN, "official", "root_id", "reply_to_id", "mentions", "authority_id", "attachments", "version", "version_seen_at")
HELD = incidents.SELECTED.split(", ")
NAMES = ", ".join(COLUMNS)
TOUCHED = text(
    f"WITH own AS (SELECT {NAMES} FROM messages WHERE {IN_THREAD} AND author_id = ANY(CAST(:authors AS text[])) AND NOT official),"
    f" held AS (SELECT {incidents.SELECTED} FROM incidents WHERE region_id = :region AND source_id = :source AND post_id = :post"
    " AND author_id = ANY(CAST(:authors AS text[])) ORDER BY id FOR UPDATE)"
    f" SELECT own.*, {', '.join(f'held.{name} AS held_{name}' for name in HELD)} FROM own LEFT JOIN held USING (author_id) UNION ALL"
    f" SELECT {NAMES}{', NULL' * len(HELD)} FROM messages WHERE {IN_THREAD} AND official AND text IS NOT NULL AND comment_id <> ''"
    " AND (reply_to_id IS NULL OR reply_to_id IN (SELECT comment_id FROM own) OR mentions && CAST(:authors AS text[]))"
    " ORDER BY published_at, id"
).columns(*(column(name) for name in COLUMNS), *(column(f"held_{name}") for name in HELD))


async def touched(session: AsyncSession, thread: ThreadKey, authors: Collection[str]) -> tuple[dict[str, Touched], list[OfficialMessage]]:
    """What each of the residents wrote in the thread, by author id; and the official messages that may be addressed to them.

    Those are replies to them, mentions of them, and texts to nobody by name. The residents' incidents are held until the
    transaction ends; what has been logged of them must be read after that.
    """
    rows = (await session.execute(TOUCHED, thread.parameters() | {"authors": list(authors)})).all()
    official = [row for row in rows if row.official]
    versions = await _earlier_versions(session, thread, [row.id for row in official if row.version > 1])
    return _by_author(row for row in rows if not row.official), [_official(row, versions.get(row.id, ())) for row in official]


def _by_author(rows: Iterable[Any]) -> dict[str, Touched]:
    parts: dict[str, Touched] = defaultdict(Touched)
    for row in rows:
        number, comment_id, author_id, said, published_at, collected_at, deleted_at, seen_at, *verdict = row[: len(OWN)]
        kind, sure, topic, urgent, asks = verdict
        part, message_id = parts[author_id], MessageId(number)
        gone = None if deleted_at is None else Presence(seen_at, deleted_at)
        part.own.append(OwnMessage(message_id, comment_id, published_at, collected_at, asks, urgent, gone))
        if asks and part.opening is None:
            part.opening = Opening(message_id, said, kind, sure, topic, urgent, published_at, collected_at)
            part.stored = None if row.held_id is None else incidents.stored_of(row[len(COLUMNS) :])
    return dict(parts)


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
        gone=None if row.deleted_at is None else Presence(row.last_seen_at, row.deleted_at),
    )
