"""Looks for what many write of, and proposes it as one mass incident: a proposal is stored, told in the log, and waits for a person."""

import asyncio
from datetime import datetime

import structlog

from app.classifier.regional.model import AnyClassifier
from app.domain.event import Event, EventType
from app.domain.likeness import HORIZON
from app.domain.mass import masses, settle
from app.storage import events, tellings
from app.storage import masses as stored
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.hear_topics import with_chances

log = structlog.get_logger(__name__)

MOST_WATCHED = 1000
"""Every pair of them is compared: two seconds of a core for so many, in which nothing else must stand still."""


async def watch_masses(database: Database, region_id: RegionId, classifier: AnyClassifier, *, now: datetime) -> int:
    """One look at the last days; how many proposals began. Late and double looks are harmless: a proposal begins once."""
    async with database.read() as reading:
        recent = await tellings.between(reading, region_id, since=now - HORIZON, until=now, limit=MOST_WATCHED)
    found = await asyncio.to_thread(masses, await with_chances(recent, classifier))
    async with database.write() as session:
        known = await stored.recent(session, region_id, since=now - 2 * HORIZON)
        settled = settle(found, known, recent)
        new = await stored.settle(session, region_id, settled, now=now)
        before = {one.id: one.incident_ids for one in known}
        grown = {mass_id: group - before[mass_id] for mass_id, group in settled.kept.items()}
        told = [*zip(new, settled.new, strict=True), *grown.items()]
        proposed = [(key, Event(EventType.MASS_PROPOSED, now, {"mass_id": mass_id})) for mass_id, group in told for key in sorted(group)]
        await events.append(session, region_id, proposed, now=now)
    if new:
        log.warning("masses proposed", masses=new, sizes=[len(group) for group in settled.new])
    return len(new)
