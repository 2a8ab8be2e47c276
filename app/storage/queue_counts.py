"""How many incidents stand where, counted only as far as an operator cares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import WAITING, IncidentStatus
from app.domain.operator import OperatorId
from app.storage.queue import PROMISED
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE

COUNTED_TO = 1000
"""A count that reaches this means «so many or more»: each costs at most so many index entries, however long the queue is."""
STATUSES = (IncidentStatus.NEW, IncidentStatus.ASSIGNED, IncidentStatus.IN_PROGRESS, IncidentStatus.ANSWERED)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Incidents by status, those overdue, in one operator's hands, of an unsure kind; the merged ones whose authors have no answer; and

    those that owe a full answer by a second deadline, `promise_overdue` of them late.
    """

    by_status: Mapping[IncidentStatus, int]
    overdue: int
    mine: int
    unsure: int
    owed: int
    promised: int
    promise_overdue: int


def _counted(condition: str) -> str:
    real = f"SELECT 1 FROM incidents WHERE region_id = :region AND source_id {REAL_PAGE}"
    return f"(SELECT count(*) FROM ({real} AND {condition} LIMIT :most) AS one)"


OWED = "status = 'duplicate' AND ended_unanswered"
COUNTS = text(
    "SELECT "
    + ", ".join(_counted(f"status = '{status.value}'") + f' AS "{status.value}"' for status in STATUSES)
    + f", {_counted('waiting AND queue_at < :now')} AS overdue"
    + f", {_counted('confidence < :sure_from AND status = ANY(:open)')} AS unsure"
    + f", {_counted(OWED)} AS owed"
    + f", {_counted(PROMISED)} AS promised, {_counted(PROMISED + ' AND substantive_due_at < :now')} AS promise_overdue"
    + f", {_counted('assignee_id = :operator AND status = ANY(:open)')} AS mine"
)


async def count(session: AsyncSession, region_id: RegionId, operator_id: OperatorId, *, sure_from: float, now: datetime) -> QueueCounts:
    """The counts at `now`; below `sure_from` a kind is unsure."""
    row = (
        await session.execute(
            COUNTS,
            {
                "region": region_id,
                "operator": operator_id,
                "now": now,
                "sure_from": sure_from,
                "most": COUNTED_TO,
                "open": [status.value for status in WAITING],
            },
        )
    ).one()
    by_status = {status: row._mapping[status.value] for status in STATUSES}
    return QueueCounts(by_status, row.overdue, row.mine, row.unsure, row.owed, row.promised, row.promise_overdue)
