"""Incidents: held for a step or for what their conversations bring, and what a step, a merge or a missed deadline writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadline import PolicyId
from app.domain.errors import NotFound, StaleVersion
from app.domain.incident import ENDED, Incident, IncidentId, IncidentStatus, Step
from app.domain.message import MessageId
from app.domain.source import SourceId
from app.storage.clocks import Clocks, assignments
from app.storage.messages import ThreadKey
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident with what its clocks are judged by."""

    incident: Incident
    author_id: str
    policy_id: PolicyId
    monitored_since: datetime
    breached_at: datetime | None


class Opening(NamedTuple):
    """What an incident shows of the message that opened it."""

    message_id: MessageId
    text: str | None
    kind: str
    confidence: float | None
    topic: str | None
    urgent: bool
    published_at: datetime
    collected_at: datetime


SELECTED = "id, status, authority_id, assignee_id, version, parent_id, author_id, policy_id, monitored_since, breached_at"


def stored_of(row: Sequence[Any]) -> StoredIncident:
    """An incident from a row of `SELECTED`."""
    number, status, authority_id, assignee_id, version, parent_id, author_id, policy_id, since, breached_at = row
    incident = Incident(IncidentId(number), IncidentStatus(status), authority_id, assignee_id, version, parent_id)
    return StoredIncident(incident, author_id, PolicyId(policy_id), since, breached_at)


