"""Writes an operator's step into the log and lets status, turns and clocks follow from it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import Policies, newest
from app.domain.event import Event, EventType, breaches, fold, marked, policy_news, turns_under
from app.domain.incident import WAITING, Incident, IncidentId, Step, after, follow
from app.domain.undo import UNDOABLE, stood
from app.storage import events, incidents, regions, turns
from app.storage.clocks import clocks
from app.storage.incidents import StoredIncident
from app.storage.regions import RegionId
from app.usecases.record_news import Standing, record_news

Decide = Callable[[Incident], Step]
"""The rule that makes a step of an incident as it is now, or refuses."""


async def apply_step(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, decide: Decide, *, version: int | None, now: datetime
) -> Incident:
    """The incident after the step; `StaleVersion` when somebody was faster. The caller owns the transaction."""
    held = await incidents.lock(session, region_id, incident_id, version=version)
    step = decide(held.incident)
    policies = await regions.policies_of(session, region_id)
    log = (await events.of_incidents(session, region_id, [incident_id]))[incident_id]
    return await write_step(session, region_id, held, log, step, policies=policies, now=now)


async def write_step(
    session: AsyncSession,
    region_id: RegionId,
    held: StoredIncident,
    log: Sequence[Event],
    step: Step,
    *,
    policies: Policies,
    now: datetime,
) -> Incident:
    """Writes what was decided of a held incident; log and policies must have been read since it is held."""
    incident_id = held.incident.id
    taken = Event(EventType(step.type), step.at, _data(step) | _before(step, held.incident))
    known, facts = fold(log), fold([*log, taken])
    judge, since, present = held.policy_id, held.monitored_since, newest(policies)
    found = turns_under(facts, policies, otherwise=judge, monitored_since=since)
    before = turns_under(known, policies, otherwise=judge, monitored_since=since, until=judge)
    if step.moves_clock:
        step = replace(step, status=follow(step.status, before, found))
    standing = {incident_id: Standing(facts, found)}
    await record_news(session, region_id, standing, [(incident_id, taken)], now=now, actor_id=step.actor)
    moved: list[Event] = []
    if judge != present.id:
        moved = policy_news(before, turns_under(known, policies, otherwise=judge, monitored_since=since), present)
    missed = [(incident_id, event) for event in (*moved, *breaches(found, marked(log), now=now))]
    await events.append(session, region_id, missed, now=now)
    if len(found) < len(before):
        await turns.drop_turns_beyond(session, region_id, incident_id, len(found))
    moved_clocks = clocks(found, step.status, working=WAITING, now=now)
    await incidents.save_step(session, region_id, incident_id, step, moved_clocks, judged_by=present.id)
    return after(held.incident, step)


def _data(step: Step) -> dict[str, Any]:
    given = {"reason": step.reason, "assignee_id": step.assignee_id, "authority_id": step.authority_id, "parent_id": step.parent_id}
    return {name: value for name, value in given.items() if value is not None} | dict(step.about)


def _before(step: Step, incident: Incident) -> dict[str, Any]:
    """How the incident stood before a step that can be taken back."""
    return {"before": stood(incident)} if step.type in UNDOABLE else {}
