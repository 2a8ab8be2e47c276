"""An operator's word on a proposed mass incident: merge the chosen of its incidents, or say that it is not one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput, InvalidTransition
from app.domain.incident import IncidentId
from app.domain.mass import MassId, MassState
from app.domain.operator import Act, Operator
from app.storage import incidents, masses
from app.storage.masses import StoredMass
from app.storage.regions import RegionId
from app.usecases.merge_incident import merge_incident


@dataclass(frozen=True, slots=True)
class Choice:
    """Which incidents of a proposal are one thing, and under which of them the others are put."""

    parent_id: IncidentId
    incident_ids: Sequence[IncidentId]


async def merge_mass(
    session: AsyncSession, region_id: RegionId, mass_id: MassId, operator: Operator, choice: Choice, *, now: datetime
) -> StoredMass:
    """Merges what was chosen, all of it or nothing; what was left out is not proposed with the others again."""
    mass = await _open(session, region_id, mass_id, operator)
    chosen = {*choice.incident_ids, choice.parent_id}
    strangers = chosen - mass.proposal.incident_ids
    if strangers:
        raise InvalidInput("incident_ids", f"The mass {mass_id} does not hold {', '.join(map(str, sorted(strangers)))}.")
    if len(chosen) < 2:
        raise InvalidInput("incident_ids", "Choose at least one incident beside the parent.")
    await incidents.lock_together(session, region_id, chosen)
    for incident_id in sorted(chosen - {choice.parent_id}):
        await merge_incident(session, region_id, incident_id, operator, choice.parent_id, version=None, now=now)
    await masses.decide(session, region_id, mass_id, MassState.MERGED, by=operator.id, now=now, parent_id=choice.parent_id)
    return await masses.get(session, region_id, mass_id)


async def dismiss_mass(
    session: AsyncSession, region_id: RegionId, mass_id: MassId, operator: Operator, *, reason: str | None, now: datetime
) -> StoredMass:
    """Says that the incidents are not one thing: they are not proposed together again, unless as many new ones come."""
    await _open(session, region_id, mass_id, operator)
    await masses.decide(session, region_id, mass_id, MassState.DISMISSED, by=operator.id, now=now, reason=reason)
    return await masses.get(session, region_id, mass_id)


async def _open(session: AsyncSession, region_id: RegionId, mass_id: MassId, operator: Operator) -> StoredMass:
    operator.must(Act.WORK)
    mass = await masses.get(session, region_id, mass_id, held=True)
    if mass.proposal.state is not MassState.OPEN:
        raise InvalidTransition("mass", mass_id, mass.proposal.state.value, "decided on")
    return mass
