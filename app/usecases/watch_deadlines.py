"""Marks deadlines that have passed, dating each breach with its deadline."""

from datetime import datetime

import structlog

from app.domain.deadline import newest
from app.domain.event import breaches, fold, marked, turns_under
from app.storage import events, incidents, regions
from app.storage.engine import Database
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)

BATCH = 500


async def watch_deadlines(database: Database, region_id: RegionId, *, now: datetime) -> int:
    """Writes a breach event for every question whose deadline has passed, closed incidents included; how many were found.

    Both deadlines are watched: that of the first answer, and that of the full one after an interim.

    Late and double runs are harmless: the log is re-checked under the incident's lock.
    """
    found = 0
    while True:
        async with database.write() as session:
            policies = await regions.policies_of(session, region_id)
            overdue = await incidents.lock_overdue(session, region_id, judged_by=newest(policies).id, now=now, limit=BATCH)
            if not overdue:
                return found
            logs = await events.of_incidents(session, region_id, [one.incident.id for one in overdue])
            recorded = []
            for one in overdue:
                log_of_one = logs[one.incident.id]
                facts = fold(log_of_one)
                turns = turns_under(facts, policies, otherwise=one.policy_id, monitored_since=one.monitored_since)
                recorded += [(one.incident.id, event) for event in breaches(turns, marked(log_of_one), now=now)]
            await events.append(session, region_id, recorded, now=now)
            await incidents.mark_breached(session, region_id, [one.incident.id for one in overdue], now=now)
            found += len(recorded)
        log.info("deadlines breached", count=len(recorded))
