"""Where one person is found: in threads, in what networks sent, in answers kept for repeated requests.

No index leads from a person to what they wrote, and none shall: finding it takes a look at every message, month by month.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.retention import UNKNOWN_AUTHOR
from app.storage.privacy.retention import HeldThread, by_month, places
from app.storage.regions import RegionId
from app.storage.replay.schemas import KEPT_PREFIX
from connectors.sdk.contract import DIRECT_DIALOGUE


@dataclass(frozen=True, slots=True)
class Footprint:
    """A thread in which the person wrote, or is only mentioned or written to."""

    thread: HeldThread
    wrote: bool


async def is_voice(session: AsyncSession, region_id: RegionId, network: str, author_id: str) -> bool:
    """Whether it is no private person: an official account, or a page under watch."""
    query = (
        "SELECT EXISTS (SELECT FROM official_accounts WHERE region_id = :region AND network = :network AND external_id = :author)"
        " OR EXISTS (SELECT FROM sources WHERE region_id = :region AND network = :network AND external_id = :author)"
    )
    return bool(await session.scalar(text(query), {"region": region_id, "network": network, "author": author_id}))


async def months(session: AsyncSession, region_id: RegionId) -> list[date]:
    """The months that hold threads."""
    rows = await session.scalars(text("SELECT DISTINCT month FROM threads WHERE region_id = :region ORDER BY month"), {"region": region_id})
    return list(rows)


async def of_month(session: AsyncSession, region_id: RegionId, network: str, author_id: str, month: date) -> list[Footprint]:
    """The person's threads of a month."""
    rows = await session.execute(
        text(
            "SELECT m.source_id, m.post_id, coalesce(bool_or(m.author_id = :author), false) FROM messages m"
            " WHERE m.region_id = :region AND m.month = :month"
            " AND m.source_id IN (SELECT id FROM sources WHERE region_id = :region AND network = :network)"
            " AND (m.author_id = :author OR m.mentions @> ARRAY[CAST(:author AS text)] OR m.post_id = :dialogue)"
            " GROUP BY m.source_id, m.post_id"
            " ORDER BY m.source_id, m.post_id"
        ),
        {"region": region_id, "network": network, "author": author_id, "dialogue": f"{DIRECT_DIALOGUE}{author_id}", "month": month},
    )
    return [Footprint(HeldThread(row[0], row[1], month), row[2]) for row in rows]


async def hold(session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread]) -> None:
    """Keeps everybody else from writing to the threads until the transaction ends."""
    await session.execute(
        text(
            "SELECT FROM threads h JOIN unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post)"
            " ON h.source_id = t.source AND h.post_id = t.post WHERE h.region_id = :region ORDER BY h.source_id, h.post_id FOR UPDATE OF h"
        ),
        {"region": region_id, **places(threads)},
    )


@dataclass(frozen=True, slots=True)
class Naming:
    """Somebody else's text that names the person; `version` is the number of an earlier one."""

    thread: HeldThread
    id: int
    version: int | None
    text: str | None


NAMINGS = text(
    "WITH named AS (SELECT m.source_id, m.post_id, m.id, m.text FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[]))"
    " AS t(source, post) JOIN messages m ON m.region_id = :region AND m.month = :month AND m.source_id = t.source AND m.post_id = t.post"
    " AND m.mentions @> ARRAY[CAST(:author AS text)] AND m.author_id IS DISTINCT FROM CAST(:author AS text))"
    " SELECT source_id, post_id, id, NULL, text FROM named UNION ALL SELECT source_id, post_id, id, v.version, v.text FROM named"
    " JOIN message_versions v ON v.region_id = :region AND v.message_id = named.id"
)


async def namings(session: AsyncSession, region_id: RegionId, author_id: str, threads: Sequence[HeldThread]) -> list[Naming]:
    """Texts by others in the threads that mention the person, earlier versions too."""
    found = []
    for month, of_one in by_month(threads):
        given = {"region": region_id, "month": month, "author": author_id, **places(of_one)}
        for source_id, post_id, *naming in await session.execute(NAMINGS, given):
            found.append(Naming(HeldThread(source_id, post_id, month), *naming))
    return found


async def hold_incidents(
    session: AsyncSession, region_id: RegionId, author_id: str, threads: Sequence[HeldThread], messages: Collection[int]
) -> None:
    """Holds the person's incidents in the threads and those that the messages opened, in the order of their ids."""
    await session.execute(
        text(
            "SELECT FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post) JOIN incidents i"
            " ON i.region_id = :region AND i.source_id = t.source AND i.post_id = t.post"
            " WHERE i.author_id = :author OR i.message_id = ANY(CAST(:messages AS bigint[])) ORDER BY i.id FOR UPDATE OF i"
        ),
        {"region": region_id, "author": author_id, "messages": list(messages), **places(threads)},
    )


