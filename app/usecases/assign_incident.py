"""Hands an incident to an operator, an authority, or both."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput, NotFound
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Act, Operator, OperatorId
from app.storage import authorities
from app.storage.access import operators
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom an incident goes; `None` leaves the one as it is."""

    assignee_id: OperatorId | None = None
    authority_id: AuthorityId | None = None


async def assign_incident(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    handover: Handover,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """Hands a waiting incident over; `InvalidInput` when nobody is named or the one named cannot work on it."""
    await must_be_possible(session, region_id, operator, handover)
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.assign(
            incident, operator, assignee_id=handover.assignee_id, authority_id=handover.authority_id, now=now
        ),
        version=version,
        now=now,
    )


async def must_be_possible(session: AsyncSession, region_id: RegionId, operator: Operator, handover: Handover) -> None:
    """Raises what stands in the way of a handover, whatever is handed over."""
    operator.must(Act.ASSIGN)
    if handover == Handover():
        raise InvalidInput("assignee_id", "Name an operator, an authority, or both.")
    await authorities.must_exist(session, region_id, handover.authority_id)
    await _must_work(session, handover.assignee_id)


async def _must_work(session: AsyncSession, assignee_id: OperatorId | None) -> None:
    if assignee_id is None:
        return
    try:
        found = await operators.get(session, assignee_id)
    except NotFound as error:
        raise InvalidInput("assignee_id", str(error)) from error
    if found.disabled_at is not None or not found.operator.may(Act.WORK):
        raise InvalidInput("assignee_id", f"{found.operator.name} does not work on incidents.")
