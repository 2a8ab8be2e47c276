"""Handing an incident over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput, NotPermitted
from app.domain.incident import IncidentStatus
from app.domain.operator import Operator, OperatorId
from app.storage import authorities
from app.usecases.assign_incident import Handover, assign_incident
from tests.usecases.work import Desk

HOUR = timedelta(hours=1)


async def assign(desk: Desk, operator: Operator, handover: Handover, now: datetime) -> None:
    async with desk.database.write() as session:
        await assign_incident(session, desk.region_id, desk.incident_id, operator, handover, version=None, now=now)


async def test_a_body_and_an_operator_are_given_one_after_the_other_and_the_clock_goes_on(desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        body = await authorities.add(session, desk.region_id, "Теплосеть")

    await assign(desk, desk.chief, Handover(authority_id=body), noon + HOUR)
    await assign(desk, desk.chief, Handover(assignee_id=desk.anna.id), noon + 2 * HOUR)

    handed = await desk.details()
    assert handed.status is IncidentStatus.ASSIGNED
    assert handed.authority is not None
    assert handed.assignee is not None
    assert (handed.authority.name, handed.assignee.name) == ("Теплосеть", "Анна")
    assert (handed.assigned_at, handed.first_answer_due_at) == (noon + 2 * HOUR, noon + 24 * HOUR)
    assert await desk.log() == ["opened", "assigned", "assigned"]


async def test_an_operator_hands_nothing_to_others(desk: Desk, noon: datetime) -> None:
    with pytest.raises(NotPermitted):
        await assign(desk, desk.anna, Handover(assignee_id=desk.boris.id), noon)


@pytest.mark.parametrize(
    ("handover", "field"),
    [
        (Handover(), "assignee_id"),
        (Handover(assignee_id=OperatorId(99)), "assignee_id"),
        (Handover(authority_id=AuthorityId(99)), "authority_id"),
    ],
)
async def test_nobody_is_no_one_to_hand_to(desk: Desk, noon: datetime, handover: Handover, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await assign(desk, desk.chief, handover, noon)
    assert refusal.value.field == field


async def test_a_disabled_operator_gets_no_work(desk: Desk, noon: datetime) -> None:
    async with desk.database.write() as session:
        await session.execute(text("UPDATE operators SET disabled_at = now() WHERE id = :id"), {"id": desk.anna.id})
    with pytest.raises(InvalidInput):
        await assign(desk, desk.chief, Handover(assignee_id=desk.anna.id), noon)
