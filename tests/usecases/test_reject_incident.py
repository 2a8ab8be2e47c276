"""Saying that nobody owes an answer."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.incident import IncidentStatus
from app.domain.turn import TurnState
from app.usecases.rebuild_statistics import NOTHING_ASKED, rebuild_statistics
from app.usecases.reject_incident import reject_incident
from app.usecases.watch_deadlines import watch_deadlines
from tests.usecases.reading import Reader, comment
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)


async def reject(desk: Desk, now: datetime) -> None:
    async with desk.database.write() as session:
        await reject_incident(session, desk.region_id, desk.incident_id, desk.anna, reason="Шутка", version=None, now=now)


async def test_a_rejected_question_requires_nothing_and_waits_no_more(desk: Desk, noon: datetime) -> None:
    await reject(desk, noon + HOUR)

    rejected = await desk.details()
    (turn,) = rejected.turns
    assert (rejected.status, rejected.waiting, rejected.closed_at) == (IncidentStatus.REJECTED, False, noon + HOUR)
    assert turn.state(noon + 30 * HOUR) is TurnState.NOT_REQUIRED
    assert await desk.log() == ["opened", "rejected"]


async def test_a_rejected_question_misses_no_deadline(desk: Desk, noon: datetime) -> None:
    await reject(desk, noon + HOUR)
    assert await watch_deadlines(desk.database, desk.region_id, now=noon + 30 * HOUR) == 0


async def test_a_deadline_missed_before_the_rejection_stays_in_the_log(desk: Desk, noon: datetime) -> None:
    await watch_deadlines(desk.database, desk.region_id, now=noon + 25 * HOUR)
    await reject(desk, noon + 26 * HOUR)
    assert await desk.log() == ["opened", "breached", "rejected"]
    assert (await desk.details()).turns[0].breached_at(noon + 26 * HOUR) is None


async def test_a_resident_who_insists_is_heard_again(reader: Reader, desk: Desk, noon: datetime) -> None:
    await reject(desk, noon + HOUR)

    await reader.read(comment(2, "Правда холодно!", noon + 2 * HOUR), at=noon + 2 * HOUR)

    heard = await desk.details()
    assert (heard.status, heard.waiting) == (IncidentStatus.NEW, True)
    assert [turn.dismissed for turn in heard.turns] == [True, False]
    assert heard.first_answer_due_at == noon + 26 * HOUR


async def test_clocks_after_a_rejection_can_be_rebuilt_from_the_log(desk: Desk, noon: datetime) -> None:
    await reject(desk, noon + HOUR)
    checked = [one async for one in rebuild_statistics(desk.database, desk.region_id, check_only=True, now=noon + 30 * HOUR)]
    assert [one.differences for one in checked] == [()]


async def test_an_incident_whose_log_holds_no_question_is_told_of_and_left_as_it_is(desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        columns = (
            "region_id, status, kind, urgent, source_id, month, post_id, message_id, policy_id, monitored_since, published_at, collected_at"
        )
        copied = f"{columns}, opened_at, waiting, queue_at, version"
        await session.execute(text(f"INSERT INTO incidents ({copied}, author_id) SELECT {copied}, 'by hand' FROM incidents"))

    for check_only in (True, False):
        (checked,) = [one async for one in rebuild_statistics(desk.database, desk.region_id, check_only=check_only, now=noon + HOUR)]
        assert (checked.count, [one.fields for one in checked.differences]) == (2, [(NOTHING_ASKED,)])
