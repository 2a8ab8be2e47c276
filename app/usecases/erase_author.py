"""Erases one person on request: what they wrote, what names them, what is kept of it elsewhere. Clocks and figures stay."""

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.operator import OperatorId
from app.domain.retention import Part
from app.storage.engine import Database
from app.storage.privacy import erasing, erasures, footprints
from app.storage.privacy.erasing import Leaving
from app.storage.privacy.footprints import Footprint
from app.storage.regions import RegionId
from app.telemetry.metrics import ERASED
from app.usecases.erase_by_term import drawn, leaving, person_of
from app.usecases.leave_out_erased import ErasedPeople

THREADS = 50
PAYLOADS = 100
ROUNDS = 3
"""How often the messages are looked through: what a page that was under way brought meanwhile is found by the next look."""


@dataclass(frozen=True, slots=True)
class Person:
    """An author as a network knows them."""

    network: str
    author_id: str


def person_named(people: ErasedPeople, named: str) -> Person:
    """Whom a link to a personal page or `network:id` names; `InvalidInput` says what would do."""
    network, _, rest = named.strip().partition(":")
    if rest and network in people.plugins:
        return Person(network, people.plugins[network].person_behind(rest) or rest)
    for plugin in people.plugins.values():
        if (author_id := plugin.person_behind(named)) is not None:
            return Person(plugin.network, author_id)
    raise InvalidInput(
        "author",
        "Give the person's page with its number (https://vk.com/id501, https://ok.ru/profile/501) or network:id (vk:501). A short name"
        " like vk.com/anna says nothing of the number: the page's own address of a photo or a post shows it.",
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What an erasure works with. `by` is nobody where it is ordered by command."""

    database: Database
    region_id: RegionId
    people: ErasedPeople
    by: OperatorId | None
    now: datetime


class _OnlyShown(Exception):
    """Takes back a transaction whose figures were wanted."""


async def erase_author(desk: Desk, person: Person, *, confirmed: bool) -> Mapping[str, int]:
    """What goes, by what it is; unless `confirmed` it is only counted: done in transactions that are taken back.

    Afterwards the person is recognised by a mark, and nothing of theirs is stored anew. `InvalidInput` for a page or a body.
    """
    database, region_id = desk.database, desk.region_id
    async with database.read() as session:
        if await footprints.is_voice(session, region_id, person.network, person.author_id):
            raise InvalidInput("author", "This is a page under watch or an official account, and no private person.")
        months = await footprints.months(session, region_id)
    mark = desk.people.marks.of(person.network, person.author_id)
    if confirmed:
        async with database.write() as session:
            await erasures.remember(session, region_id, person.network, mark, by=desk.by, now=desk.now)
    counts: Counter[str] = Counter()
    sources: set[int] = set()
    for _ in range(ROUNDS if confirmed else 1):
        found = 0
        for month in months:
            async with database.read() as session:
                threads = await footprints.of_month(session, region_id, person.network, person.author_id, month)
            found += len(threads)
            sources |= {one.thread.source_id for one in threads}
            for batch in _batches(threads):
                counts += await _erase_batch(desk, person, batch, confirmed=confirmed)
        if not found:
            break
    counts["payloads"] += await _empty_payloads(desk, person, sources, confirmed=confirmed)
    counts["events"] += await _empty_events(desk, person, sources, confirmed=confirmed)
    if confirmed:
        async with database.write() as session:
            await erasures.note(session, region_id, person.network, mark, counts)
        for what in ("messages", "incidents"):
            ERASED.labels(what, "request").inc(counts[what])
    return {name: counts[name] for name in COUNTED}


COUNTED = ("messages", "incidents", "answers", "mentions", "payloads", "events", "repeats")
"""Messages and incidents of the person, official comments that answered them alone, texts of others that name them, answers of

the network and pushed events in which they stand, answers to requests that are kept for repeated ones.
"""


def _batches(threads: Sequence[Footprint]) -> Iterator[Sequence[Footprint]]:
    for start in range(0, len(threads), THREADS):
        yield threads[start : start + THREADS]


async def _erase_batch(desk: Desk, person: Person, batch: Sequence[Footprint], *, confirmed: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    try:
        async with desk.database.write() as session:
            counts = await _erase_in(session, desk, person, batch)
            if not confirmed:
                raise _OnlyShown
    except _OnlyShown:
        return counts
    return counts


async def _erase_in(session: AsyncSession, desk: Desk, person: Person, batch: Sequence[Footprint]) -> Counter[str]:
    """Everything in some threads, which nobody else writes to meanwhile."""
    region_id, author_id, threads = desk.region_id, person.author_id, [one.thread for one in batch]
    await footprints.hold(session, region_id, threads)
    dialogues = [one for one in threads if person_of(one) == author_id]
    answers = set(await footprints.answers_to(session, region_id, author_id, threads))
    answers.update(await erasing.voices_in(session, region_id, dialogues))  # in private all that a page says is said to the person
    namings = await footprints.namings(session, region_id, author_id, threads)
    await footprints.hold_incidents(session, region_id, author_id, threads, {one.id for one in namings})
    for naming in namings:
        said = desk.people.without(person.network, naming.text or "", author_id)
        if said != (naming.text or ""):
            await footprints.rewrite(session, region_id, naming, said)
    parts = [Part(one.thread.source_id, one.thread.post_id, author_id, desk.now, was_asked=True) for one in batch if one.wrote]
    erased = await erasing.take_out(session, region_id, leaving(parts, threads), now=desk.now)
    for dialogue in dialogues:
        await erasing.rename_dialogue(session, region_id, Leaving(dialogue, author_id, drawn()))
    await erasing.forget_mentions(session, region_id, author_id, threads)
    emptied = await erasing.empty_answers(session, region_id, threads, answers, now=desk.now)
    repeats = await footprints.empty_kept_answers(session, [*erased.ids, *answers])
    await erasing.tell_readers(session, region_id, threads)
    named = len({naming.id for naming in namings} - answers)
    return Counter(messages=erased.messages, incidents=erased.incidents, answers=emptied, mentions=named, repeats=repeats)


def _standing(person: Person) -> re.Pattern[bytes]:
    """The person's id as it stands in what networks send, not as a part of a longer number."""
    return re.compile(rb"(?<![0-9A-Za-z])(?:id)?" + re.escape(person.author_id.rpartition(":")[2].encode()) + rb"(?![0-9A-Za-z])")


def _naming(pattern: re.Pattern[bytes], batch: Sequence[tuple[int, bytes]]) -> list[int]:
    """The answers in which the person stands; one that cannot be read is taken for such."""
    return [number for number, body in batch if (raw := _raw(body)) is None or pattern.search(raw)]


def _raw(body: bytes) -> bytes | None:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return None


async def _empty_payloads(desk: Desk, person: Person, sources: set[int], *, confirmed: bool) -> int:
    """The networks' answers are searched one by one: they are compressed, and nothing says who stands in them."""
    after, count, pattern = 0, 0, _standing(person)
    while True:
        async with desk.database.read() as session:
            batch = await footprints.payloads(session, desk.region_id, sources, after=after, limit=PAYLOADS)
        if not batch:
            return count
        naming = await asyncio.to_thread(_naming, pattern, batch)
        if confirmed and naming:
            async with desk.database.write() as session:
                await footprints.empty_payloads(session, desk.region_id, naming)
        count, after = count + len(naming), batch[-1][0]


async def _empty_events(desk: Desk, person: Person, sources: set[int], *, confirmed: bool) -> int:
    digits, count = person.author_id.rpartition(":")[2].encode(), 0
    try:
        async with desk.database.write() as session:
            count = await footprints.empty_events(session, sources, digits)
            if not confirmed:
                raise _OnlyShown
    except _OnlyShown:
        return count
    return count


async def take_back(desk: Desk, person: Person) -> bool:
    """Has what the person writes stored again from now on; whether it was not."""
    mark = desk.people.marks.of(person.network, person.author_id)
    async with desk.database.write() as session:
        return await erasures.lift(session, desk.region_id, person.network, mark, now=desk.now)