async def rewrite(session: AsyncSession, region_id: RegionId, naming: Naming, said: str) -> None:
    """Puts a text without the person in the place of one that names them."""
    thread, given = naming.thread, {"region": region_id, "id": naming.id, "said": said}
    if naming.version is not None:
        query = "UPDATE message_versions SET text = :said WHERE region_id = :region AND message_id = :id AND version = :version"
        await session.execute(text(query), given | {"version": naming.version})
        return
    query = "UPDATE messages SET text = :said WHERE region_id = :region AND month = :month AND id = :id"
    await session.execute(text(query), given | {"month": thread.month})
    query = (
        "UPDATE incidents SET text = :said, version = version + 1"
        " WHERE region_id = :region AND source_id = :source AND post_id = :post AND message_id = :id"
    )
    await session.execute(text(query), given | {"source": thread.source_id, "post": thread.post_id})


async def answers_to(session: AsyncSession, region_id: RegionId, author_id: str, threads: Sequence[HeldThread]) -> list[int]:
    """Official comments that answer the person and nobody else."""
    rows = await session.scalars(
        text(
            "SELECT b.message_id FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post) JOIN incidents i"
            " ON i.region_id = :region AND i.source_id = t.source AND i.post_id = t.post AND i.author_id = :author"
            " JOIN answers b ON b.region_id = i.region_id AND b.incident_id = i.id WHERE NOT EXISTS (SELECT FROM answers c JOIN incidents o"
            " ON o.region_id = c.region_id AND o.id = c.incident_id AND o.author_id <> :author"
            " AND NOT starts_with(o.author_id, CAST(:unknown AS text)) WHERE c.region_id = b.region_id AND c.message_id = b.message_id)"
        ),
        {"region": region_id, "author": author_id, "unknown": UNKNOWN_AUTHOR, **places(threads)},
    )
    return list(rows)


async def payloads(
    session: AsyncSession, region_id: RegionId, source_ids: Collection[int], *, after: int, limit: int
) -> list[tuple[int, bytes]]:
    """The next of the networks' answers about pages, compressed as they are kept."""
    rows = await session.execute(
        text(
            "SELECT id, body FROM raw_payloads WHERE region_id = :region AND id > :after AND source_id = ANY(:sources) AND body <> ''"
            " ORDER BY id LIMIT :limit"
        ),
        {"region": region_id, "sources": list(source_ids), "after": after, "limit": limit},
    )
    return [(row.id, row.body) for row in rows]


async def empty_payloads(session: AsyncSession, region_id: RegionId, ids: Collection[int]) -> None:
    """Leaves of the answers only that they came: they cannot be replayed any more."""
    query = "UPDATE raw_payloads SET body = '', request = NULL, read_whole_at = NULL WHERE region_id = :region AND id = ANY(:ids)"
    await session.execute(text(query), {"region": region_id, "ids": list(ids)})


async def empty_events(session: AsyncSession, source_ids: Collection[int], digits: bytes) -> int:
    """Leaves of pushed events in which an id stands only that they came; how many."""
    rows = await session.scalars(
        text(
            "UPDATE pushed_events SET body = '' WHERE source_id = ANY(:sources) AND taken_at IS NOT NULL"
            " AND position(CAST(:digits AS bytea) IN body) > 0 RETURNING id"
        ),
        {"sources": list(source_ids), "digits": digits},
    )
    return len(rows.all())


SAID = frozenset({"text", "author_name", "surface", "house", "reason"})
"""What answers to requests repeat of what people said."""
ADDRESSES = frozenset({"url", "parent_url"})
"""Of messages, which in private name the person; those of pages stand beside no text."""


async def empty_kept_answers(session: AsyncSession, message_ids: Collection[int]) -> int:
    """Takes what people said out of answers that are kept for repeated requests and tell of the messages; how many."""
    rows = await session.execute(text("SELECT operator_id, key, body FROM idempotency_keys WHERE body <> '{}'"))
    count = 0
    for operator_id, key, body in rows.all():
        emptied = without_said(body, frozenset(message_ids))
        if emptied != body:
            query = "UPDATE idempotency_keys SET body = CAST(CAST(:body AS text) AS jsonb) WHERE operator_id = :operator AND key = :key"
            await session.execute(text(query), {"operator": operator_id, "key": key, "body": orjson.dumps(emptied).decode()})
            count += 1
    return count


def without_said(value: Any, message_ids: frozenset[int], *, about: bool = False) -> Any:
    """A kept answer without what was said in or around the messages."""
    if isinstance(value, list):
        return [without_said(one, message_ids, about=about) for one in value]
    if not isinstance(value, Mapping):
        return value
    message = value.get("message")
    about = about or (isinstance(message, Mapping) and message.get("id") in message_ids)
    gone = SAID | ADDRESSES if "text" in value else SAID
    return {name: None if about and name in gone else without_said(one, message_ids, about=about) for name, one in value.items()}


async def kept_replays(session: AsyncSession) -> list[str]:
    """Schemas of replays that were kept for a closer look: copies that nobody erases from."""
    query = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix) ORDER BY nspname"
    return list(await session.scalars(text(query), {"prefix": KEPT_PREFIX}))
