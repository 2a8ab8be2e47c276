"""Leaves an operator's reply for a worker to publish under the resident's last question."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.errors import InvalidInput
from app.domain.incident import Incident, IncidentId
from app.domain.operator import Act, Operator
from app.domain.reply import readable_reply
from app.storage import incident_details, replies
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def write_reply(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    said: str,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The incident with the reply waiting; `InvalidInput` for an empty text, and when the question has vanished."""
    operator.must(Act.WORK)
    details = await incident_details.get(session, region_id, incident_id)
    asked: list[int] = [turn.question_id for turn in details.turns] or ([] if details.message is None else [details.message.id])
    text = readable_reply(said)
    key = await replies.add(session, region_id, incident_id, asked[-1], text, operator.id, now=now) if asked else None
    if key is None:
        raise InvalidInput("question", "The question has been deleted: there is nothing to reply under.")
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.reply(incident, operator, reply=key, now=now),
        version=version,
        now=now,
    )
