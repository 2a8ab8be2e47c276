"""Replays of what people did with incidents, of one page of several, and beside polling that goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import ClockStart
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.domain.operator import Operator, Role
from app.domain.ready_policies import READY
from app.domain.russian_days import OfficeHours
from app.domain.source import SourceId
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage.access import operators
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.replay import differences
from app.storage.replay.differences import Difference
from app.storage.replay.evidence import Window
from app.storage.replay.schemas import replay_schema, schema_of
from app.usecases.assign_incident import Handover, assign_incident
from app.usecases.change_policy import change_policy, of_ready
from app.usecases.close_incident import close_incident
from app.usecases.correct_verdict import correct_verdict
from app.usecases.link_answer import link_answer, unlink_answer
from app.usecases.merge_incident import merge_incident
from app.usecases.reject_incident import reject_incident
from app.usecases.rejudge_incidents import rejudge_incidents
from app.usecases.reopen_incident import reopen_incident
from app.usecases.replay import STATUS_AFTER, Replay, replay
from app.usecases.take_incident import take_incident
from app.usecases.undo_step import undo_step
from app.usecases.write_reply import write_reply
from connectors.sdk.emulation.town import TownMessage
from tests.end_to_end.hamlet import BORIS, CLINIC, DONE, HALL, Village, comment, post, watched_hamlet

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THREADS = 6
Act = Callable[[AsyncSession, RegionId, IncidentId, datetime], Awaitable[object]]


def asked(noon: datetime) -> list[TownMessage]:
    """Six posts of the town hall, each with a complaint of Anna's, and one of the clinic with one of Boris'."""
    posts = [post("news" if number == 0 else f"post {number}", noon + number * MINUTE) for number in range(THREADS)]
    keys = [one.key for one in posts]
    asks = [comment(f"ask {key}", noon + (20 + number) * MINUTE, f"Жалоба {number}!", post_key=key) for number, key in enumerate(keys)]
    clinic = post("clinic", noon, page_id=CLINIC)
    ill = comment("ask clinic", noon + 20 * MINUTE, "Запишите!", page_id=CLINIC, post_key="clinic", author_id=BORIS)
    return [*posts, *asks, clinic, ill]


QUESTIONS = ["ask news", *(f"ask post {number}" for number in range(1, THREADS)), "ask clinic", "again"]


@dataclass(frozen=True, slots=True)
class Office:
    """The hamlet with people at work in it."""

    village: Village
    database: Database
    noon: datetime
    anna: Operator
    chief: Operator

    @property
    def region_id(self) -> RegionId:
        return self.village.watch.polling.intake.region_id

    async def incident(self, question: str) -> IncidentId:
        """The incident that a question opened."""
        query = "SELECT i.id FROM incidents i JOIN messages m ON m.id = i.message_id WHERE m.text = :text"

        (row,) = await self.village.watch.rows(query, text=question)
        return IncidentId(row.id)

    async def answers(self) -> list[MessageId]:
        """The page's own comments, in the order in which they were collected."""
        rows = await self.village.watch.rows("SELECT id FROM messages WHERE official AND comment_id <> '' ORDER BY post_id, id")
        return [MessageId(row.id) for row in rows]

    async def act(self, question: str, step: Act) -> None:
        """One step of an operator's, a minute after whatever was before."""
        incident_id = await self.incident(question)
        self.village.hands.now += MINUTE
        async with self.database.write() as session:
            await step(session, self.region_id, incident_id, self.village.hands.now)

    async def change_terms(self) -> None:
        """Eight hours from the hand-over for what is open by now."""
        now = self.village.hands.now
        terms = replace(of_ready(READY["eight_hours"], OfficeHours(), "Europe/Moscow"), clock_start=ClockStart.HANDED_OVER)
        async with self.database.write() as session:
            await change_policy(session, self.region_id, terms, made_by=self.chief.id, now=now)
        assert await rejudge_incidents(self.database, self.region_id, now=now) > 0

    async def replayed(self, *, start: datetime, end: datetime, source_id: SourceId | None = None) -> list[Difference]:
        """What a replay of the window makes otherwise."""
        polling = self.village.watch.polling
        window = Window(self.region_id, start, end, source_id)
        async with replay_schema(self.database, keep=False) as (name, made):
            await replay(Replay(self.database, made, polling.intake.classifier, window, polling.connector_for, lambda done: None))
            async with self.database.read() as session:
                own = await schema_of(session)
            async with made.write() as session:
                return [one async for one in differences.found(session, window, own=own, made=name)]

    async def statuses(self) -> Sequence[str]:
        rows = await self.village.watch.rows("SELECT status FROM incidents WHERE source_id = :source ORDER BY id", source=1)
        return [row.status for row in rows]

    async def steps_taken(self) -> set[str]:
        rows = await self.village.watch.rows("SELECT DISTINCT type FROM incident_events WHERE actor_id IS NOT NULL")
        return {row.type for row in rows}

    async def run(self, statement: str, **parameters: Any) -> None:
        async with self.database.write() as session:
            await session.execute(text(statement), parameters)


