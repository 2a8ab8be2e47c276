"""What happened to incidents and what follows from it, written in one statement: events, turns, answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import Answer
from app.domain.event import Event
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.domain.turn import Turn
from app.storage import answers, events, turns
from app.storage.regions import RegionId

RECORD = text(
    f"WITH logged AS ({events.append_from(events.LOGGED)}), turned AS ({turns.upsert_from(turns.TURNED)})"
    f" {answers.upsert_from(answers.ANSWERED)}"
)


async def record(
    session: AsyncSession,
    region_id: RegionId,
    happened: Sequence[tuple[IncidentId, Event]],
    *,
    turns_now: Mapping[IncidentId, Sequence[Turn]],
    answers_now: Mapping[IncidentId, Sequence[Answer]],
    now: datetime,
    actor_id: OperatorId | None,
) -> None:
    """Appends events in order, and writes turns and answers over what stood there."""
    log = events.appended(happened, now=now, actor_id=actor_id)
    await session.execute(RECORD, {"region": region_id} | log | turns.upserted(turns_now) | answers.upserted(answers_now))
