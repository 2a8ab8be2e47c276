"""Whoever holds several rows holds them in one order: threads first, incidents by id. Made to meet crosswise, nobody is ended for it."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.domain.incident import IncidentId
from app.domain.operator import Role
from app.domain.retention import Retention
from app.domain.source import PauseReason
from app.domain.word import Word
from app.storage import incidents
from app.storage.access import operators
from app.storage.polling import counters
from app.usecases.correct_verdict import correct_verdict
from app.usecases.erase_by_term import erase_by_term
from app.usecases.publish_replies import Publishing, claim_replies
from tests.usecases.reading import Reader, comment, post
from tests.usecases.test_erase_author import ANNA, NAMED, Office
from tests.usecases.test_take_in_events import open_inbox
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)


async def meet(reader: Reader, gate: str, first: Coroutine[Any, Any, object], second: Coroutine[Any, Any, object]) -> None:
    """Stops the first where it comes to what the gate holds, has the second run until it waits too, and lets both go on."""
    async with asyncio.timeout(20), asyncio.TaskGroup() as group, reader.intake.database.write() as session:
        assert (await session.execute(text(gate))).all()
        for number, one in enumerate((first, second), start=1):
            group.create_task(one)
            while await waiting(reader) < number:
                pass


async def waiting(reader: Reader) -> int:
    """How many wait for somebody else's lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return int((await reader.rows(query))[0][0])


async def hold(reader: Reader, *ids: int) -> None:
    """As a step with many, a merge and the watchers do."""
    async with reader.intake.database.write() as session:
        found = await incidents.lock_all(session, reader.intake.region_id, [IncidentId(one) for one in ids])
    assert len(found) == len(ids)


async def ask(reader: Reader, at: datetime, *threads: int) -> None:
    """Opens incidents 1, 2 and so on, one in each of the threads."""
    for number, thread in enumerate(threads, start=1):
        await reader.read(comment(number, "Холодно!", at, by=str(number), under=thread), at=at)


async def test_a_page_of_several_threads_and_a_step_with_many(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 300, 100, 200)
    more = [comment(10 + one, "Ждём!", noon + HOUR, by=str(one), under=thread) for one, thread in ((1, 300), (2, 100), (3, 200))]

    await meet(reader, "SELECT id FROM incidents WHERE id = 3 FOR UPDATE", reader.read(*more, at=noon + HOUR), hold(reader, 1, 2))

    assert [row.repeats for row in await reader.rows("SELECT repeats FROM turns ORDER BY incident_id")] == [1, 1, 1]


async def test_an_edit_that_is_read_and_an_operators_word_on_its_urgency(reader: Reader, desk: Desk, noon: datetime) -> None:
    async def correct() -> None:
        async with desk.database.write() as session:
            await correct_verdict(session, desk.region_id, desk.incident_id, desk.anna, Word(urgent=True), version=None, now=noon + HOUR)

    edited = reader.read(comment(1, "Очень холодно!", noon), at=noon + HOUR)
    await meet(reader, "SELECT number FROM turns FOR UPDATE", correct(), edited)

    (message,) = await reader.rows("SELECT text, urgent FROM messages")
    assert (message.text, message.urgent) == ("Очень холодно!", True)


async def test_an_erasure_of_threads_of_two_months_and_a_step_with_many(reader: Reader, noon: datetime) -> None:
    for number, published in ((1, noon), (2, noon - timedelta(days=20))):
        await reader.read(post(100 * number, "Сезон", published), at=noon)
        await reader.read(comment(number, "Холодно!", noon, by=f"90{number}", under=100 * number), at=noon)
    assert len(await reader.rows("SELECT DISTINCT month FROM threads")) == 2
    later, terms = noon + timedelta(days=500), Retention(timedelta(days=90), timedelta(days=400))
    erasing = erase_by_term(reader.intake.database, reader.intake.region_id, terms, now=later)

    await meet(reader, "SELECT id FROM messages WHERE comment_id = '2' FOR UPDATE", erasing, hold(reader, 1, 2))

    assert {row.text for row in await reader.rows("SELECT text FROM incidents")} == {None}


