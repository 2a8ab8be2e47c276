"""The moments between which the parts of waits lie: those of the questions, and into whose hands their incidents came."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.wait_parts import Custody, hand_overs
from app.storage.regions import RegionId
from app.storage.statistics import COUNTED

HANDED = "(e.type IN ('assigned', 'routed') OR (e.type = 'undone' AND e.data->>'undoes' = 'assigned'))"
"""The events `e` that give an incident to somebody, or take that back."""
GIVEN = "CASE WHEN e.type <> 'undone' THEN CAST(e.data->>'authority_id' AS bigint) END"
"""To which body."""
ASKED = f"FROM turns t JOIN incidents i ON i.region_id = t.region_id AND i.id = t.incident_id WHERE {COUNTED}"
MOMENTS = text(
    "SELECT array_agg(t.incident_id), array_agg(t.started_at), array_agg(t.collected_at),"
    " array_agg(coalesce(t.first_answered_at, t.withdrawn_at, CAST(:now AS timestamptz))), array_agg(t.first_answered_at IS NOT NULL),"
    f" array_agg(i.owner_id), array_agg(i.opened_at) {ASKED}"
)
HAND_OVERS = text(
    f"SELECT array_agg(e.incident_id ORDER BY e.id), array_agg(e.type = 'undone' ORDER BY e.id), array_agg({GIVEN} ORDER BY e.id),"
    f" array_agg(e.at ORDER BY e.id) FROM (SELECT DISTINCT t.region_id, t.incident_id {ASKED}) asked"
    f" JOIN incident_events e ON e.region_id = asked.region_id AND e.incident_id = asked.incident_id WHERE {HANDED}"
)


@dataclass(frozen=True, slots=True)
class HeldWait:
    """One question: when it was put, seen and over (or last observed), and who had it meanwhile."""

    started_at: datetime
    collected_at: datetime
    ended_at: datetime
    answered: bool
    custody: Custody


async def held_waits(session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime, now: datetime) -> list[HeldWait]:
    """The questions put in `since <= t < until` that figures count."""
    period = {"region": region_id, "since": since, "until": until}
    incidents, *moments = (await session.execute(MOMENTS, period | {"now": now})).one()
    if incidents is None:
        return []
    log: dict[int, list[tuple[bool, AuthorityId | None, datetime]]] = defaultdict(list)
    found = (await session.execute(HAND_OVERS, period)).one()
    for incident, *entry in zip(*(column or () for column in found), strict=True):
        log[incident].append((entry[0], entry[1], entry[2]))
    return [
        HeldWait(started, collected, ended, answered, Custody(owner, opened, hand_overs(log.get(incident, ()))))
        for incident, started, collected, ended, answered, owner, opened in zip(incidents, *moments, strict=True)
    ]


async def names_of(session: AsyncSession, region_id: RegionId, ids: Collection[AuthorityId]) -> Mapping[AuthorityId, str]:
    """The names of bodies."""
    rows = await session.execute(
        text("SELECT id, name FROM authorities WHERE region_id = :region AND id = ANY(:ids)"), {"region": region_id, "ids": list(ids)}
    )
    return {AuthorityId(row.id): row.name for row in rows}