@asynccontextmanager
async def opened_office(database: Database, noon: datetime) -> AsyncIterator[Office]:
    async with watched_hamlet(database, noon, asked(noon), QUESTIONS) as village:
        async with database.write() as session:
            anna = (await operators.ensure(session, "Анна", Role.OPERATOR, now=noon)).operator
            chief = (await operators.ensure(session, "Начальник", Role.COORDINATOR, now=noon)).operator
        await village.go_on(HOUR)
        yield Office(village, database, noon, anna, chief)


async def work_on(office: Office) -> None:
    """Every step that a replay repeats, with readings and answers in between."""
    anna, chief, village = office.anna, office.chief, office.village
    await office.act("Жалоба 0!", lambda s, r, i, t: take_incident(s, r, i, anna, version=None, now=t))
    await office.act("Жалоба 1!", lambda s, r, i, t: assign_incident(s, r, i, chief, Handover(anna.id, None), version=None, now=t))
    await office.act("Жалоба 1!", lambda s, r, i, t: reject_incident(s, r, i, chief, reason="не туда", version=None, now=t))
    await office.act("Жалоба 1!", lambda s, r, i, t: undo_step(s, r, i, chief, version=None, now=t))
    await office.act("Жалоба 2!", lambda s, r, i, t: reject_incident(s, r, i, chief, reason="спам", version=None, now=t))
    await office.act("Запишите!", lambda s, r, i, t: write_reply(s, r, i, anna, "Записали на среду.", version=None, now=t))
    word = Word(Kind.QUESTION, None, urgent=True)
    await office.act("Жалоба 1!", lambda s, r, i, t: correct_verdict(s, r, i, anna, word, version=None, now=t))
    await village.go_on(10 * MINUTE)
    await office.change_terms()
    await office.act("Жалоба 2!", lambda s, r, i, t: reopen_incident(s, r, i, chief, reason="ошибка", version=None, now=t))
    await office.act("Жалоба 3!", lambda s, r, i, t: close_incident(s, r, i, chief, reason=None, version=None, now=t))
    parent = await office.incident("Жалоба 0!")
    await office.act("Жалоба 5!", lambda s, r, i, t: merge_incident(s, r, i, chief, parent, version=None, now=t))
    now = village.hands.now
    village.emulator.add(comment("done", now + MINUTE, DONE, post_key="post 4", author_id=-HALL, reply_to_key="ask post 4"))
    village.emulator.add(comment("again", now + 2 * MINUTE, "Снова холодно!", post_key="post 3"))
    village.emulator.add(comment("done to nobody", now + MINUTE, DONE, author_id=-HALL))
    await village.go_on(40 * MINUTE)
    to_nobody, to_anna = await office.answers()
    await office.act("Жалоба 0!", lambda s, r, i, t: link_answer(s, r, i, anna, to_nobody, version=None, now=t))
    await office.act("Жалоба 4!", lambda s, r, i, t: unlink_answer(s, r, i, anna, to_anna, version=None, now=t))
    await office.act("Жалоба 4!", lambda s, r, i, t: close_incident(s, r, i, chief, reason=None, version=None, now=t))
    await village.go_on(HOUR)


