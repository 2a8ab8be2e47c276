"""Another policy: open questions are judged by it and their logs tell, whoever comes first; what is over keeps its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.deadline import PolicyId
from app.domain.event import EventType
from app.domain.incident import IncidentStatus
from app.domain.ready_policies import READY
from app.domain.russian_days import OfficeHours
from app.usecases import rejudge_incidents as rejudging
from app.usecases.change_policy import change_policy, of_ready
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.rejudge_incidents import rejudge_incidents
from app.usecases.take_incident import take_incident
from app.usecases.watch_deadlines import watch_deadlines
from tests.usecases.reading import PAGE, Reader, comment
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."
EIGHT_HOURS = of_ready(READY["eight_hours"], OfficeHours(), "Europe/Moscow")
OPENED = "SELECT first_answer_due_at, policy_id, status FROM incidents ORDER BY id"


async def put(desk: Desk, now: datetime, **other: Any) -> PolicyId:
    """Puts eight hours in force, or what else is said."""
    async with desk.database.write() as session:
        return await change_policy(session, desk.region_id, replace(EIGHT_HOURS, **other), made_by=desk.chief.id, now=now)


async def rejudge(desk: Desk, now: datetime) -> int:
    return await rejudge_incidents(desk.database, desk.region_id, now=now)


async def changes(reader: Reader) -> list[tuple[datetime, dict[str, Any]]]:
    rows = await reader.rows("SELECT at, data FROM incident_events WHERE type = :type ORDER BY id", type=EventType.POLICY_CHANGED.value)
    return [(row.at, row.data) for row in rows]


async def differing(desk: Desk, now: datetime) -> list[object]:
    checks = rebuild_statistics(desk.database, desk.region_id, check_only=True, now=now)
    return [one async for checked in checks for one in checked.differences]


async def test_an_open_question_is_due_by_the_new_policy_and_its_log_tells(reader: Reader, desk: Desk, noon: datetime) -> None:
    policy = await put(desk, noon + HOUR)
    before = await differing(desk, noon + HOUR)

    assert await rejudge(desk, noon + 2 * HOUR) == 1
    assert await rejudge(desk, noon + 2 * HOUR) == 0

    (row,) = await reader.rows(OPENED)
    assert (row.first_answer_due_at, row.policy_id) == (noon + 8 * HOUR, policy)
    moved = {
        "was": (noon + 24 * HOUR).isoformat(),
        "due_at": (noon + 8 * HOUR).isoformat(),
        "turn": 1,
        "answer": "first",
        "policy_id": policy,
    }
    assert await changes(reader) == [(noon + HOUR, moved)]
    assert (before, await differing(desk, noon + 3 * HOUR)) == ([], [])
    assert await watch_deadlines(desk.database, desk.region_id, now=noon + 9 * HOUR) == 1


@pytest.mark.parametrize("first", ["page", "step"])
async def test_whoever_touches_an_incident_first_tells_the_same(reader: Reader, desk: Desk, noon: datetime, first: str) -> None:
    policy = await put(desk, noon + HOUR)
    if first == "page":
        await reader.read(comment(2, "И вода холодная!", noon + 2 * HOUR), at=noon + 2 * HOUR)
    else:
        async with desk.database.write() as session:
            await take_incident(session, desk.region_id, desk.incident_id, desk.anna, version=None, now=noon + 2 * HOUR)

    assert await rejudge(desk, noon + 3 * HOUR) == 0
    (row,) = await reader.rows(OPENED)
    assert (row.first_answer_due_at, row.policy_id, len(await changes(reader))) == (noon + 8 * HOUR, policy, 1)
    assert await differing(desk, noon + 3 * HOUR) == []


async def test_what_is_answered_keeps_the_version_that_judged_it_and_a_new_question_does_not(
    reader: Reader, desk: Desk, noon: datetime
) -> None:
    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)
    await put(desk, noon + 2 * HOUR)
    assert await rejudge(desk, noon + 2 * HOUR) == 0

    await reader.read(comment(3, "Опять холодно!", noon + 3 * HOUR), at=noon + 3 * HOUR)

    first, second = (await desk.details()).turns
    assert (first.due_at, second.due_at) == (noon + 24 * HOUR, noon + 11 * HOUR)
    assert (await changes(reader), await differing(desk, noon + 4 * HOUR)) == ([], [])


async def test_a_missed_deadline_stays_missed_and_a_milder_policy_is_heard_before_the_watcher(
    reader: Reader, desk: Desk, noon: datetime
) -> None:
    await put(desk, noon)
    await rejudge(desk, noon)
    await put(desk, noon + 7 * HOUR, threshold=30 * HOUR)
    assert await watch_deadlines(desk.database, desk.region_id, now=noon + 9 * HOUR) == 0, "it is due later, once that is known"
    await rejudge(desk, noon + 9 * HOUR)
    assert await watch_deadlines(desk.database, desk.region_id, now=noon + 31 * HOUR) == 1

    await put(desk, noon + 32 * HOUR, threshold=90 * HOUR)
    assert await rejudge(desk, noon + 33 * HOUR) == 0

    (row,) = await reader.rows(OPENED)
    assert row.first_answer_due_at == noon + 30 * HOUR
    assert await differing(desk, noon + 33 * HOUR) == []


async def test_a_policy_by_which_a_word_is_an_answer_answers_what_is_open(reader: Reader, desk: Desk, noon: datetime) -> None:
    await reader.read(comment(2, "Спасибо, уточним.", noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)
    await put(desk, noon + 2 * HOUR, ack_stops=True)
    await rejudge(desk, noon + 2 * HOUR)

    (row,) = await reader.rows(OPENED)
    assert row.status == IncidentStatus.ANSWERED
    assert await differing(desk, noon + 3 * HOUR) == []


async def test_what_somebody_holds_is_judged_at_the_next_beat(
    reader: Reader, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in (20, 21, 22)), at=noon)
    await put(desk, noon + HOUR)
    monkeypatch.setattr(rejudging, "BATCH", 2)
    async with desk.database.write() as session:
        await session.execute(text("SELECT FROM incidents WHERE id = :id FOR UPDATE"), {"id": desk.incident_id})
        assert await rejudge(desk, noon + HOUR) == 3

    assert await rejudge(desk, noon + HOUR) == 1
    assert await differing(desk, noon + HOUR) == []
