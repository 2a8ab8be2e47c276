"""The pace of every credential, lowered by refusals and recovering, and the day's limits that refusals taught us."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.quota import Pace, window_before

SET_PACE = text(
    "UPDATE call_budgets SET slots = :slots, rest_seconds = :rest, lowered_to = :lowered_to, lowered_at = :lowered_at"
    " WHERE budget = :budget"
)


async def register(connection: AsyncConnection, budget: str, network: str, kind: str, name: str, per_second: int) -> None:
    """Makes the row and the slots of a credential; a changed limit begins a new pace."""
    await connection.execute(
        text(
            "INSERT INTO call_budgets (budget, network, kind, name, per_second, slots, rest_seconds, seen_at)"
            " VALUES (:budget, :network, :kind, :name, :per_second, :per_second, 1, clock_timestamp()) ON CONFLICT (budget) DO UPDATE SET"
            " kind = excluded.kind, name = excluded.name, per_second = excluded.per_second, slots = excluded.slots, rest_seconds = 1,"
            " lowered_to = NULL, lowered_at = NULL"
            " WHERE call_budgets.per_second <> excluded.per_second OR call_budgets.name <> excluded.name"
        ),
        {"budget": budget, "network": network, "kind": kind, "name": name, "per_second": per_second},
    )
    await connection.execute(
        text(
            "INSERT INTO call_slots (budget, slot, free_at) SELECT :budget, slot, clock_timestamp()"
            " FROM generate_series(0, CAST(:slots AS int) - 1) AS slot ON CONFLICT DO NOTHING"
        ),
        {"budget": budget, "slots": per_second},
    )


async def see(connection: AsyncConnection, budgets: Sequence[str]) -> None:
    """Notes that these credentials are in use now."""
    await connection.execute(
        text("UPDATE call_budgets SET seen_at = clock_timestamp() WHERE budget = ANY(:budgets)"), {"budgets": list(budgets)}
    )


async def lower(connection: AsyncConnection, budget: str) -> None:
    """Halves the pace for everybody."""
    row = (
        await connection.execute(
            text(
                "SELECT per_second, lowered_to, lowered_at, clock_timestamp() AS moment FROM call_budgets WHERE budget = :budget FOR UPDATE"
            ),
            {"budget": budget},
        )
    ).one()
    pace = Pace(row.per_second, row.lowered_to, row.lowered_at).lowered(row.moment)
    await _set(connection, budget, pace, row.moment)


async def recover(connection: AsyncConnection) -> None:
    """Lets every lowered pace rise by the time that has passed; which worker does it, and how often, makes no difference."""
    rows = await connection.execute(
        text(
            "SELECT budget, per_second, lowered_to, lowered_at, clock_timestamp() AS moment FROM call_budgets WHERE lowered_at IS NOT NULL"
            " ORDER BY budget FOR UPDATE SKIP LOCKED"
        )
    )
    for row in rows.all():
        await _set(connection, row.budget, Pace(row.per_second, row.lowered_to, row.lowered_at), row.moment)


async def _set(connection: AsyncConnection, budget: str, pace: Pace, moment: datetime) -> None:
    if pace.at(moment) >= pace.limit:
        pace = Pace(pace.limit)
    values = {
        "budget": budget,
        "slots": pace.slots_at(moment),
        "rest": pace.rest_at(moment).total_seconds(),
        "lowered_to": pace.lowered_to,
        "lowered_at": pace.lowered_at,
    }
    await connection.execute(SET_PACE, values)


async def learn_limit(connection: AsyncConnection, budget: str, method: str, *, now: datetime) -> None:
    """Notes after how many calls of the last 24 hours the network said that there are no more."""
    await connection.execute(
        text(
            "INSERT INTO call_limits (budget, method, calls, learnt_at) SELECT :budget, :method, coalesce(sum(calls), 0), :now"
            " FROM call_counts WHERE budget = :budget AND method = :method AND began_at > :window"
            " ON CONFLICT (budget, method) DO UPDATE SET calls = excluded.calls, learnt_at = excluded.learnt_at"
        ),
        {"budget": budget, "method": method, "now": now, "window": window_before(now)},
    )