async def test_what_operators_did_is_repeated_at_its_time_and_every_clock_comes_out_the_same(database: Database, noon: datetime) -> None:
    async with opened_office(database, noon) as office:
        await work_on(office)
        end = office.village.hands.now + MINUTE

        assert await office.steps_taken() >= set(STATUS_AFTER)
        assert set(await office.statuses()) >= {"in_progress", "assigned", "answered", "closed", "duplicate"}
        assert await office.replayed(start=noon - DAY, end=end) == []
        assert await office.replayed(start=noon + HOUR, end=end) == []

        await office.run("UPDATE incidents SET status = 'new' WHERE status = 'assigned'")
        await office.run(
            "UPDATE turns SET dismissed = true WHERE incident_id = (SELECT min(id) FROM incidents WHERE status = 'in_progress')"
        )
        found = await office.replayed(start=noon - DAY, end=end)

    assert sorted((one.about, one.what, one.stored, one.replayed) for one in found) == [
        ("clock", "dismissed", "true", "false"),
        ("clock", "status", "new", "assigned"),
    ]


async def test_steps_that_were_recorded_out_of_the_order_of_their_numbers_are_all_repeated(database: Database, noon: datetime) -> None:
    async with opened_office(database, noon) as office:
        anna, chief = office.anna, office.chief
        await office.act("Жалоба 0!", lambda s, r, i, t: take_incident(s, r, i, anna, version=None, now=t + 30 * MINUTE))
        await office.act("Жалоба 1!", lambda s, r, i, t: close_incident(s, r, i, chief, reason=None, version=None, now=t))
        office.village.emulator.add(comment("later", noon + 70 * MINUTE, "И ещё", post_key="post 5", author_id=BORIS))
        await office.village.go_on(2 * HOUR)

        assert await office.replayed(start=noon - DAY, end=office.village.hands.now + MINUTE) == []


async def test_a_replay_of_one_page_tells_nothing_of_the_others(database: Database, noon: datetime) -> None:
    async with opened_office(database, noon) as office:
        pages = await office.village.pages()
        end = office.village.hands.now + MINUTE
        await office.run("UPDATE messages SET kind = 'thanks' WHERE kind IS NOT NULL AND asks")

        of_all = await office.replayed(start=noon - DAY, end=end)
        of_hall = await office.replayed(start=noon - DAY, end=end, source_id=pages[HALL].source.id)
        of_clinic = await office.replayed(start=noon - DAY, end=end, source_id=pages[CLINIC].source.id)

    assert (len(of_all), len(of_hall), len(of_clinic)) == (THREADS + 1, THREADS, 1)
    assert {one.about for one in of_all} == {"verdict"}
    assert [one.place.startswith(pages[CLINIC].source.url) for one in of_clinic] == [True]


@pytest.mark.timeout(300)
async def test_a_replay_and_polling_go_on_beside_each_other_and_neither_is_changed(database: Database, noon: datetime) -> None:
    async with opened_office(database, noon) as office:
        village = office.village
        split = village.hands.now + MINUTE
        for number in range(40):
            at = split + (2 + 3 * number) * MINUTE
            village.emulator.add(comment(f"more {number}", at, f"Ещё {number}", post_key=f"post {1 + number % 5}", author_id=BORIS))
        rounds: list[list[Difference]] = []
        polled = asyncio.Event()

        async def poll() -> None:
            try:
                await village.go_on(3 * HOUR, step=2 * MINUTE)
            finally:
                polled.set()

        async def replay_meanwhile() -> None:
            while not polled.is_set() or not rounds:
                rounds.append(await office.replayed(start=noon - DAY, end=split))

        async with asyncio.TaskGroup() as group:
            group.create_task(poll())
            group.create_task(replay_meanwhile())

        assert all(found == [] for found in rounds), rounds
        assert await village.is_all_stored()
        assert (await village.watch.rows("SELECT count(*) AS n FROM messages WHERE text LIKE 'Ещё %'"))[0].n == 40
        assert await office.replayed(start=noon - DAY, end=village.hands.now + MINUTE) == []
