"""One step with many incidents: each by the rules, the version and the log of its own, and none in the way of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as rules
from app.domain.errors import DomainError, InvalidInput, NotFound, StaleVersion
from app.domain.incident import Incident, IncidentId, Step
from app.domain.operator import Act, Operator
from app.domain.undo import Signed, undo
from app.storage import events, incidents
from app.storage.regions import RegionId
from app.usecases.assign_incident import Handover, assign_incident, must_be_possible
from app.usecases.close_incident import close_incident
from app.usecases.reject_incident import reject_incident
from app.usecases.take_incident import take_incident
from app.usecases.undo_step import undo_step

MOST = 200
"""Incidents at a time: all of them are held until the last is done."""


class StepName(StrEnum):
    TAKE = "take"
    ASSIGN = "assign"
    REJECT = "reject"
    CLOSE = "close"
    UNDO = "undo"


NOBODY = Handover()


@dataclass(frozen=True, slots=True)
class Order:
    """The step, and what is said with it."""

    step: StepName
    handover: Handover = NOBODY
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An incident, and the version on which the step was decided."""

    incident_id: IncidentId
    version: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one incident: how it stands after the step, or why the step was not taken."""

    incident_id: IncidentId
    incident: Incident | None
    refused: DomainError | None = None


async def take_steps(
    session: AsyncSession, region_id: RegionId, chosen: Sequence[Chosen], operator: Operator, order: Order, *, now: datetime
) -> list[Result]:
    """A result for each, in the order given. What is wrong with the order itself is raised, and then nothing is done."""
    await _must_make_sense(session, region_id, chosen, operator, order)
    await incidents.of_ids(session, region_id, {one.incident_id for one in chosen}, held=True)
    results = []
    for one in chosen:
        try:
            async with session.begin_nested():
                after = await _take(session, region_id, one, operator, order, now=now)
            results.append(Result(one.incident_id, after))
        except DomainError as error:
            results.append(Result(one.incident_id, None, error))
    return results


async def preview_steps(
    session: AsyncSession, region_id: RegionId, chosen: Sequence[Chosen], operator: Operator, order: Order, *, now: datetime
) -> list[Result]:
    """What `take_steps` would do now, by the same rules; nothing changes."""
    await _must_make_sense(session, region_id, chosen, operator, order)
    return await judge_steps(session, region_id, chosen, operator, order, now=now)


async def judge_steps(
    session: AsyncSession, region_id: RegionId, chosen: Sequence[Chosen], operator: Operator, order: Order, *, now: datetime
) -> list[Result]:
    """What the step would do with each; who is named and why may still be open."""
    found = await incidents.of_ids(session, region_id, {one.incident_id for one in chosen})
    logs = await events.signed(session, region_id, found) if order.step is StepName.UNDO else {}
    results = []
    for one in chosen:
        try:
            incident = _as_seen(one, found.get(one.incident_id))
            step = _decide(incident, operator, order, logs.get(one.incident_id, ()), now=now)
            results.append(Result(one.incident_id, rules.after(incident, step)))
        except DomainError as error:
            results.append(Result(one.incident_id, None, error))
    return results


async def _must_make_sense(session: AsyncSession, region_id: RegionId, chosen: Sequence[Chosen], operator: Operator, order: Order) -> None:
    operator.must(Act.WORK)
    if not 1 <= len(chosen) <= MOST:
        raise InvalidInput("incidents", f"Choose from one to {MOST} incidents, not {len(chosen)}.")
    if len({one.incident_id for one in chosen}) < len(chosen):
        raise InvalidInput("incidents", "Name every incident once.")
    if order.step is StepName.ASSIGN:
        await must_be_possible(session, region_id, operator, order.handover)
    if order.step is StepName.REJECT and not order.reason:
        raise InvalidInput("reason", "Say why nobody owes an answer.")


async def _take(session: AsyncSession, region_id: RegionId, one: Chosen, operator: Operator, order: Order, *, now: datetime) -> Incident:
    key, version = one.incident_id, one.version
    match order.step:
        case StepName.TAKE:
            return await take_incident(session, region_id, key, operator, version=version, now=now)
        case StepName.ASSIGN:
            return await assign_incident(session, region_id, key, operator, order.handover, version=version, now=now)
        case StepName.REJECT:
            return await reject_incident(session, region_id, key, operator, reason=order.reason or "", version=version, now=now)
        case StepName.CLOSE:
            return await close_incident(session, region_id, key, operator, reason=order.reason, version=version, now=now)
        case StepName.UNDO:
            return await undo_step(session, region_id, key, operator, version=version, now=now)
        case _:
            assert_never(order.step)


def _decide(incident: Incident, operator: Operator, order: Order, log: Sequence[Signed], *, now: datetime) -> Step:
    to = order.handover
    match order.step:
        case StepName.TAKE:
            return rules.take(incident, operator, now=now)
        case StepName.ASSIGN:
            return rules.assign(incident, operator, assignee_id=to.assignee_id, authority_id=to.authority_id, now=now)
        case StepName.REJECT:
            return rules.reject(incident, operator, reason=order.reason or "", now=now)
        case StepName.CLOSE:
            return rules.close(incident, operator, reason=order.reason, now=now)
        case StepName.UNDO:
            return undo(incident, operator, log, now=now)
        case _:
            assert_never(order.step)


def _as_seen(one: Chosen, found: Incident | None) -> Incident:
    if found is None:
        raise NotFound("incident", one.incident_id)
    if found.version != one.version:
        raise StaleVersion("incident", one.incident_id, expected=one.version, found=found.version)
    return found
