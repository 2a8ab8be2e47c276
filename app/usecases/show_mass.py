"""A proposed mass incident with all that a person needs to decide on it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import PARENTS, IncidentId
from app.domain.likeness import Likeness, Reason, Telling, compare
from app.storage import incident_details, tellings
from app.storage.answers import SaidAnswer, newest_said
from app.storage.incident_details import IncidentDetails
from app.storage.masses import StoredMass
from app.storage.regions import RegionId

NEARLY = 0.9
"""The main one may be so much less like the others than the likest is, if it came earlier."""


@dataclass(frozen=True, slots=True)
class ShownMass:
    """A proposal: its incidents, the earliest first; which of them the others would be put under; how alike each is to that one;

    what speaks for it, with the number of incidents of which it holds; and what officials said to one of them already.
    """

    mass: StoredMass
    incidents: Sequence[IncidentDetails]
    parent_id: IncidentId | None
    likeness: Mapping[IncidentId, Likeness]
    reasons: Mapping[Reason, int]
    said: SaidAnswer | None

    @property
    def topic(self) -> str | None:
        """What most of them are about."""
        topics = Counter(one.topic for one in self.incidents if one.topic is not None)
        return topics.most_common(1)[0][0] if topics else None

    @property
    def territory(self) -> str | None:
        """Where most of them are counted."""
        names = Counter(one.territory.name for one in self.incidents if one.territory is not None)
        return names.most_common(1)[0][0] if names else None


async def show_mass(session: AsyncSession, region_id: RegionId, mass: StoredMass) -> ShownMass:
    """The proposal as it stands now."""
    ids = mass.proposal.incident_ids
    found = sorted(await incident_details.of_ids(session, region_id, sorted(ids)), key=lambda one: (one.published_at, one.id))
    told = await tellings.of_ids(session, region_id, ids)
    parent_id = mass.parent_id or _parent_of(found, told)
    main = None if parent_id is None else told.get(parent_id)
    likeness = {} if main is None else {key: compare(main, one) for key, one in told.items() if key != parent_id}
    reasons = Counter(reason for one in likeness.values() for reason in one.reasons())
    said = await newest_said(session, region_id, sorted(ids))
    return ShownMass(mass, found, parent_id, likeness, reasons, said)


def _parent_of(found: Sequence[IncidentDetails], told: Mapping[IncidentId, Telling]) -> IncidentId | None:
    """The one with the most under it; or else the earliest of those that are most like all others, not one on the fringe."""
    fit = [one for one in found if one.status in PARENTS and one.id in told]
    if not fit:
        return None
    most = max(fit, key=lambda one: 0 if one.merged is None else one.merged.count)
    if most.merged is not None:
        return most.id
    likeness = {one.id: sum(compare(told[one.id], other).score for key, other in told.items() if key != one.id) for one in fit}
    return next(one.id for one in fit if likeness[one.id] >= NEARLY * max(likeness.values()))
