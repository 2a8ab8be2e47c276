"""Breaches: every unanswered question that misses its deadline gets one event, dated with the deadline, whatever became of the work."""

from datetime import datetime, timedelta

import pytest

from app.domain.event import EventType
from app.domain.incident import IncidentStatus
from app.domain.turn import TurnState
from app.usecases.close_incident import close_incident
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.reject_incident import reject_incident
from app.usecases.reopen_incident import reopen_incident
from app.usecases.watch_deadlines import watch_deadlines
from tests.usecases.reading import PAGE, Reader, comment, stub
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)
DUE = timedelta(hours=24)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


async def close(desk: Desk, now: datetime) -> None:
    async with desk.database.write() as session:
        await close_incident(session, desk.region_id, desk.incident_id, desk.anna, reason=None, version=None, now=now)


async def watch(desk: Desk, now: datetime) -> int:
    return await watch_deadlines(desk.database, desk.region_id, now=now)


async def breaches(reader: Reader) -> list[datetime]:
    return [row.at for row in await reader.rows("SELECT at FROM incident_events WHERE type = :type", type=EventType.BREACHED.value)]


async def test_a_breach_is_dated_with_the_deadline_and_written_once(reader: Reader, desk: Desk, noon: datetime) -> None:
    assert await watch(desk, noon + DUE) == 0
    assert await watch(desk, noon + DUE + 5 * HOUR) == 1
    assert await watch(desk, noon + DUE + 6 * HOUR) == 0
    assert await breaches(reader) == [noon + DUE]


async def test_a_question_closed_unanswered_misses_its_deadline_and_stays_closed(reader: Reader, desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)

    assert await watch(desk, noon + DUE + HOUR) == 1
    assert await watch(desk, noon + DUE + 2 * HOUR) == 0

    assert await breaches(reader) == [noon + DUE]
    closed = await desk.details()
    assert (closed.status, closed.waiting, closed.closed_at) == (IncidentStatus.CLOSED, False, noon + HOUR)
    assert closed.turns[0].state(noon + DUE + HOUR) is TurnState.UNANSWERED_OVERDUE
    checks = rebuild_statistics(desk.database, desk.region_id, check_only=True, now=noon + 30 * HOUR)
    assert [one async for checked in checks for one in checked.differences] == []


async def test_a_question_answered_in_time_after_its_closing_misses_nothing(reader: Reader, desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)
    await reader.read(comment(2, DONE, noon + 2 * HOUR, by=PAGE, reply_to=1), at=noon + 3 * HOUR)

    assert await watch(desk, noon + DUE + HOUR) == 0


async def test_an_answer_after_the_breach_of_a_closed_question_writes_no_second_one(reader: Reader, desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)
    await watch(desk, noon + DUE + HOUR)

    await reader.read(comment(2, DONE, noon + DUE + 2 * HOUR, by=PAGE, reply_to=1), at=noon + DUE + 3 * HOUR)

    assert await watch(desk, noon + DUE + 4 * HOUR) == 0
    assert await breaches(reader) == [noon + DUE]
    assert (await desk.details()).turns[0].state(noon + DUE + 4 * HOUR) is TurnState.ANSWERED_LATE


@pytest.mark.parametrize("gone_by", ["rejection", "withdrawal"])
async def test_a_question_that_nobody_owes_an_answer_misses_nothing(reader: Reader, desk: Desk, noon: datetime, gone_by: str) -> None:
    if gone_by == "withdrawal":
        await close(desk, noon + HOUR)
        await reader.read(stub(comment(1, "Холодно!", noon)), at=noon + 2 * HOUR)
    else:
        async with desk.database.write() as session:
            await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="спам", version=None, now=noon + HOUR)

    assert await watch(desk, noon + DUE + HOUR) == 0


async def test_a_closed_question_that_is_reopened_misses_its_deadline_once(reader: Reader, desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)
    await watch(desk, noon + DUE + HOUR)
    async with desk.database.write() as session:
        await reopen_incident(session, desk.region_id, desk.incident_id, desk.anna, reason=None, version=None, now=noon + DUE + 2 * HOUR)

    assert await watch(desk, noon + DUE + 3 * HOUR) == 0
    assert await breaches(reader) == [noon + DUE]
