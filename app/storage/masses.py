"""Proposals of mass incidents: what stands open, what was decided, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.domain.mass import MassId, MassState, Proposal, Settled
from app.domain.operator import OperatorId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class StoredMass:
    """A proposal as it is kept; `parent_id` is what its incidents were merged into."""

    proposal: Proposal
    proposed_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    parent_id: IncidentId | None


SELECTED = (
    "SELECT m.id, m.state, m.incident_ids, m.proposed_at, m.changed_at, m.decided_at, o.name AS decided_by, m.reason, m.parent_id"
    " FROM masses m LEFT JOIN operators o ON o.id = m.decided_by WHERE m.region_id = :region"
)


def _stored(row: Any) -> StoredMass:
    proposal = Proposal(MassId(row.id), MassState(row.state), frozenset(map(IncidentId, row.incident_ids)))
    parent_id = None if row.parent_id is None else IncidentId(row.parent_id)
    return StoredMass(proposal, row.proposed_at, row.changed_at, row.decided_at, row.decided_by, row.reason, parent_id)


async def recent(session: AsyncSession, region_id: RegionId, *, since: datetime) -> list[Proposal]:
    """What stands open and what was decided since a moment, held until the transaction ends."""
    rows = await session.execute(
        text(f"{SELECTED} AND (m.state = 'open' OR m.decided_at >= :since) ORDER BY m.id FOR UPDATE OF m"),
        {"region": region_id, "since": since},
    )
    return [_stored(row).proposal for row in rows]


async def settle(session: AsyncSession, region_id: RegionId, settled: Settled, *, now: datetime) -> list[MassId]:
    """Writes what a look found; the numbers of the new proposals, in their order."""
    for mass_id, group in settled.kept.items():
        await session.execute(
            text(
                "UPDATE masses SET incident_ids = CAST(:ids AS bigint[]), changed_at = :now WHERE region_id = :region AND id = :id"
                " AND incident_ids <> CAST(:ids AS bigint[])"
            ),
            {"region": region_id, "id": mass_id, "ids": sorted(group), "now": now},
        )
    await session.execute(
        text("UPDATE masses SET state = 'over', decided_at = :now WHERE region_id = :region AND id = ANY(:ids)"),
        {"region": region_id, "ids": settled.over, "now": now},
    )
    new = []
    for group in settled.new:
        added = await session.scalar(
            text(
                "INSERT INTO masses (region_id, state, incident_ids, proposed_at, changed_at)"
                " VALUES (:region, 'open', :ids, :now, :now) RETURNING id"
            ),
            {"region": region_id, "ids": sorted(group), "now": now},
        )
        new.append(MassId(int(str(added))))
    return new


async def listed(
    session: AsyncSession, region_id: RegionId, *, state: MassState | None, before: int | None, limit: int
) -> Sequence[StoredMass]:
    """Proposals, the newest first."""
    rows = await session.execute(
        text(
            f"{SELECTED} AND (CAST(:state AS text) IS NULL OR m.state = :state) AND (CAST(:before AS bigint) IS NULL OR m.id < :before)"
            " ORDER BY m.id DESC LIMIT :limit"
        ),
        {"region": region_id, "state": state, "before": before, "limit": limit},
    )
    return [_stored(row) for row in rows]


async def get(session: AsyncSession, region_id: RegionId, mass_id: MassId, *, held: bool = False) -> StoredMass:
    """One proposal, on demand held until the transaction ends; `NotFound` when there is none."""
    locking = " FOR UPDATE OF m" if held else ""
    row = (await session.execute(text(f"{SELECTED} AND m.id = :id{locking}"), {"region": region_id, "id": mass_id})).one_or_none()
    if row is None:
        raise NotFound("mass", mass_id)
    return _stored(row)


async def decide(
    session: AsyncSession,
    region_id: RegionId,
    mass_id: MassId,
    state: MassState,
    *,
    by: OperatorId,
    now: datetime,
    parent_id: IncidentId | None = None,
    reason: str | None = None,
) -> None:
    """Writes what an operator said to a proposal."""
    await session.execute(
        text(
            "UPDATE masses SET state = :state, decided_at = :now, decided_by = :by, parent_id = :parent, reason = :reason"
            " WHERE region_id = :region AND id = :id"
        ),
        {"region": region_id, "id": mass_id, "state": state.value, "now": now, "by": by, "parent": parent_id, "reason": reason},
    )


async def count_open(session: AsyncSession, region_id: RegionId) -> int:
    """How many proposals wait for an operator's word."""
    found = await session.scalar(text("SELECT count(*) FROM masses WHERE region_id = :region AND state = 'open'"), {"region": region_id})
    return int(found or 0)
