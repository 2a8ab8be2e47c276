"""One step with many incidents: each by the rules, the version and the log of its own, and none in the way of another."""

from collections.abc import Mapping, Sequence
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
from app.storage import events, incidents, regions
from app.storage.regions import RegionId
from app.usecases.apply_step import write_step
from app.usecases.assign_incident import Handover, must_be_possible

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
    held = await incidents.lock_all(session, region_id, {one.incident_id for one in chosen})
    standing = {key: one.incident for key, one in held.items()}
    decided = await _decide_each(session, region_id, chosen, standing, operator, order, now=now)
    taken = [key for key, step in decided.items() if isinstance(step, Step)]
    policies, logs = await regions.policies_of(session, region_id), await events.of_incidents(session, region_id, taken)
    results = []
    for key, step in decided.items():
        if isinstance(step, Step):
            after = await write_step(session, region_id, held[key], logs[key], step, policies=policies, now=now)
            results.append(Result(key, after))
        else:
            results.append(Result(key, None, step))
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
    decided = await _decide_each(session, region_id, chosen, found, operator, order, now=now)
    return [
        Result(key, rules.after(found[key], step)) if isinstance(step, Step) else Result(key, None, step) for key, step in decided.items()
    ]


async def _decide_each(
    session: AsyncSession,
    region_id: RegionId,
    chosen: Sequence[Chosen],
    found: Mapping[IncidentId, Incident],
    operator: Operator,
    order: Order,
    *,
    now: datetime,
) -> dict[IncidentId, Step | DomainError]:
    """The step with each incident, or why it is refused, in the order given."""
    logs = await events.signed(session, region_id, found) if order.step is StepName.UNDO else {}
    decided: dict[IncidentId, Step | DomainError] = {}
    for one in chosen:
        try:
            incident = _as_seen(one, found.get(one.incident_id))
            decided[one.incident_id] = _decide(incident, operator, order, logs.get(one.incident_id, ()), now=now)
        except DomainError as error:
            decided[one.incident_id] = error
    return decided


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
