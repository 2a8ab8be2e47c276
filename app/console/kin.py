"""Incidents about the same thing beside one: what it was merged into, what was merged into it, and what is only likely."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.console.access import Console, Visitor
from app.console.outcome import Outcome, outcome_of
from app.console.steps import possible_steps
from app.domain.incident import PARENTS, IncidentId
from app.domain.likeness import Likeness
from app.storage import incident_details, incidents
from app.storage.incident_details import IncidentDetails
from app.usecases.find_alike import find_alike

MOST_MERGED = 200


@dataclass(frozen=True, slots=True)
class Union:
    """A merge that is possible: of `child`, as it stands at `version`, into `parent`."""

    child: IncidentId
    version: int
    parent: IncidentId


@dataclass(frozen=True, slots=True)
class Likely:
    """Another incident that is likely about the same thing; `union` is `None` where nothing can be merged."""

    incident: IncidentDetails
    likeness: Likeness
    union: Union | None


@dataclass(frozen=True, slots=True)
class Part:
    """An incident that was merged into the one that is shown, and how it stands with its own answer."""

    incident: IncidentDetails
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Kin:
    """Everything about the same thing."""

    parts: Sequence[Part]
    likely: Sequence[Likely]


async def kin_of(session: AsyncSession, console: Console, visitor: Visitor, incident: IncidentDetails) -> Kin:
    """What stands around an incident; without the likely ones for one that has been merged or rejected."""
    part_ids = await incidents.merged_into(session, console.region_id, incident.id, limit=MOST_MERGED)
    alike = {one.incident_id: one.likeness for one in await find_alike(session, console.region_id, incident.id, console.classifier)}
    shown = await incident_details.of_ids(session, console.region_id, [*part_ids, *alike])
    times = console.times
    return Kin(
        [Part(one, outcome_of(one, times)) for one in shown if one.id not in alike],
        [Likely(one, alike[one.id], union_of(incident, one, visitor, console)) for one in shown if one.id in alike],
    )


def union_of(one: IncidentDetails, other: IncidentDetails, visitor: Visitor, console: Console) -> Union | None:
    """The merge that makes one of the two: into the one that is due first, else the earlier, or the other way round where only that

    is possible.
    """
    earlier, later = sorted((one, other), key=_first_due if one.waiting and other.waiting else _first_published)
    for child, parent in ((later, earlier), (earlier, later)):
        if parent.status in PARENTS and "merge" in possible_steps(child, visitor.operator, now=console.times.now):
            return Union(child.id, child.version, parent.id)
    return None


def _first_published(incident: IncidentDetails) -> tuple[datetime, int]:
    return incident.published_at, incident.id


def _first_due(incident: IncidentDetails) -> tuple[datetime, datetime, int]:
    """One without a deadline is due last."""
    return incident.first_answer_due_at or datetime.max.replace(tzinfo=UTC), incident.published_at, incident.id
