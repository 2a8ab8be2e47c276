"""Taking an incident."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.domain.errors import InvalidTransition, NotFound, NotPermitted, StaleVersion
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.operator import Operator, OperatorId, Role
from app.usecases.take_incident import take_incident
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)


async def take(desk: Desk, operator: Operator, now: datetime, *, version: int | None = 1) -> None:
    async with desk.database.write() as session:
        await take_incident(session, desk.region_id, desk.incident_id, operator, version=version, now=now)


async def test_who_takes_an_incident_has_it_in_hand(desk: Desk, noon: datetime) -> None:
    await take(desk, desk.anna, noon + HOUR)

    taken = await desk.details()
    assert taken.status is IncidentStatus.IN_PROGRESS
    assert taken.assignee is not None
    assert taken.assignee.name == "Анна"
    assert (taken.assigned_at, taken.version, taken.waiting) == (noon + HOUR, 2, True)
    assert await desk.log() == ["opened", "taken"]


async def test_the_second_operator_is_told_that_someone_was_faster(desk: Desk, noon: datetime) -> None:
    await take(desk, desk.anna, noon)

    with pytest.raises(StaleVersion) as refusal:
        await take(desk, desk.boris, noon)

    assert (refusal.value.expected, refusal.value.found) == (1, 2)


async def test_of_two_at_once_one_has_it(desk: Desk, noon: datetime) -> None:
    both = [take(desk, operator, noon) for operator in (desk.anna, desk.boris)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StaleVersion"]
    assert await desk.log() == ["opened", "taken"]


async def test_an_incident_in_work_is_not_taken_away(desk: Desk, noon: datetime) -> None:
    await take(desk, desk.anna, noon)
    with pytest.raises(InvalidTransition):
        await take(desk, desk.boris, noon, version=None)


async def test_a_viewer_takes_nothing(desk: Desk, noon: datetime) -> None:
    with pytest.raises(NotPermitted):
        await take(desk, Operator(OperatorId(1), "viewer", Role.VIEWER), noon)
    assert await desk.log() == ["opened"]


async def test_an_incident_that_is_not_there_cannot_be_taken(desk: Desk, noon: datetime) -> None:
    with pytest.raises(NotFound):
        async with desk.database.write() as session:
            await take_incident(session, desk.region_id, IncidentId(99), desk.anna, version=1, now=noon)
