"""Takes people out of what is stored: names, ids, texts, addresses. What clocks and figures need stays: who is one person in a thread,

and when what happened. Threads must be held.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.retention import UNKNOWN_AUTHOR
from app.storage.privacy.retention import IN_THREADS, VOICE, HeldThread, by_month, places
from app.storage.regions import RegionId
from connectors.sdk.contract import DIRECT_DIALOGUE


@dataclass(frozen=True, slots=True)
class Leaving:
    """One person's part of a thread, and what stands for the person there afterwards."""

    thread: HeldThread
    author_id: str
    stand_in: str


@dataclass(frozen=True, slots=True)
class Erased:
    """How many messages and incidents were erased; `ids` are those of the messages."""

    messages: int = 0
    incidents: int = 0
    ids: tuple[int, ...] = field(default=(), compare=False)

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(self.messages + other.messages, self.incidents + other.incidents, self.ids + other.ids)


LEAVING = (
    "unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[]), CAST(:authors AS text[]), CAST(:stand_ins AS text[]))"
    " AS t(source, post, author, stand_in)"
)
HOLD_INCIDENTS = text(
    f"SELECT i.id FROM {LEAVING} JOIN incidents i ON i.region_id = :region AND i.source_id = t.source AND i.post_id = t.post"
    " AND i.author_id = t.author ORDER BY i.id FOR UPDATE OF i"
)
"""In the order of their ids, whatever the months of their threads: so no step with several and no erasure wait for each other."""
INCIDENTS = text(
    f"UPDATE incidents SET author_id = t.stand_in, text = NULL, version = version + 1 FROM {LEAVING} WHERE region_id = :region"
    " AND id = ANY(CAST(:held AS bigint[])) AND source_id = t.source AND post_id = t.post AND author_id = t.author RETURNING id"
)
OF_INCIDENTS = (
    text(
        "UPDATE incident_places SET surface = '', house = NULL, starts = 0, ends = 0"
        " WHERE region_id = :region AND incident_id = ANY(CAST(:ids AS bigint[]))"
    ),
    text(
        "UPDATE incident_events SET data = data - 'reason' WHERE region_id = :region AND incident_id = ANY(CAST(:ids AS bigint[]))"
        " AND data ? 'reason'"
    ),
    text(
        "UPDATE replies SET text = '' WHERE region_id = :region AND incident_id = ANY(CAST(:ids AS bigint[]))"
        " AND state NOT IN ('queued', 'sending')"
    ),
)
"""Addresses as they were written, and what operators wrote in words of their own; one that waits to be sent is still sent."""
MESSAGES = text(
    "UPDATE messages m SET author_id = t.stand_in, author_name = NULL, text = NULL, mentions = '{}', erased_at = :now"
    f" FROM {LEAVING} WHERE m.region_id = :region AND m.month = :month AND m.source_id = t.source AND m.post_id = t.post"
    " AND m.author_id = t.author AND NOT m.official RETURNING m.id"
)
VERSIONS = text(
    "UPDATE message_versions SET text = CASE WHEN text IS NOT NULL THEN CAST(:left AS text) END"
    " WHERE region_id = :region AND message_id = ANY(CAST(:ids AS bigint[]))"
)
MENTIONS = text(
    "UPDATE messages m SET mentions = ARRAY(SELECT coalesce((SELECT t.stand_in FROM"
    f" {LEAVING} WHERE t.source = m.source_id AND t.post = m.post_id AND t.author = one.mentioned), one.mentioned)"
    " FROM unnest(m.mentions) WITH ORDINALITY AS one(mentioned, position) ORDER BY one.position)"
    " WHERE m.region_id = :region AND m.month = :month AND m.official AND m.mentions && CAST(:authors AS text[])"
    " AND (m.source_id, m.post_id) IN (SELECT * FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])))"
)
"""An official text stays bound to whom it mentions."""


