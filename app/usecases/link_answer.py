"""Takes an operator's word that an official message answers an incident's resident, or that it does not."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.errors import InvalidInput, NotFound
from app.domain.event import Facts, fold
from app.domain.incident import Incident, IncidentId
from app.domain.link import linked
from app.domain.message import MessageId
from app.domain.operator import Act, Operator
from app.storage import answers, events, incidents, threads
from app.storage.conversations import officials_of
from app.storage.messages import ThreadKey
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step


async def link_answer(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    message_id: MessageId,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The incident with the message counted at its own time; `InvalidInput` when it can be no answer to the resident."""
    operator.must(Act.WORK)
    thread, known = await _hold(session, region_id, incident_id, version=version, now=now)
    found = await officials_of(session, thread, [message_id])
    if not found:
        raise InvalidInput("message_id", f"There is no official comment {message_id} in the incident's thread.")
    answer = linked(found[0], known)
    return await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.link(incident, operator, answer, now=now),
        version=version,
        now=now,
    )


async def unlink_answer(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    message_id: MessageId,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The incident without the message, however it was bound; `NotFound` when it is not counted."""
    operator.must(Act.WORK)
    _, known = await _hold(session, region_id, incident_id, version=version, now=now)
    if message_id not in known.answers:
        raise NotFound("answer", message_id)
    after = await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.unlink(incident, operator, message_id, now=now),
        version=version,
        now=now,
    )
    await answers.drop(session, region_id, incident_id, [message_id])
    return after


async def _hold(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, *, version: int | None, now: datetime
) -> tuple[ThreadKey, Facts]:
    """The incident's thread and what is known of its conversation; both are held.

    The thread comes first, as it does for whoever reads it: an edit that is being taken in is either seen here or finds the link.
    """
    thread = await incidents.place_of(session, region_id, incident_id)
    await threads.lock(session, region_id, thread.source_id, [], also={thread.post_id}, now=now)
    await incidents.lock(session, region_id, incident_id, version=version)
    log = (await events.of_incidents(session, region_id, [incident_id]))[incident_id]
    return thread, fold(log)