async def lock(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, *, version: int | None) -> StoredIncident:
    """The incident, held until the transaction ends; `StaleVersion` when somebody was faster than `version`."""
    row = (
        await session.execute(
            text(f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND id = :id FOR UPDATE"),
            {"region": region_id, "id": incident_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("incident", incident_id)
    if version is not None and row.version != version:
        raise StaleVersion("incident", incident_id, expected=version, found=row.version)
    return stored_of(row)


async def of_ids(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId]) -> dict[IncidentId, Incident]:
    """Incidents as they stand."""
    rows = await session.execute(
        text(f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND id = ANY(:ids) ORDER BY id"),
        {"region": region_id, "ids": sorted(ids)},
    )
    return {one.incident.id: one.incident for one in map(stored_of, rows)}


async def place_of(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> ThreadKey:
    """The thread in which the incident stands."""
    query = text("SELECT month, source_id, post_id FROM incidents WHERE region_id = :region AND id = :id")
    row = (await session.execute(query, {"region": region_id, "id": incident_id})).one_or_none()
    if row is None:
        raise NotFound("incident", incident_id)
    return ThreadKey(region_id, row.month, SourceId(row.source_id), row.post_id)


async def residents_of(session: AsyncSession, thread: ThreadKey) -> set[str]:
    """Who has an incident in the thread."""
    query = text("SELECT author_id FROM incidents WHERE region_id = :region AND source_id = :source AND post_id = :post")
    return set(await session.scalars(query, {"region": thread.region_id, "source": thread.source_id, "post": thread.post_id}))


async def lock_all(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId]) -> dict[IncidentId, StoredIncident]:
    """Those of the incidents that there are, held until the transaction ends, in the order of their ids."""
    rows = await session.execute(
        text(f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND id = ANY(:ids) ORDER BY id FOR UPDATE"),
        {"region": region_id, "ids": sorted(ids)},
    )
    return {one.incident.id: one for one in map(stored_of, rows)}


HOLD = text(
    "SELECT FROM unnest(CAST(:posts AS text[]), CAST(:authors AS text[])) AS t(post, author) JOIN incidents i ON i.region_id = :region"
    " AND i.source_id = :source AND i.post_id = t.post AND i.author_id = t.author ORDER BY i.id FOR UPDATE OF i"
)


async def hold(session: AsyncSession, region_id: RegionId, source_id: SourceId, residents: Iterable[tuple[str, str]]) -> None:
    """Holds the incidents of residents, given as thread and author, in the order of their ids, whatever that of their threads is."""
    pairs = sorted(residents)
    about = {"posts": [post for post, _ in pairs], "authors": [author for _, author in pairs]}
    await session.execute(HOLD, {"region": region_id, "source": source_id} | about)


async def lock_together(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId]) -> dict[IncidentId, StoredIncident]:
    """Incidents with all that were merged into them, held in the order of their ids, so that no two merges wait for each other."""
    rows = await session.execute(
        text(
            f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND (id = ANY(:ids) OR parent_id = ANY(:ids))"
            " ORDER BY id FOR UPDATE"
        ),
        {"region": region_id, "ids": sorted(ids)},
    )
    return {one.incident.id: one for one in map(stored_of, rows)}


async def move_merged(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId], parent_id: IncidentId) -> None:
    """Puts merged incidents under another parent."""
    await session.execute(
        text("UPDATE incidents SET parent_id = :parent, version = version + 1 WHERE region_id = :region AND id = ANY(:ids)"),
        {"region": region_id, "ids": list(ids), "parent": parent_id},
    )


async def merged_into(session: AsyncSession, region_id: RegionId, parent_id: IncidentId, *, limit: int) -> list[IncidentId]:
    """What was merged into an incident, the earliest first."""
    rows = await session.execute(
        text("SELECT id FROM incidents WHERE region_id = :region AND parent_id = :parent ORDER BY published_at, id LIMIT :limit"),
        {"region": region_id, "parent": parent_id, "limit": limit},
    )
    return [IncidentId(row.id) for row in rows]


async def parent_of(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> IncidentId | None:
    """The incident that this one was merged into."""
    query = text("SELECT parent_id FROM incidents WHERE region_id = :region AND id = :id")
    found: IncidentId | None = await session.scalar(query, {"region": region_id, "id": incident_id})
    return found


async def touch(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> None:
    """Makes the next version of an incident whose surroundings changed."""
    await session.execute(
        text("UPDATE incidents SET version = version + 1 WHERE region_id = :region AND id = :id"), {"region": region_id, "id": incident_id}
    )


async def save_step(
    session: AsyncSession, region_id: RegionId, incident_id: IncidentId, step: Step, moved: Clocks, *, judged_by: PolicyId
) -> None:
    """Writes an operator's step with the clocks that follow from it by the policies up to `judged_by`, and the next version."""
    await session.execute(
        text(
            "UPDATE incidents SET status = :status, policy_id = :policy, version = version + 1, parent_id = CAST(:parent AS bigint),"
            " assignee_id = CASE WHEN :restores THEN CAST(:assignee AS bigint) ELSE coalesce(CAST(:assignee AS bigint), assignee_id) END,"
            " authority_id = CASE WHEN :restores THEN CAST(:authority AS bigint)"
            " ELSE coalesce(CAST(:authority AS bigint), authority_id) END,"
            " assigned_at = CASE WHEN :restores THEN CAST(:handed_at AS timestamptz) WHEN :hands_over THEN CAST(:at AS timestamptz)"
            " ELSE assigned_at END,"
            f" closed_at = CASE WHEN :ends THEN CAST(:at AS timestamptz) END, {assignments(':{}')}"
            " WHERE region_id = :region AND id = :id"
        ),
        {
            "region": region_id,
            "id": incident_id,
            "status": step.status.value,
            "policy": judged_by,
            "assignee": step.assignee_id,
            "authority": step.authority_id,
            "parent": step.parent_id,
            "restores": step.restores,
            "handed_at": step.handed_at,
            "hands_over": step.type in {"taken", "assigned"},
            "ends": step.status in ENDED,
            "at": step.at,
            **moved._asdict(),
        },
    )


FIRST_OVERDUE = "(waiting OR ended_unanswered) AND breached_at IS DISTINCT FROM queue_at AND queue_at < :now"
SECOND_OVERDUE = "substantive_waits AND substantive_breached_at IS DISTINCT FROM substantive_due_at AND substantive_due_at < :now"


async def lock_overdue(
    session: AsyncSession, region_id: RegionId, *, judged_by: PolicyId, now: datetime, limit: int
) -> list[StoredIncident]:
    """Incidents with a deadline that has passed and is unmarked, the first one or the second; those that somebody else holds now wait

    for the next look, and those whose deadlines may be others by the newest policy until that has judged them.
    """
    found: dict[IncidentId, StoredIncident] = {}
    for overdue, due_at in ((FIRST_OVERDUE, "queue_at"), (SECOND_OVERDUE, "substantive_due_at")):
        rows = await session.execute(
            text(
                f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND {overdue} AND policy_id = :policy"
                f" ORDER BY {due_at} LIMIT :limit FOR UPDATE SKIP LOCKED"
            ),
            {"region": region_id, "policy": judged_by, "now": now, "limit": limit},
        )
        found |= {one.incident.id: one for one in map(stored_of, rows)}
    return list(found.values())


async def mark_breached(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId], *, now: datetime) -> None:
    """Notes in the incidents that their present deadlines that have passed are known to be missed."""
    await session.execute(
        text(
            f"UPDATE incidents SET breached_at = CASE WHEN {FIRST_OVERDUE} THEN queue_at ELSE breached_at END,"
            f" substantive_breached_at = CASE WHEN {SECOND_OVERDUE} THEN substantive_due_at ELSE substantive_breached_at END,"
            " version = version + 1 WHERE region_id = :region AND id = ANY(:ids)"
        ),
        {"region": region_id, "ids": list(ids), "now": now},
    )


async def count(session: AsyncSession, region_id: RegionId) -> int:
    """All of them, those of test pages too."""
    return int(await session.scalar(text("SELECT count(*) FROM incidents WHERE region_id = :region"), {"region": region_id}) or 0)


async def after(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, *, limit: int) -> list[StoredIncident]:
    """The next incidents in the order of their ids, held until the transaction ends."""
    rows = await session.execute(
        text(f"SELECT {SELECTED} FROM incidents WHERE region_id = :region AND id > :after ORDER BY id LIMIT :limit FOR UPDATE"),
        {"region": region_id, "after": incident_id, "limit": limit},
    )
    return [stored_of(row) for row in rows]
