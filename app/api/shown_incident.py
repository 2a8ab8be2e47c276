"""One incident with all that belongs to it, as answers show it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.context import ApiContext
from app.api.schemas.incident import IncidentDetailsOut
from app.storage import policies
from app.storage.incident_details import IncidentDetails


async def show_incident(session: AsyncSession, context: ApiContext, incident: IncidentDetails, *, now: datetime) -> IncidentDetailsOut:
    """The incident as it stands, its waits in working time by the region's hours."""
    hours = await policies.working_hours(session, context.region_id, otherwise=context.tz)
    return IncidentDetailsOut.detailed(incident, calendar=hours.calendar, now=now)
