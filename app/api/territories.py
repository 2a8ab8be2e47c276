"""The territories and settlements of the region: what pages belong to and incidents are counted by."""

from app.api.access import Reader
from app.api.context import Context
from app.api.routers import make_router
from app.api.schemas.territory import TerritoriesOut, TerritoryOut
from app.api.sessions import ReadSession
from app.storage import gazetteer

router = make_router("territories")


@router.get("/territories", operation_id="list_territories")
async def list_territories(operator: Reader, session: ReadSession, context: Context) -> TerritoriesOut:
    """The tree of the region as the gazetteer has it, each entry with what it lies in; empty before a gazetteer was imported."""
    return TerritoriesOut(items=[TerritoryOut.of(one) for one in await gazetteer.territories(session, context.region_id)])
