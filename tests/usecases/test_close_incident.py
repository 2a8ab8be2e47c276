"""Ending the work."""

from datetime import datetime, timedelta

import pytest

from app.domain.errors import InvalidTransition
from app.domain.incident import IncidentStatus
from app.domain.turn import TurnState
from app.usecases.close_incident import close_incident
from tests.usecases.reading import PAGE, Reader, comment
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


async def close(desk: Desk, now: datetime) -> None:
    async with desk.database.write() as session:
        await close_incident(session, desk.region_id, desk.incident_id, desk.anna, reason=None, version=None, now=now)


async def test_closing_does_not_stop_the_clock(desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)

    closed = await desk.details()
    assert (closed.status, closed.waiting, closed.closed_at) == (IncidentStatus.CLOSED, False, noon + HOUR)
    assert closed.turns[0].state(noon + 25 * HOUR) is TurnState.UNANSWERED_OVERDUE


async def test_an_answer_after_the_closing_still_counts(reader: Reader, desk: Desk, noon: datetime) -> None:
    await close(desk, noon + HOUR)

    await reader.read(comment(2, DONE, noon + 2 * HOUR, by=PAGE, reply_to=1), at=noon + 2 * HOUR)

    closed = await desk.details()
    assert (closed.status, closed.closed_at) == (IncidentStatus.CLOSED, noon + HOUR)
    assert closed.time_to_first_answer_seconds == 7200


async def test_what_is_closed_is_not_closed_again(desk: Desk, noon: datetime) -> None:
    await close(desk, noon)
    with pytest.raises(InvalidTransition):
        await close(desk, noon)
