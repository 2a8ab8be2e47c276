"""Takes back a reply that no worker has sent yet."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.errors import InvalidTransition, NotFound
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Act, Operator
from app.domain.reply import ReplyId
from app.storage import replies
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def withdraw_reply(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    reply_id: ReplyId,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The incident without it; `InvalidTransition` when a worker was faster."""
    operator.must(Act.WORK)
    state = await replies.withdraw(session, region_id, incident_id, reply_id, now=now)
    if state is None:
        raise NotFound("reply", reply_id)
    if state != "withdrawn":
        raise InvalidTransition("reply", reply_id, state, "withdrawn")
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.withdraw_reply(incident, operator, reply=reply_id, now=now),
        version=version,
        now=now,
    )
