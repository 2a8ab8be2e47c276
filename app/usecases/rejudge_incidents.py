"""Judges open questions by the policy that has come into force, batch by batch; killed at any point, it goes on where it was."""

from datetime import datetime

import structlog

from app.domain.deadline import newest
from app.domain.event import Event, fold, policy_news, turns_under
from app.domain.incident import WAITING, IncidentId, follow
from app.domain.turn import Turn
from app.storage import events, regions, rejudging, turns
from app.storage.clocks import clocks
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.rejudging import Moved

log = structlog.get_logger(__name__)

BATCH = 200


async def rejudge_incidents(database: Database, region_id: RegionId, *, now: datetime) -> int:
    """How many due times have moved. Each batch is a short transaction, and the incidents that somebody holds wait for the next beat."""
    moved = 0
    while True:
        seen, moved_now = await _batch(database, region_id, now=now)
        moved += moved_now
        if seen < BATCH:
            break
    if moved:
        log.info("deadlines moved by another policy", count=moved)
    return moved


async def _batch(database: Database, region_id: RegionId, *, now: datetime) -> tuple[int, int]:
    """The size of a batch, and the due times that moved in it."""
    async with database.write() as session:
        policies = await regions.policies_of(session, region_id)
        if not policies:  # a replay begins before the first of them is in force
            return 0, 0
        present = newest(policies)
        older = [key for key in policies if key != present.id]
        batch = await rejudging.lock_some(session, region_id, older, limit=BATCH) if older else []
        if not batch:
            return 0, 0
        logs = await events.of_incidents(session, region_id, [one.incident.id for one in batch])
        moved: dict[IncidentId, Moved] = {}
        found: dict[IncidentId, tuple[Turn, ...]] = {}
        happened: list[tuple[IncidentId, Event]] = []
        for one in batch:
            facts, since = fold(logs[one.incident.id]), one.monitored_since
            before = turns_under(facts, policies, otherwise=one.policy_id, monitored_since=since, until=one.policy_id)
            after = turns_under(facts, policies, otherwise=one.policy_id, monitored_since=since)
            if after == before:
                continue
            status = follow(one.incident.status, before, after)
            found[one.incident.id] = after
            if len(after) < len(before):
                await turns.drop_turns_beyond(session, region_id, one.incident.id, len(after))
            moved[one.incident.id] = Moved(status, clocks(after, status, working=WAITING, now=now))
            happened += [(one.incident.id, event) for event in policy_news(before, after, present)]
        await turns.save_turns(session, region_id, found)
        await events.append(session, region_id, happened, now=now)
        same = [one.incident.id for one in batch if one.incident.id not in moved]
        await rejudging.save(session, region_id, moved, same, judged_by=present.id)
    return len(batch), len(happened)