async def take_out(session: AsyncSession, region_id: RegionId, leaving: Sequence[Leaving], *, now: datetime) -> Erased:
    """Erases what people wrote in threads, with their incidents; each is one unknown person of the thread from then on."""
    held = list(await session.scalars(HOLD_INCIDENTS, _given(region_id, leaving)))
    erased = Erased()
    for month, found in groupby(sorted(leaving, key=lambda one: one.thread.month), key=lambda one: one.thread.month):
        of_month = list(found)
        erased += await _take_out(session, region_id, month, of_month, held, now=now)
        for one in of_month:
            if one.thread.post_id == f"{DIRECT_DIALOGUE}{one.author_id}":
                await rename_dialogue(session, region_id, one)
    return erased


def _given(region_id: RegionId, leaving: Sequence[Leaving]) -> dict[str, object]:
    people = {"authors": [one.author_id for one in leaving], "stand_ins": [one.stand_in for one in leaving]}
    return {"region": region_id, **places([one.thread for one in leaving]), **people}


async def _take_out(
    session: AsyncSession, region_id: RegionId, month: date, leaving: Sequence[Leaving], held: Sequence[int], *, now: datetime
) -> Erased:
    given = _given(region_id, leaving)
    ids = list(await session.scalars(INCIDENTS, given | {"held": held})) if held else []
    if ids:
        for statement in OF_INCIDENTS:
            await session.execute(statement, {"region": region_id, "ids": ids})
    await session.execute(MENTIONS, given | {"month": month})
    messages = list(await session.scalars(MESSAGES, given | {"month": month, "now": now}))
    await session.execute(VERSIONS, {"region": region_id, "ids": messages, "left": None})
    return Erased(len(messages), len(ids), tuple(messages))


PLACE = "region_id = :region AND source_id = :source AND post_id = :post"
RENAME = (
    "UPDATE replies SET url = NULL WHERE region_id = :region AND url IS NOT NULL"
    f" AND incident_id IN (SELECT id FROM incidents WHERE {PLACE} AND month = :month)",
    f"UPDATE messages SET post_id = :renamed, url = '' WHERE {PLACE} AND month = :month",
    f"UPDATE incidents SET post_id = :renamed WHERE {PLACE} AND month = :month",
    f"UPDATE threads SET post_id = :renamed WHERE {PLACE} AND month = :month",
)


async def rename_dialogue(session: AsyncSession, region_id: RegionId, one: Leaving) -> None:
    """Takes the person out of the name of their private dialogue, and out of the addresses in it."""
    thread = one.thread
    place = {"region": region_id, "source": thread.source_id, "post": thread.post_id, "month": thread.month}
    for statement in RENAME:
        await session.execute(text(statement), place | {"renamed": f"{DIRECT_DIALOGUE}{one.stand_in}"})


NOTHING_KNOWN = (
    "ARRAY(SELECT CASE WHEN starts_with(one.mentioned, CAST(:unknown AS text)) THEN one.mentioned ELSE CAST(:unknown AS text) END"
    " FROM unnest(mentions) WITH ORDINALITY AS one(mentioned, position) ORDER BY one.position)"
)
"""Mentions of anybody: a text that names somebody else must not look like one that names nobody."""
VOICES = text(
    f"UPDATE messages SET text = CASE WHEN text IS NOT NULL THEN '' END, erased_at = :now, mentions = {NOTHING_KNOWN}"
    f" WHERE region_id = :region AND month = :month AND id IN (SELECT m.id FROM {IN_THREADS} WHERE m.comment_id <> '' AND {VOICE}"
    " AND m.version_seen_at < :before AND NOT EXISTS (SELECT FROM answers b JOIN incidents i ON i.region_id = b.region_id"
    " AND i.id = b.incident_id AND NOT starts_with(i.author_id, CAST(:unknown AS text))"
    " WHERE b.region_id = m.region_id AND b.message_id = m.id)) RETURNING id"
)
"""Comments of pages and bodies address people by name. Their texts stay as empty ones: an official text is counted, whatever it said."""
NAMELESS = text(
    "UPDATE messages SET text = NULL, erased_at = :now WHERE region_id = :region AND month = :month AND id IN"
    f" (SELECT m.id FROM {IN_THREADS} WHERE m.author_id IS NULL AND m.text IS NOT NULL AND m.version_seen_at < :before) RETURNING id"
)


