"""Erases what people wrote when its term has passed: batch by batch, thread by thread. Clocks and figures stay as they are."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.retention import UNKNOWN_AUTHOR, Cutoffs, Part, Retention, divide
from app.storage.engine import Database
from app.storage.privacy import erasing, retention
from app.storage.privacy.erasing import Erased, Leaving
from app.storage.privacy.retention import HeldThread, Kept
from app.storage.regions import RegionId
from app.telemetry.metrics import ERASED
from connectors.sdk.contract import DIRECT_DIALOGUE

THREADS = 50
"""Threads held at a time: nobody reads them in meanwhile."""
PEOPLE = 500
"""People's parts of them erased at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How much is done in one transaction, and how many of them in one go."""

    threads: int = THREADS
    people: int = PEOPLE
    most: int = 200


async def erase_by_term(database: Database, region_id: RegionId, terms: Retention, *, now: datetime, batch: Batch = Batch()) -> Erased:
    """Erases what is due; what a go leaves, the next one takes up. Others may erase at the same time."""
    cutoffs, erased = terms.cutoffs(now), Erased()
    terms_of = [(kept, before) for kept, before in ((Kept.TALK, cutoffs.talk), (Kept.ASKED, cutoffs.asked)) if before is not None]
    for kept, before in terms_of:
        for _ in range(batch.most):
            async with database.write() as session:
                threads = await retention.hold(session, region_id, kept, before=before, limit=batch.threads)
                erased += await _erase_in(session, region_id, threads, cutoffs, most=batch.people, now=now)
            if len(threads) < batch.threads:
                break
    ERASED.labels("messages", "term").inc(erased.messages)
    ERASED.labels("incidents", "term").inc(erased.incidents)
    return erased


async def _erase_in(
    session: AsyncSession, region_id: RegionId, threads: list[HeldThread], cutoffs: Cutoffs, *, most: int, now: datetime
) -> Erased:
    """What is due in held threads; and notes since when they hold the rest."""
    if not threads:
        return Erased()
    due, kept = divide(await retention.parts_of(session, region_id, threads), cutoffs, most=most)
    erased = await erasing.take_out(session, region_id, leaving(due, threads), now=now)
    if cutoffs.talk is not None:
        erased += await erasing.take_out_nameless(session, region_id, threads, before=cutoffs.talk, now=now)
    if cutoffs.asked is not None:
        erased += await erasing.take_out_voices(session, region_id, threads, before=cutoffs.asked, now=now)
    voices = await retention.voices_since(session, region_id, threads, before=cutoffs.asked)
    since = {Kept.TALK: _oldest(kept, was_asked=False), Kept.ASKED: _oldest(kept, was_asked=True)}
    for held, found in ((Kept.ASKED, voices), (Kept.TALK, await retention.nameless_since(session, region_id, threads))):
        for place, moment in found.items():
            since[held][place] = min(moment, since[held].get(place, moment))
    await retention.note_kept(session, region_id, threads, since)
    await erasing.tell_readers(session, region_id, threads)
    for dialogue in _said_to_nobody(threads, since):
        await erasing.rename_dialogue(session, region_id, dialogue)
    return erased


def _said_to_nobody(threads: Iterable[HeldThread], since: Mapping[Kept, Mapping[tuple[int, str], datetime]]) -> list[Leaving]:
    """Private dialogues of which nothing is kept any more and that are still named after a person: one whom only the page wrote to."""
    return [
        Leaving(one, person, drawn())
        for one in threads
        if (person := person_of(one)) is not None and not any(one.place in found for found in since.values())
    ]


def person_of(thread: HeldThread) -> str | None:
    """After whom a private dialogue is named, if after anybody who is known."""
    person = thread.post_id.removeprefix(DIRECT_DIALOGUE)
    return None if person == thread.post_id or person.startswith(UNKNOWN_AUTHOR) else person


def leaving(parts: Iterable[Part], threads: Iterable[HeldThread]) -> list[Leaving]:
    """The parts with what stands for each person afterwards: drawn by lot and kept nowhere else, so that nothing leads back."""
    held = {thread.place: thread for thread in threads}
    return [Leaving(held[one.source_id, one.post_id], one.author_id, drawn()) for one in parts]


def drawn() -> str:
    """What stands for a person who is known no more."""
    return f"{UNKNOWN_AUTHOR}{secrets.token_hex(8)}"


def _oldest(parts: Iterable[Part], *, was_asked: bool) -> dict[tuple[int, str], datetime]:
    """The oldest last word of each thread."""
    found: dict[tuple[int, str], datetime] = {}
    for one in parts:
        if one.was_asked is was_asked:
            place = (one.source_id, one.post_id)
            found[place] = min(one.last_word_at, found.get(place, one.last_word_at))
    return found
