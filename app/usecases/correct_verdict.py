"""Takes an operator's word for what an incident or a message is; the word teaches the next model."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import incident as incident_rules
from app.domain.errors import InvalidInput
from app.domain.incident import Incident, IncidentId
from app.domain.message import MessageId
from app.domain.operator import Act, Operator
from app.domain.word import Word
from app.storage import incidents, labels, threads
from app.storage.regions import RegionId
from app.usecases.apply_step import apply_step
from app.usecases.change_topics import topics_in_force


async def correct_verdict(
    session: AsyncSession,
    region_id: RegionId,
    incident_id: IncidentId,
    operator: Operator,
    word: Word,
    *,
    version: int | None,
    now: datetime,
) -> Incident:
    """The incident held for what the operator says; urgency moves its deadline. `StaleVersion` when somebody was faster."""
    operator.must(Act.WORK)
    await _must_be_sensible(session, region_id, word)
    said = await labels.said_of_incident(session, region_id, incident_id)
    if word.urgent is not None:  # the message is written too, and who reads its thread in holds messages before incidents
        thread = await incidents.place_of(session, region_id, incident_id)
        await threads.lock(session, region_id, thread.source_id, [], also={thread.post_id}, now=now)
    corrected = await apply_step(
        session,
        region_id,
        incident_id,
        lambda incident: incident_rules.correct(incident, operator, word, message=said.message_id, now=now),
        version=version,
        now=now,
    )
    await labels.write_on_incident(session, region_id, incident_id, said, word)
    await labels.add(session, region_id, said, word, incident_id=incident_id, role=operator.role, now=now)
    return corrected


async def label_message(
    session: AsyncSession, region_id: RegionId, message_id: MessageId, operator: Operator, word: Word, *, now: datetime
) -> None:
    """Keeps the operator's word on a message that was judged; what was made of it then stays as it is."""
    operator.must(Act.WORK)
    await _must_be_sensible(session, region_id, word)
    said = await labels.said_of_message(session, region_id, message_id)
    await labels.add(session, region_id, said, word, incident_id=None, role=operator.role, now=now)


async def _must_be_sensible(session: AsyncSession, region_id: RegionId, word: Word) -> None:
    if word.is_empty:
        raise InvalidInput("kind", "Say a kind, a topic, or whether it is urgent.")
    if word.topic is not None and word.topic not in (await topics_in_force(session, region_id)).titles:
        raise InvalidInput("topic", f"There is no topic {word.topic!r}.")
