"""Adds and changes the rules that say which body must answer in a case."""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.errors import InvalidInput
from app.domain.routing import RuleId
from app.domain.territory import EntryId
from app.storage import authorities, gazetteer, routing_rules
from app.storage.regions import RegionId
from app.storage.routing_rules import NewRule
from app.usecases.change_topics import titles_of_topics


class RuleChange(TypedDict, total=False):
    """What is to change of a rule; what is absent stays as it is, None stands for any."""

    topic: str | None
    territory_id: EntryId | None
    owner_id: AuthorityId | None
    authority_id: AuthorityId


async def add_routing_rule(session: AsyncSession, region_id: RegionId, new: NewRule, *, now: datetime) -> RuleId:
    """The new rule's number; `InvalidInput` names what it speaks of and the region does not have."""
    await _must_be_sensible(session, region_id, new)
    return await routing_rules.add(session, region_id, new, now=now)


async def change_routing_rule(session: AsyncSession, region_id: RegionId, rule_id: RuleId, change: RuleChange, *, version: int) -> None:
    """Changes a rule from now on: incidents keep the body that it gave them. `StaleVersion` when somebody was faster."""
    new = replace(await routing_rules.hold(session, region_id, rule_id, version=version), **change)
    await _must_be_sensible(session, region_id, new)
    await routing_rules.change(session, region_id, rule_id, new)


async def _must_be_sensible(session: AsyncSession, region_id: RegionId, new: NewRule) -> None:
    if new.topic is not None and new.topic not in await titles_of_topics(session, region_id):
        raise InvalidInput("topic", f"There is no topic or group of topics {new.topic}.")
    await gazetteer.territory_must_exist(session, region_id, new.territory_id)
    for authority_id in (new.authority_id, new.owner_id):
        await authorities.must_exist(session, region_id, authority_id)