async def test_an_erasure_of_one_whom_others_name_and_a_step_with_many(reader: Reader, noon: datetime) -> None:
    office = Office(reader)
    await office.read(comment(1, "Холодно!", noon, by="770050177"), at=noon)
    for at in (noon, noon + HOUR):
        await office.read(comment(2, f"{NAMED} {at.hour}", noon, by="902", mentions=("770050177",)), at=at)

    await meet(reader, "SELECT version FROM message_versions FOR UPDATE", office.erase(ANNA, at=noon + 2 * HOUR), hold(reader, 1, 2))

    assert [row.text for row in await reader.rows("SELECT text FROM incidents ORDER BY id")] == [None, "…, согласна, и у нас холодно! 13"]


async def test_events_that_doubt_another_thread_and_a_page_of_both(reader: Reader, noon: datetime) -> None:
    inbox = await open_inbox(reader, noon)
    await reader.read(comment(1, "Холодно!", noon, by="5", under=200), comment(9, "ну и ну", noon), at=noon)
    await inbox.settle_thread()
    await inbox.receive("wall_reply_new", id=2, post_id=200)
    await inbox.receive("wall_reply_edit", id=9, retries=1)
    both = reader.read(comment(3, "И у нас!", noon, by="6"), comment(4, "И у нас!", noon, by="6", under=200))

    await meet(reader, "SELECT id FROM incidents FOR UPDATE", inbox.take_in(), both)

    rows = await reader.rows("SELECT cursor IS NULL AS doubted FROM threads ORDER BY post_id")
    assert [row.doubted for row in rows] == [True, False]
    assert len(await reader.rows("SELECT 1 FROM incidents")) == 3


async def test_replies_that_were_lost_in_several_threads_and_a_page_of_them(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 300, 200, 100)
    async with reader.intake.database.write() as session:
        anna = (await operators.ensure(session, "Анна", Role.OPERATOR, now=noon)).operator
        lost = (
            "INSERT INTO replies (region_id, incident_id, month, message_id, operator_id, text, state, written_at, lease_until)"
            " SELECT region_id, id, month, message_id, :anna, '', 'sending', :now, '2000-01-01' FROM incidents"
            " ORDER BY id"
        )
        await session.execute(text(lost), {"now": noon, "anna": anna.id})
    intake = reader.intake
    publishing = Publishing(intake.database, intake.region_id, lambda network: NotImplemented, lambda: noon)
    both = reader.read(comment(13, "Ждём!", noon, by="1", under=300), comment(11, "Ждём!", noon, by="3"))

    await meet(reader, "SELECT post_id FROM threads WHERE post_id = '200' FOR UPDATE", claim_replies(publishing, limit=5), both)

    assert {row.state for row in await reader.rows("SELECT state FROM replies")} == {"unknown"}


async def test_a_page_of_several_threads_and_its_source_that_is_put_aside(reader: Reader, noon: datetime) -> None:
    await ask(reader, noon, 300, 100, 200)
    more = [comment(10 + one, "Ждём!", noon + HOUR, by=str(one), under=thread) for one, thread in ((1, 300), (2, 100), (3, 200))]

    async def follow() -> None:
        async with reader.intake.database.write() as session:
            await counters.follow_pause(session, reader.intake.region_id, reader.source.id, PauseReason.BY_OPERATOR, now=noon)

    gate = "SELECT post_id FROM threads WHERE post_id = '200' FOR UPDATE"
    await meet(reader, gate, reader.read(*more, at=noon + HOUR), follow())

    assert [row.repeats for row in await reader.rows("SELECT repeats FROM turns ORDER BY incident_id")] == [1, 1, 1]
