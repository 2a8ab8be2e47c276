"""Open incidents that the newest policy has not judged yet, and the clocks that it gives them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import PolicyId
from app.domain.incident import IncidentId, IncidentStatus
from app.storage.clocks import JUDGED, Clocks, assignments, judged
from app.storage.columns import document_of, rows_from
from app.storage.incidents import SELECTED, StoredIncident, stored_of
from app.storage.regions import RegionId

OPEN = "(waiting OR ended_unanswered OR substantive_waits) IS TRUE"
"""What a policy can still judge, as the index `ix_incidents_open` has it: said so that nobody reads that index who asks only what waits."""
MOVED = (("id", "bigint"), ("status", "text"), *JUDGED)
SAVE = text(
    f"UPDATE incidents SET status = t.status, {assignments('t.{}', JUDGED)}, policy_id = :policy,"
    f" version = version + 1 FROM {rows_from('moved', MOVED)} WHERE incidents.region_id = :region AND incidents.id = t.id"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What another policy makes of an incident."""

    status: IncidentStatus
    clocks: Clocks


async def lock_some(session: AsyncSession, region_id: RegionId, judged_by: Collection[PolicyId], *, limit: int) -> list[StoredIncident]:
    """Open incidents that were judged by these policies last, held until the transaction ends; those that somebody holds are left out."""
    rows = await session.execute(
        text(
            f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND policy_id = ANY(CAST(:policies AS bigint[])) AND {OPEN}"
            " LIMIT :limit FOR UPDATE SKIP LOCKED"
        ),
        {"region": region_id, "policies": list(judged_by), "limit": limit},
    )
    return [stored_of(row) for row in rows]


async def save(
    session: AsyncSession, region_id: RegionId, moved: Mapping[IncidentId, Moved], same: Collection[IncidentId], *, judged_by: PolicyId
) -> None:
    """Writes the clocks of those that moved, and of all of them by which policy they are judged now."""
    if moved:
        rows = ((key, one.status.value, *judged(one.clocks).values()) for key, one in moved.items())
        await session.execute(SAVE, {"region": region_id, "policy": judged_by, "moved": document_of(MOVED, rows)})
    await session.execute(
        text("UPDATE incidents SET policy_id = :policy WHERE region_id = :region AND id = ANY(CAST(:ids AS bigint[]))"),
        {"region": region_id, "policy": judged_by, "ids": list(same)},
    )
