"""Keeps the texts that are ready for replies."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.operator import Act, Operator
from app.domain.ready_text import MOST, NewReadyText, ReadyTextId, sensible
from app.storage import ready_texts
from app.storage.regions import RegionId
from app.usecases.change_topics import titles_of_topics


async def add_ready_text(
    session: AsyncSession, region_id: RegionId, operator: Operator, new: NewReadyText, *, now: datetime
) -> ReadyTextId:
    """The new text's number; `AlreadyExists` for a title that is taken."""
    kept = await _sensible(session, region_id, operator, new)
    if await ready_texts.count(session, region_id) >= MOST:
        raise InvalidInput("title", f"There are {MOST} ready texts already: take one away first.")
    return await ready_texts.add(session, region_id, kept, by=operator.id, now=now)


async def change_ready_text(
    session: AsyncSession, region_id: RegionId, operator: Operator, text_id: ReadyTextId, new: NewReadyText, *, version: int, now: datetime
) -> None:
    """Puts a text in other words; `StaleVersion` when somebody was faster."""
    kept = await _sensible(session, region_id, operator, new)
    await ready_texts.count(session, region_id)
    await ready_texts.change(session, region_id, text_id, kept, version=version, by=operator.id, now=now)


async def _sensible(session: AsyncSession, region_id: RegionId, operator: Operator, new: NewReadyText) -> NewReadyText:
    operator.must(Act.REGISTER)
    kept = sensible(new)
    if kept.topic is not None and kept.topic not in await titles_of_topics(session, region_id):
        raise InvalidInput("topic", f"There is no topic or group of topics {kept.topic}.")
    return kept