async def take_out_voices(
    session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread], *, before: datetime, now: datetime
) -> Erased:
    """Empties comments of pages and bodies that are older and answer nobody whose incident is kept."""
    about = {"region": region_id, "before": before, "now": now, "unknown": UNKNOWN_AUTHOR}
    return await _empty(session, VOICES, threads, about, left="")


async def take_out_nameless(
    session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread], *, before: datetime, now: datetime
) -> Erased:
    """Empties older messages of whose authors nothing is known."""
    return await _empty(session, NAMELESS, threads, {"region": region_id, "before": before, "now": now}, left=None)


async def _empty(
    session: AsyncSession, statement: TextClause, threads: Sequence[HeldThread], about: dict[str, object], *, left: str | None
) -> Erased:
    ids: list[int] = []
    for month, of_month in by_month(threads):
        ids += await session.scalars(statement, about | {"month": month, **places(of_month)})
    await session.execute(VERSIONS, {"region": about["region"], "ids": ids, "left": left})
    return Erased(len(ids), ids=tuple(ids))


async def voices_in(session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread]) -> list[int]:
    """What pages and bodies said in the threads."""
    ids: list[int] = []
    for month, of_month in by_month(threads):
        ids += await session.scalars(VOICES_IN, {"region": region_id, "month": month, **places(of_month)})
    return ids


VOICES_IN = text(f"SELECT m.id FROM {IN_THREADS} WHERE {VOICE}")
EMPTY = text(
    f"UPDATE messages SET text = '', erased_at = :now, mentions = {NOTHING_KNOWN}"
    " WHERE region_id = :region AND month = ANY(CAST(:months AS date[])) AND id = ANY(CAST(:ids AS bigint[])) RETURNING id"
)


async def empty_answers(
    session: AsyncSession, region_id: RegionId, threads: Sequence[HeldThread], ids: Collection[int], *, now: datetime
) -> int:
    """Empties official comments of the threads, whatever their term; how many."""
    about = {"region": region_id, "months": list({one.month for one in threads}), "ids": list(ids)}
    emptied = list(await session.scalars(EMPTY, about | {"now": now, "unknown": UNKNOWN_AUTHOR}))
    await session.execute(VERSIONS, {"region": region_id, "ids": emptied, "left": ""})
    return len(emptied)


FORGET_MENTIONS = text(
    "UPDATE messages m SET mentions = array_replace(m.mentions, CAST(:author AS text), CAST(:unknown AS text))"
    " FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post) WHERE m.region_id = :region AND m.month = :month"
    " AND m.source_id = t.source AND m.post_id = t.post AND m.mentions @> ARRAY[CAST(:author AS text)]"
)


async def forget_mentions(session: AsyncSession, region_id: RegionId, author_id: str, threads: Sequence[HeldThread]) -> None:
    """Has mentions that are still there name anybody."""
    for month, of_month in by_month(threads):
        given = {"region": region_id, "month": month, "author": author_id, "unknown": UNKNOWN_AUTHOR}
        await session.execute(FORGET_MENTIONS, given | places(of_month))


async def tell_readers(session: AsyncSession, region_id: RegionId, threads: Collection[HeldThread]) -> None:
    """Counts a change in each thread, so that a page which was looked at before is compared anew."""
    await session.execute(
        text(
            "UPDATE threads SET changes = changes + 1 FROM unnest(CAST(:sources AS bigint[]), CAST(:posts AS text[])) AS t(source, post)"
            " WHERE region_id = :region AND source_id = t.source AND post_id = t.post"
        ),
        {"region": region_id, **places(list(threads))},
    )
