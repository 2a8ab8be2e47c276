"""The append-only log of incidents."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.storage.regions import RegionId


async def append(
    session: AsyncSession,
    region_id: RegionId,
    events: Sequence[tuple[IncidentId, Event]],
    *,
    now: datetime,
    actor_id: OperatorId | None = None,
) -> None:
    """Adds events in order; they can never be changed or taken back."""
    if not events:
        return
    await session.execute(
        text(
            "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, actor_id, data)"
            " SELECT :region, t.incident_id, t.type, t.at, :now, CAST(:actor AS bigint), CAST(t.data AS jsonb)"
            " FROM unnest(CAST(:incidents AS bigint[]), CAST(:types AS text[]), CAST(:moments AS timestamptz[]), CAST(:data AS text[]))"
            " WITH ORDINALITY AS t(incident_id, type, at, data, position) ORDER BY t.position"
        ),
        {
            "region": region_id,
            "now": now,
            "actor": actor_id,
            "incidents": [incident_id for incident_id, _ in events],
            "types": [event.type.value for _, event in events],
            "moments": [event.at for _, event in events],
            "data": [orjson.dumps(event.data).decode() for _, event in events],
        },
    )


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
