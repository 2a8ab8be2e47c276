"""Taking an incident back to work."""

from datetime import datetime, timedelta

import pytest

from app.domain.errors import InvalidTransition
from app.domain.incident import IncidentStatus
from app.usecases.reject_incident import reject_incident
from app.usecases.reopen_incident import reopen_incident
from tests.usecases.reading import PAGE, Reader, comment
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


async def reopen(desk: Desk, now: datetime) -> None:
    async with desk.database.write() as session:
        await reopen_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="Не то", version=None, now=now)


async def test_a_rejection_taken_back_owes_the_answer_by_its_old_deadline_and_the_miss_is_dated_with_it(desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="Шутка", version=None, now=noon + HOUR)

    await reopen(desk, noon + 30 * HOUR)

    back = await desk.details()
    assert (back.status, back.waiting, back.closed_at) == (IncidentStatus.IN_PROGRESS, True, None)
    assert back.is_overdue(noon + 30 * HOUR)
    assert back.turns[0].breached_at(noon + 30 * HOUR) == noon + 24 * HOUR
    assert await desk.log() == ["opened", "rejected", "reopened", "breached"]


async def test_turns_that_only_a_rejection_had_divided_become_one_again(reader: Reader, desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="Шутка", version=None, now=noon)
    await reader.read(comment(2, "Правда холодно!", noon + HOUR), at=noon + HOUR)
    async with desk.database.write() as session:
        await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="Шутка", version=None, now=noon + HOUR)

    await reopen(desk, noon + 2 * HOUR)

    (turn,) = (await desk.details()).turns
    assert (turn.started_at, turn.repeats, turn.dismissed) == (noon, 1, False)


async def test_an_answered_incident_is_returned_without_losing_its_time(reader: Reader, desk: Desk, noon: datetime) -> None:
    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)

    await reopen(desk, noon + 2 * HOUR)

    back = await desk.details()
    assert (back.status, back.first_answered_at) == (IncidentStatus.IN_PROGRESS, noon + HOUR)


async def test_what_is_open_is_not_reopened(desk: Desk, noon: datetime) -> None:
    with pytest.raises(InvalidTransition):
        await reopen(desk, noon)
