"""The moments between which the parts of waits lie: those of the questions, and into whose hands their incidents came."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    "SELECT array_agg(incident_id), array_agg(is_undone), array_agg(given), array_agg(at)"
    f" FROM (SELECT e.incident_id, e.type = 'undone' AS is_undone, {GIVEN} AS given, e.at"
    f" FROM (SELECT DISTINCT t.region_id, t.incident_id {ASKED}) asked"
    f" JOIN incident_events e ON e.region_id = asked.region_id AND e.incident_id = asked.incident_id WHERE {HANDED} ORDER BY e.id) log"
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
    found = (await session.execute(HAND_OVERS, period)).one()
    return await asyncio.to_thread(_put_together, incidents, moments, [column or () for column in found])


def _put_together(incidents: Sequence[int], moments: Sequence[Sequence[Any]], handed: Sequence[Sequence[Any]]) -> list[HeldWait]:
    log: dict[int, list[tuple[bool, AuthorityId | None, datetime]]] = defaultdict(list)
    for incident, is_undone, given, at in zip(*handed, strict=True):
        log[incident].append((is_undone, given, at))
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
