"""The append-only log of incidents."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.domain.undo import Signed
from app.storage.columns import document_of, rows_from
from app.storage.regions import RegionId

COLUMNS = (("incident_id", "bigint"), ("type", "text"), ("at", "timestamptz"), ("data", "jsonb"))
LOGGED = rows_from("events", COLUMNS)


def append_from(rows: str) -> str:
    """The statement that appends events given as rows `t`, in order."""
    return (
        "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, actor_id, data)"
        " SELECT :region, t.incident_id, t.type, t.at, :now, CAST(:actor AS bigint), t.data"
        f" FROM {rows} ORDER BY t.position"
    )


APPEND = text(append_from(LOGGED))


def appended(events: Sequence[tuple[IncidentId, Event]], *, now: datetime, actor_id: OperatorId | None) -> dict[str, object]:
    """The parameters of the statement beside the region."""
    rows = ((incident_id, event.type.value, event.at, event.data) for incident_id, event in events)
    return {"now": now, "actor": actor_id, "events": document_of(COLUMNS, rows)}


async def append(
    session: AsyncSession,
    region_id: RegionId,
    events: Sequence[tuple[IncidentId, Event]],
    *,
    now: datetime,
    actor_id: OperatorId | None = None,
) -> None:
    """Adds events in order; they can never be changed or taken back."""
    if events:
        await session.execute(APPEND, {"region": region_id} | appended(events, now=now, actor_id=actor_id))


async def of_incidents(session: AsyncSession, region_id: RegionId, incident_ids: Collection[IncidentId]) -> dict[IncidentId, list[Event]]:
    """The logs of incidents, each in the order of recording."""
    logs: dict[IncidentId, list[Event]] = defaultdict(list)
    if not incident_ids:
        return logs
    rows = await session.execute(
        text(
            "SELECT incident_id, type, at, data FROM incident_events WHERE region_id = :region AND incident_id = ANY(:ids)"
            " ORDER BY incident_id, id"
        ),
        {"region": region_id, "ids": list(incident_ids)},
    )
    for row in rows:
        logs[IncidentId(row.incident_id)].append(Event(EventType(row.type), row.at, row.data))
    return logs


async def signed(session: AsyncSession, region_id: RegionId, incident_ids: Collection[IncidentId]) -> dict[IncidentId, list[Signed]]:
    """The logs of incidents, each entry with whose step it was, in the order of recording."""
    logs: dict[IncidentId, list[Signed]] = defaultdict(list)
    rows = await session.execute(
        text(
            "SELECT incident_id, type, at, data, actor_id FROM incident_events WHERE region_id = :region AND incident_id = ANY(:ids)"
            " ORDER BY incident_id, id"
        ),
        {"region": region_id, "ids": list(incident_ids)},
    )
    for row in rows:
        logs[IncidentId(row.incident_id)].append((Event(EventType(row.type), row.at, row.data), row.actor_id))
    return logs


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An entry of the log with the moment of its recording and the operator behind it, if there was one."""

    id: int
    event: Event
    recorded_at: datetime
    actor_id: int | None
    actor_name: str | None


async def listed(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, *, after: int | None, limit: int
) -> Sequence[RecordedEvent]:
    """The log of an incident in the order of recording, the entries after the given one."""
    rows = await session.execute(
        text(
            "SELECT e.id, e.type, e.at, e.data, e.recorded_at, e.actor_id, o.name AS actor_name FROM incident_events e"
            " LEFT JOIN operators o ON o.id = e.actor_id WHERE e.region_id = :region AND e.incident_id = :incident AND e.id > :after"
            " ORDER BY e.id LIMIT :limit"
        ),
        {"region": region_id, "incident": incident_id, "after": after or 0, "limit": limit},
    )
    return [
        RecordedEvent(row.id, Event(EventType(row.type), row.at, row.data), row.recorded_at, row.actor_id, row.actor_name) for row in rows
    ]
