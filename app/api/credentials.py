"""Keys to the networks: how they stand, never what they are."""

from app.api.access import AdministratorReading
from app.api.context import Context
from app.api.parameters import Now
from app.api.routers import make_router
from app.api.schemas.credential import CredentialList, CredentialOut
from app.api.sessions import ReadSession
from app.storage.calls import quotas

router = make_router("credentials")


@router.get("/credentials", operation_id="list_credentials")
async def list_credentials(operator: AdministratorReading, session: ReadSession, context: Context, now: Now) -> CredentialList:
    """Every key in use: whether its network lets it in, its pace, and what it has called in the last 24 hours."""
    budgets = await quotas.known_budgets(session)
    uses = await quotas.credentials_in_use(session, budgets, now=now, zone=context.tz)
    return CredentialList(items=[CredentialOut.of(use, now=now) for use in uses], next_cursor=None)
