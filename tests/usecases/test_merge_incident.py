"""Merging: only the queue changes, every resident goes on waiting for an answer that they can see."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from app.domain.errors import DomainError, InvalidInput, InvalidTransition, NotFound, NotPermitted, StaleVersion
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.operator import Operator, OperatorId, Role
from app.domain.turn import TurnState
from app.storage import events, incident_details
from app.storage.incident_details import IncidentDetails
from app.usecases.merge_incident import merge_incident
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.reopen_incident import reopen_incident
from app.usecases.watch_deadlines import watch_deadlines
from tests.usecases.reading import PAGE, Reader, comment
from tests.usecases.work import Desk, open_desk

HOUR = timedelta(hours=1)
DONE = "Батареи отремонтировали, тепло подано."
FIRST, SECOND, THIRD = IncidentId(1), IncidentId(2), IncidentId(3)


@pytest.fixture
async def three(reader: Reader, noon: datetime) -> Desk:
    """Three residents under three posts complain of one thing, an hour apart."""
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    desk = await open_desk(reader, noon)
    for number in (2, 3):
        at = noon + (number - 1) * HOUR
        await reader.read(comment(number, "И у нас холодно!", at, by=str(number), under=100 * number), at=at)
    return desk


async def merge(desk: Desk, child: IncidentId, parent: IncidentId, at: datetime, *, version: int | None = None) -> None:
    async with desk.database.write() as session:
        await merge_incident(session, desk.region_id, child, desk.anna, parent, version=version, now=at)


async def shown(desk: Desk, *ids: IncidentId) -> Sequence[IncidentDetails]:
    async with desk.database.read() as session:
        return await incident_details.of_ids(session, desk.region_id, ids)


async def log(desk: Desk, incident_id: IncidentId) -> list[tuple[str, object]]:
    async with desk.database.read() as session:
        found = await events.of_incidents(session, desk.region_id, [incident_id])
    return [(event.type.value, dict(event.data)) for event in found[incident_id][1:]]


async def test_a_merged_incident_leaves_the_queue_and_its_parent_tells_of_it(three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)

    parent, child = await shown(three, FIRST, SECOND)
    assert (child.status, child.waiting, child.parent_id) == (IncidentStatus.DUPLICATE, False, FIRST)
    assert parent.merged is not None
    assert (parent.merged.count, parent.merged.unanswered, parent.merged.next_due_at) == (1, 1, noon + 25 * HOUR)
    assert (parent.status, parent.waiting, parent.version) == (IncidentStatus.NEW, True, 2)
    assert await log(three, SECOND) == [("merged", {"parent_id": 1})]
    assert await log(three, FIRST) == [("joined", {"incident_ids": [2]})]


async def test_each_resident_keeps_a_clock_and_an_answer_counts_only_where_its_author_sees_it(
    reader: Reader, three: Desk, noon: datetime
) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)
    answered = noon + 3 * HOUR

    await reader.read(comment(10, DONE, answered, by=PAGE, reply_to=1), at=answered)

    parent, child = await shown(three, FIRST, SECOND)
    assert parent.time_to_first_answer_seconds == 3 * 3600
    assert (child.time_to_first_answer_seconds, child.turns[0].state(answered)) == (None, TurnState.OPEN)
    assert parent.merged is not None
    assert parent.merged.unanswered == 1

    late = noon + 5 * HOUR
    await reader.read(comment(11, DONE, late, by=PAGE, under=200, reply_to=2), at=late)

    parent, child = await shown(three, FIRST, SECOND)
    assert (child.status, child.time_to_first_answer_seconds) == (IncidentStatus.DUPLICATE, 4 * 3600)
    assert parent.merged is not None
    assert parent.merged.unanswered == 0


async def test_a_merged_question_that_nobody_answers_misses_its_deadline_all_the_same(three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)

    await watch_deadlines(three.database, three.region_id, now=noon + 30 * HOUR)

    assert ("breached", {"turn": 1}) in await log(three, SECOND)
    (child,) = await shown(three, SECOND)
    assert child.turns[0].state(noon + 30 * HOUR) is TurnState.UNANSWERED_OVERDUE


async def test_reopening_takes_it_out_again(three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)
    async with three.database.write() as session:
        await reopen_incident(session, three.region_id, SECOND, three.anna, reason="Другой дом", version=2, now=noon + 3 * HOUR)

    parent, child = await shown(three, FIRST, SECOND)
    assert (child.status, child.waiting, child.parent_id) == (IncidentStatus.IN_PROGRESS, True, None)
    assert (parent.merged, parent.version) == (None, 3)
    assert await log(three, SECOND) == [("merged", {"parent_id": 1}), ("reopened", {"reason": "Другой дом"})]
    assert await log(three, FIRST) == [("joined", {"incident_ids": [2]}), ("parted", {"incident_id": 2})]


async def test_a_resident_who_asks_anew_stands_alone_again(reader: Reader, three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)
    await reader.read(comment(11, DONE, noon + 3 * HOUR, by=PAGE, under=200, reply_to=2), at=noon + 3 * HOUR)
    await reader.read(comment(12, "Опять холодно!", noon + 9 * HOUR, by="2", under=200), at=noon + 9 * HOUR)

    parent, child = await shown(three, FIRST, SECOND)
    assert (child.status, child.waiting, child.parent_id) == (IncidentStatus.NEW, True, None)
    assert parent.merged is None
    assert (await log(three, FIRST))[-1] == ("parted", {"incident_id": 2})


async def test_what_had_been_merged_goes_along(three: Desk, noon: datetime) -> None:
    await merge(three, THIRD, SECOND, noon + 2 * HOUR)
    await merge(three, SECOND, FIRST, noon + 3 * HOUR)

    parent, second, third = await shown(three, FIRST, SECOND, THIRD)
    assert parent.merged is not None
    assert parent.merged.count == 2
    assert (second.parent_id, third.parent_id, second.merged) == (FIRST, FIRST, None)
    assert (await log(three, THIRD))[-1] == ("merged", {"parent_id": 1})
    assert (await log(three, FIRST))[-1] == ("joined", {"incident_ids": [2, 3]})


async def test_a_merge_that_makes_no_sense_is_refused(three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)
    refused: list[tuple[IncidentId, IncidentId, type[DomainError]]] = [
        (FIRST, FIRST, InvalidInput),
        (FIRST, IncidentId(99), InvalidInput),
        (IncidentId(99), FIRST, NotFound),
        (THIRD, SECOND, InvalidTransition),
        (SECOND, THIRD, InvalidTransition),
    ]
    for child, parent, error in refused:
        with pytest.raises(error):
            await merge(three, child, parent, noon + 3 * HOUR)
    with pytest.raises(StaleVersion):
        await merge(three, THIRD, FIRST, noon + 3 * HOUR, version=7)
    viewer = Operator(OperatorId(9), "Глеб", Role.VIEWER)
    async with three.database.write() as session:
        with pytest.raises(NotPermitted):
            await merge_incident(session, three.region_id, THIRD, viewer, FIRST, version=None, now=noon)


async def test_of_two_merged_into_each_other_at_once_one_stays(three: Desk, noon: datetime) -> None:
    outcomes = await asyncio.gather(
        merge(three, FIRST, SECOND, noon + 2 * HOUR), merge(three, SECOND, FIRST, noon + 2 * HOUR), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["InvalidTransition", "NoneType"]
    assert sorted(one.status for one in await shown(three, FIRST, SECOND)) == ["duplicate", "new"]


async def test_clocks_after_a_merge_can_be_rebuilt_from_the_log(three: Desk, noon: datetime) -> None:
    await merge(three, SECOND, FIRST, noon + 2 * HOUR)
    checked = [one async for one in rebuild_statistics(three.database, three.region_id, check_only=True, now=noon + 3 * HOUR)]
    assert [one.differences for one in checked] == [()]
