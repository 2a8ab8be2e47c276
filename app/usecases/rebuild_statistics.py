"""Recomputes every clock from the event log and compares it with what is stored, or puts it right."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import fold, turns_under
from app.domain.incident import WAITING, IncidentId
from app.domain.turn import Turn
from app.storage import events, incidents, regions, turns
from app.storage.clocks import clocks, clocks_of, save_clocks
from app.storage.engine import Database
from app.storage.incidents import StoredIncident
from app.storage.regions import RegionId

BATCH = 500
NOTHING_ASKED = "its log holds no question, so that nothing can be computed from it and it is left as it is"
"""Of an incident that was not written by us: each of ours is written together with its log, which begins with what was asked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An incident whose stored clocks are not those of its log; `fields` names what differs."""

    incident_id: IncidentId
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch of recomputed incidents."""

    count: int
    differences: tuple[Difference, ...]


async def rebuild_statistics(database: Database, region_id: RegionId, *, check_only: bool, now: datetime) -> AsyncIterator[Checked]:
    """Goes through all incidents in the order of their ids, batch by batch; differences are written unless `check_only`."""
    after = IncidentId(0)
    while True:
        async with database.write() as session:
            batch = await incidents.after(session, region_id, after, limit=BATCH)
            if not batch:
                return
            differences = await _compare(session, region_id, batch, check_only=check_only, now=now)
        yield Checked(len(batch), tuple(differences))
        after = batch[-1].incident.id


async def _compare(
    session: AsyncSession, region_id: RegionId, batch: list[StoredIncident], *, check_only: bool, now: datetime
) -> list[Difference]:
    ids = [one.incident.id for one in batch]
    policies = await regions.policies_of(session, region_id)
    logs = await events.of_incidents(session, region_id, ids)
    stored_turns = await turns.rows_of(session, region_id, ids)
    stored_clocks = await clocks_of(session, region_id, ids)
    differences, rebuilt = [], {}
    for one in batch:
        facts = fold(logs[one.incident.id])
        since, judge = one.monitored_since, one.policy_id  # a newer policy moves clocks when the worker comes by with it
        found = turns_under(facts, policies, otherwise=judge, monitored_since=since, until=judge)
        if not found:
            differences.append(Difference(one.incident.id, (NOTHING_ASKED,)))
            continue
        fields = _differing(found, stored_turns.get(one.incident.id, []))
        fields += _differing_clocks(one, found, stored_clocks[one.incident.id], now=now)
        if fields:
            differences.append(Difference(one.incident.id, tuple(fields)))
            rebuilt[one] = found
    if not check_only:
        for one, found in rebuilt.items():
            await turns.save_turns(session, region_id, {one.incident.id: found})
            await turns.drop_turns_beyond(session, region_id, one.incident.id, len(found))
            moved = clocks(found, one.incident.status, working=WAITING, now=now)
            await save_clocks(session, region_id, one.incident.id, moved)
    return differences


def _differing(found: tuple[Turn, ...], stored: list[dict[str, object]]) -> list[str]:
    if len(found) != len(stored):
        return [f"turns: {len(stored)} stored, {len(found)} by the log"]
    fields = []
    for turn, row in zip(found, stored, strict=True):
        by_log = turns.as_row(turn)
        fields += [f"turn {turn.number} {name}" for name, value in by_log.items() if row[name] != value and not _is_unsaid(name, row)]
    return fields


def _differing_clocks(one: StoredIncident, found: tuple[Turn, ...], stored: dict[str, object], *, now: datetime) -> list[str]:
    """A breach is left out: it is marked when the watcher comes by, which may be after this look."""
    by_log = clocks(found, one.incident.status, working=WAITING, now=now)
    return [name for name, value in stored.items() if getattr(by_log, name) != value]


def _is_unsaid(name: str, row: Mapping[str, object]) -> bool:
    """Whether a turn was stored before turns said which policy judged them."""
    return name == "policy_id" and row[name] is None
