"""Adds a rule that says which body must answer in a case."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.routing import RuleId
from app.storage import authorities, gazetteer, routing_rules
from app.storage.regions import RegionId
from app.storage.routing_rules import NewRule
from app.usecases.change_topics import titles_of_topics


async def add_routing_rule(session: AsyncSession, region_id: RegionId, new: NewRule, *, now: datetime) -> RuleId:
    """The new rule's number; `InvalidInput` names what it speaks of and the region does not have."""
    if new.topic is not None and new.topic not in await titles_of_topics(session, region_id):
        raise InvalidInput("topic", f"There is no topic or group of topics {new.topic}.")
    await gazetteer.territory_must_exist(session, region_id, new.territory_id)
    for authority_id in (new.authority_id, new.owner_id):
        await authorities.must_exist(session, region_id, authority_id)
    return await routing_rules.add(session, region_id, new, now=now)
