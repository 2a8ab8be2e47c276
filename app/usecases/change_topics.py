"""Puts a region's own topics in the place of those in force; what incidents were given stays, and keeps its title."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.classifier.topics import shipped_taxonomy
from app.domain.errors import StaleVersion
from app.domain.operator import OperatorId
from app.domain.topic import Taxonomy
from app.storage import topics
from app.storage.regions import RegionId


async def topics_in_force(session: AsyncSession, region_id: RegionId) -> Taxonomy:
    """The region's topics: its newest version, or those that ship."""
    stored = await topics.newest(session, region_id)
    return shipped_taxonomy() if stored is None else stored.taxonomy


async def titles_of_topics(session: AsyncSession, region_id: RegionId) -> Mapping[str, str]:
    """What to call a topic or a group, also one that has gone."""
    return await topics.titles(session, region_id) or shipped_taxonomy().titles


async def change_topics(
    session: AsyncSession, region_id: RegionId, wanted: Taxonomy, *, version: int, changed_by: OperatorId | None, now: datetime
) -> Taxonomy:
    """Stores the next version; `StaleVersion` unless the caller decided on the one in force."""
    in_force = await topics_in_force(session, region_id)
    if in_force.version != version:
        raise StaleVersion("list", "of topics", expected=version, found=in_force.version)
    changed = replace(wanted, version=version + 1)
    all_titles = {**await titles_of_topics(session, region_id), **changed.titles}
    if not await topics.add(session, region_id, changed, all_titles, changed_by=changed_by, now=now):
        raise StaleVersion("list", "of topics", expected=version, found=changed.version)
    return changed
