"""The second deadline: what an interim answer promises, at the latest seven working days; watched, moved and met."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.event import EventType
from app.domain.incident import IncidentStatus
from app.storage import metric_samples
from app.usecases.close_incident import close_incident
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.rejudge_incidents import rejudge_incidents
from app.usecases.watch_deadlines import watch_deadlines
from tests.usecases.reading import PAGE, Reader, comment, stub
from tests.usecases.test_rejudge_incidents import put
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PROMISE = "Добрый день! Бригада направлена, отопление восстановим до 16 марта."
VAGUE = "Добрый день! Отремонтируем до зимы, работы запланированы."
DONE = "Добрый день! Отопление восстановлено, аварию устранили."
SEVEN_DAYS = datetime(2026, 3, 20, 21, tzinfo=UTC)
"""The midnight in Moscow after the seventh working day from Wednesday, the 11th of March."""
PROMISED = datetime(2026, 3, 16, 21, tzinfo=UTC)


async def answer(reader: Reader, text: str, at: datetime, number: int = 2) -> None:
    await reader.read(comment(number, text, at, by=PAGE, reply_to=1), at=at)


async def second(reader: Reader) -> tuple[Any, ...]:
    (row,) = await reader.rows("SELECT substantive_due_at, substantive_waits, substantive_breached_at, status, waiting FROM incidents")
    return tuple(row)


async def breaches(reader: Reader) -> list[datetime]:
    kind = EventType.SUBSTANTIVE_BREACHED.value
    return [row.at for row in await reader.rows("SELECT at FROM incident_events WHERE type = :type", type=kind)]


async def differing(desk: Desk, now: datetime) -> list[object]:
    checks = rebuild_statistics(desk.database, desk.region_id, check_only=True, now=now)
    return [one async for checked in checks for one in checked.differences]


@pytest.mark.parametrize(("text", "due"), [(PROMISE, PROMISED), (VAGUE, SEVEN_DAYS)], ids=["promised", "at the latest"])
async def test_an_interim_answer_opens_the_second_deadline_which_is_watched(
    reader: Reader, desk: Desk, noon: datetime, text: str, due: datetime
) -> None:
    await answer(reader, text, noon + HOUR)
    assert await second(reader) == (due, True, None, IncidentStatus.ANSWERED, False)
    assert await watch_deadlines(desk.database, desk.region_id, now=due) == 0
    assert await watch_deadlines(desk.database, desk.region_id, now=due + 5 * HOUR) == 1
    assert await watch_deadlines(desk.database, desk.region_id, now=due + 6 * HOUR) == 0

    assert await breaches(reader) == [due]
    assert (await second(reader))[2] == due
    async with desk.database.read() as session:
        (late,) = await metric_samples.measure_promises(session, desk.region_id, now=due + HOUR)
    assert late.value == 1
    details = await desk.details()
    assert (details.is_overdue(due + HOUR), details.is_substantive_overdue(due + HOUR)) == (False, True)
    assert await differing(desk, due + 6 * HOUR) == []


async def test_a_full_answer_in_time_meets_it_and_one_that_comes_late_is_a_breach_without_the_watcher(
    reader: Reader, desk: Desk, noon: datetime
) -> None:
    await answer(reader, PROMISE, noon + HOUR)
    await answer(reader, DONE, PROMISED + DAY, number=3)

    assert await second(reader) == (PROMISED, False, PROMISED, IncidentStatus.ANSWERED, False)
    assert await breaches(reader) == [PROMISED]
    assert await watch_deadlines(desk.database, desk.region_id, now=PROMISED + 2 * DAY) == 0
    assert await differing(desk, PROMISED + 2 * DAY) == []


async def test_a_full_answer_at_once_opens_none(reader: Reader, desk: Desk, noon: datetime) -> None:
    await answer(reader, DONE, noon + HOUR)

    assert (await second(reader))[:3] == (None, False, None)


async def test_closing_leaves_the_second_deadline_to_be_missed(reader: Reader, desk: Desk, noon: datetime) -> None:
    await answer(reader, PROMISE, noon + HOUR)
    async with desk.database.write() as session:
        await close_incident(session, desk.region_id, desk.incident_id, desk.anna, reason=None, version=None, now=noon + 2 * HOUR)

    assert await watch_deadlines(desk.database, desk.region_id, now=PROMISED + HOUR) == 1
    assert not (await desk.details()).owes_full_answer()
    assert await differing(desk, PROMISED + HOUR) == []


async def test_a_question_that_is_taken_back_before_it_owes_nothing(reader: Reader, desk: Desk, noon: datetime) -> None:
    await answer(reader, PROMISE, noon + HOUR)
    await reader.read(stub(comment(1, "Холодно!", noon)), at=noon + DAY)

    assert await watch_deadlines(desk.database, desk.region_id, now=PROMISED + DAY) == 0
    assert (await second(reader))[0] is None
    assert await differing(desk, PROMISED + DAY) == []


async def test_another_policy_moves_the_second_deadline_and_gives_one_where_there_was_none(
    reader: Reader, desk: Desk, noon: datetime
) -> None:
    await put(desk, noon, substantive_days=None)
    await rejudge_incidents(desk.database, desk.region_id, now=noon)
    await answer(reader, VAGUE, noon + HOUR)
    assert (await second(reader))[:2] == (None, True)

    policy = await put(desk, noon + DAY, substantive_days=3)
    assert await rejudge_incidents(desk.database, desk.region_id, now=noon + DAY) == 1

    due = datetime(2026, 3, 16, 21, tzinfo=UTC)
    assert (await second(reader))[:2] == (due, True)
    rows = await reader.rows("SELECT data FROM incident_events WHERE type = 'policy_changed' ORDER BY id")
    moved = {"turn": 1, "answer": "substantive", "was": None, "due_at": due.isoformat(), "policy_id": policy}
    assert rows[-1].data == moved
    assert await differing(desk, noon + DAY) == []


async def test_a_second_deadline_that_would_have_passed_before_the_policy_is_none(reader: Reader, desk: Desk, noon: datetime) -> None:
    await put(desk, noon, substantive_days=None)
    await rejudge_incidents(desk.database, desk.region_id, now=noon)
    await answer(reader, VAGUE, noon + HOUR)

    await put(desk, noon + 30 * DAY, substantive_days=7)

    assert await rejudge_incidents(desk.database, desk.region_id, now=noon + 30 * DAY) == 0
    assert (await second(reader))[:2] == (None, True)
