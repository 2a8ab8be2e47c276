"""What is likely about one thing: suggested, never joined."""

from app.api.access import Reader
from app.api.context import Context
from app.api.parameters import IncidentPath, Now
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.alike import AlikeList, AlikeOut, MassList
from app.api.sessions import ReadSession
from app.storage import incident_details
from app.usecases.find_alike import find_alike, find_masses

router = make_router("alike")


@router.get("/incidents/{incident_id}/alike", operation_id="list_alike", responses=responses(404))
async def list_alike(operator: Reader, session: ReadSession, context: Context, incident_id: IncidentPath) -> AlikeList:
    """Other incidents within three days that are likely about the same thing."""
    await incident_details.get(session, context.region_id, incident_id)
    return AlikeList(items=[AlikeOut.of(one) for one in await find_alike(session, context.region_id, incident_id)])


@router.get("/masses", operation_id="list_masses")
async def list_masses(operator: Reader, session: ReadSession, context: Context, now: Now) -> MassList:
    """What many wrote of within the last three days: proposals for one answer to all."""
    return MassList.of(await find_masses(session, context.region_id, now=now))
