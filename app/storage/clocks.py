"""The clocks in an incident's own row: what its turns come to, and the columns that all who write them share."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import ENDED, IncidentId, IncidentStatus
from app.domain.turn import Turn
from app.storage.columns import Columns, names_of
from app.storage.regions import RegionId

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The place in the queue of an incident that has no deadline: behind all that have one."""


class Clocks(NamedTuple):
    """What the turns of an incident come to in its own row.

    `ended_unanswered`: nobody works on it any more, yet its question waits, and its deadline can still be missed.
    `substantive_waits`: a full answer is owed after an interim one, by a second deadline if the policy has one.
    """

    first_answer_due_at: datetime | None
    first_answered_at: datetime | None
    first_answer_message_id: int | None
    first_answer_class: str | None
    waiting: bool
    queue_at: datetime
    breached_at: datetime | None
    ended_unanswered: bool
    substantive_due_at: datetime | None
    substantive_waits: bool
    substantive_breached_at: datetime | None


def clocks(turns: Sequence[Turn], status: IncidentStatus, *, working: Collection[IncidentStatus], now: datetime) -> Clocks:
    """The first answer is that of the first answered turn; the deadline is the earliest of the turns that wait now."""
    first = next((turn.first for turn in turns if turn.first is not None), None)
    current = min((turn for turn in turns if turn.waits), key=lambda turn: turn.due_at or NEVER, default=turns[-1])
    waits = current.waits and status in working
    breached = [moment for turn in turns if (moment := turn.breached_at(now)) is not None]
    owed = [turn for turn in turns if turn.owes_substantive]
    second = min((turn.substantive_due_at or NEVER for turn in owed), default=None) if owed else turns[-1].substantive_due_at
    missed = [moment for turn in turns if (moment := turn.substantive_breached_at(now)) is not None]
    return Clocks(
        first_answer_due_at=current.due_at,
        first_answered_at=None if first is None else first.at,
        first_answer_message_id=None if first is None else first.message_id,
        first_answer_class=None if first is None else first.answer_class.value,
        waiting=waits,
        queue_at=current.due_at or NEVER,
        breached_at=max(breached) if breached else None,
        ended_unanswered=current.waits and status in ENDED,
        substantive_due_at=None if second == NEVER else second,
        substantive_waits=bool(owed),
        substantive_breached_at=max(missed, default=None),
    )


COLUMNS: Columns = (
    ("first_answer_due_at", "timestamptz"),
    ("first_answered_at", "timestamptz"),
    ("first_answer_message_id", "bigint"),
    ("first_answer_class", "text"),
    ("waiting", "bool"),
    ("queue_at", "timestamptz"),
    ("breached_at", "timestamptz"),
    ("ended_unanswered", "bool"),
    ("substantive_due_at", "timestamptz"),
    ("substantive_waits", "bool"),
    ("substantive_breached_at", "timestamptz"),
)
"""The columns of `Clocks`, in its order."""

MISSED = {"breached_at", "substantive_breached_at"}
"""The newest deadlines that are known to be missed: marked when somebody comes by, and never taken back."""

JUDGED: Columns = tuple(column for column in COLUMNS if column[0] not in MISSED)
"""What follows from the log and a policy alone, whoever has come by."""


def assignments(given: str, columns: Columns = COLUMNS) -> str:
    """What an UPDATE of incidents sets, by the form of a given value: `t.{}`, `:{}`."""
    values = ((name, f"CAST({given.format(name)} AS {kind})") for name, kind in columns)
    return ", ".join(f"{name} = greatest(incidents.{name}, {value})" if name in MISSED else f"{name} = {value}" for name, value in values)


def judged(clocks_now: Clocks) -> dict[str, object]:
    """The values of `JUDGED` by their names."""
    return {name: getattr(clocks_now, name) for name, _ in JUDGED}


async def clocks_of(session: AsyncSession, region_id: RegionId, ids: Collection[IncidentId]) -> dict[IncidentId, dict[str, object]]:
    """What the rows of incidents say of `JUDGED`, by column name."""
    rows = await session.execute(
        text(f"SELECT id, {names_of(JUDGED)} FROM incidents WHERE region_id = :region AND id = ANY(:ids)"),
        {"region": region_id, "ids": list(ids)},
    )
    return {IncidentId(row["id"]): {name: row[name] for name, _ in JUDGED} for row in rows.mappings()}


async def save_clocks(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, moved: Clocks) -> None:
    """Writes the clocks of one incident, but no missed deadline."""
    await session.execute(
        text(f"UPDATE incidents SET {assignments(':{}', JUDGED)}, version = version + 1 WHERE region_id = :region AND id = :id"),
        {"region": region_id, "id": incident_id, **judged(moved)},
    )
