"""Names of places that operators taught: with what speaks for each, and what an administrator made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId, Role
from app.domain.place import PlaceKind
from app.domain.place_name import NameState, TaughtName, TaughtNameId
from app.domain.territory import EntryId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class ShownName:
    """A name with where it comes from: how many incidents speak for it, the newest of them, and the role of who said so then."""

    id: TaughtNameId
    name: TaughtName
    state: NameState
    title: str
    within: str | None
    times: int
    incident_id: IncidentId
    role: Role
    taught_at: datetime
    decided_by: str | None
    decided_at: datetime | None


SHOWN = (
    "SELECT n.id, n.name, n.kind, n.entry_id, n.state, trim(concat(e.type, ' ', e.name)) AS title,"
    " nullif(trim(concat(p.type, ' ', p.name)), '') AS within, n.times, n.incident_id, n.role, n.taught_at,"
    " o.name AS decided_by, n.decided_at FROM taught_names n"
    " JOIN gazetteer_entries e ON e.region_id = n.region_id AND e.id = n.entry_id"
    " LEFT JOIN gazetteer_entries p ON p.region_id = e.region_id AND p.id = e.parent_id"
    " LEFT JOIN operators o ON o.id = n.decided_by WHERE n.region_id = :region"
)


def _name(row: Any) -> TaughtName:
    return TaughtName(row.name, None if row.kind is None else PlaceKind(row.kind), EntryId(row.entry_id))


def _shown(row: Any) -> ShownName:
    return ShownName(
        TaughtNameId(row.id),
        _name(row),
        NameState(row.state),
        row.title,
        row.within,
        row.times,
        IncidentId(row.incident_id),
        Role(row.role),
        row.taught_at,
        row.decided_by,
        row.decided_at,
    )


async def used(session: AsyncSession, region_id: RegionId) -> list[TaughtName]:
    """The names by which places are found."""
    rows = await session.execute(
        text("SELECT name, kind, entry_id FROM taught_names WHERE region_id = :region AND state = 'used' ORDER BY id"),
        {"region": region_id},
    )
    return [_name(row) for row in rows]


async def listed(
    session: AsyncSession, region_id: RegionId, *, state: NameState | None, before: TaughtNameId | None, limit: int
) -> Sequence[ShownName]:
    """Names of one state or of all, the newest first."""
    conditions = {"state": "n.state = :state", "before": "n.id < :before"}
    given = {"state": None if state is None else state.value, "before": before}
    used_ones = {name: value for name, value in given.items() if value is not None}
    where = "".join(f" AND {conditions[name]}" for name in used_ones)
    rows = await session.execute(
        text(f"{SHOWN}{where} ORDER BY n.id DESC LIMIT :limit"), {"region": region_id, "limit": limit, **used_ones}
    )
    return [_shown(row) for row in rows]


async def get(session: AsyncSession, region_id: RegionId, name_id: TaughtNameId) -> ShownName:
    """One name; `NotFound` when there is none."""
    row = (await session.execute(text(f"{SHOWN} AND n.id = :id"), {"region": region_id, "id": name_id})).one_or_none()
    if row is None:
        raise NotFound("place name", name_id)
    return _shown(row)


@dataclass(frozen=True, slots=True)
class Heard:
    """How often a name was taught by now, this time included, and its state before."""

    id: TaughtNameId
    times: int
    state: NameState


async def hear(
    session: AsyncSession, region_id: RegionId, name: TaughtName, *, key: str, incident_id: IncidentId, role: Role, now: datetime
) -> Heard:
    """Keeps that an operator called an entry so; the same incident speaks once."""
    row = (
        await session.execute(
            text(
                "INSERT INTO taught_names AS n (region_id, entry_id, name, key, kind, state, times, incident_id, role, taught_at)"
                " VALUES (:region, :entry, :name, :key, CAST(:kind AS text), 'offered', 1, :incident, :role, :now)"
                " ON CONFLICT (region_id, key, entry_id) DO UPDATE SET kind = coalesce(n.kind, excluded.kind), role = excluded.role,"
                " taught_at = excluded.taught_at, incident_id = excluded.incident_id,"
                " times = n.times + CASE WHEN n.incident_id = excluded.incident_id THEN 0 ELSE 1 END RETURNING id, times, state"
            ),
            {
                "region": region_id,
                "entry": name.entry_id,
                "name": name.name,
                "key": key,
                "kind": None if name.kind is None else name.kind.value,
                "incident": incident_id,
                "role": role.value,
                "now": now,
            },
        )
    ).one()
    return Heard(TaughtNameId(row.id), row.times, NameState(row.state))


async def set_state(
    session: AsyncSession, region_id: RegionId, name_id: TaughtNameId, state: NameState, *, by: OperatorId | None, now: datetime
) -> None:
    """Puts a name to use or out of it; `by` is nobody where enough incidents spoke for it."""
    await session.execute(
        text(
            "UPDATE taught_names SET state = :state, decided_by = CAST(:by AS bigint),"
            " decided_at = CASE WHEN CAST(:by AS bigint) IS NULL THEN decided_at ELSE :now END WHERE region_id = :region AND id = :id"
        ),
        {"region": region_id, "id": name_id, "state": state.value, "by": by, "now": now},
    )
