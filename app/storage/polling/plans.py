"""Plans: what all pages of a network have taught together, the price of a call, and the spells under each price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.plan import Watched
from app.domain.polling.price import DAY, Spell
from app.domain.polling.rates import Tally
from app.storage.regions import RegionId
from app.storage.sources import PUSH_KEEPS_UP


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """The plan of a network as it is stored; `calls` are those under the price since `priced_at`, `wanted` how many it asked for."""

    tally: Tally
    taught_at: datetime
    price: float
    priced_at: datetime
    calls: int
    wanted: float


COLUMNS = "counts, expected, echoes, parents, messages, guessed, spread, taught_at, price, priced_at, calls, wanted"
KEY = "region_id = :region AND network = :network"


async def lock(session: AsyncSession, region_id: RegionId, network: str) -> StoredPlan | None:
    """The plan of a network, held until the transaction ends: one worker at a time teaches it and sets its price."""
    row = (
        await session.execute(text(f"SELECT {COLUMNS} FROM poll_plans WHERE {KEY} FOR UPDATE"), {"region": region_id, "network": network})
    ).one_or_none()
    return None if row is None else StoredPlan(Tally(*row[:7]), *row[7:])


async def begin(session: AsyncSession, region_id: RegionId, network: str, *, price: float, now: datetime) -> None:
    """Makes a network's first plan; another worker's stands where it was faster."""
    empty = Tally()
    await session.execute(
        text(
            f"INSERT INTO poll_plans (region_id, network, {COLUMNS}) VALUES (:region, :network, :counts, :expected, :echoes, 0, 0, 0,"
            " :spread, :now, :price, :now, 0, 0) ON CONFLICT DO NOTHING"
        ),
        {
            "region": region_id,
            "network": network,
            "counts": empty.counts,
            "expected": empty.expected,
            "echoes": empty.echoes,
            "spread": empty.spread,
            "price": price,
            "now": now,
        },
    )


async def save(session: AsyncSession, region_id: RegionId, network: str, plan: StoredPlan) -> None:
    """Writes a plan that is held."""
    tally = plan.tally
    await session.execute(
        text(
            "UPDATE poll_plans SET counts = :counts, expected = :expected, echoes = :echoes, parents = :parents, messages = :messages,"
            " guessed = :guessed, spread = :spread, taught_at = :taught_at, price = :price, priced_at = :priced_at, calls = :calls,"
            " wanted = :wanted"
            f" WHERE {KEY}"
        ),
        {
            "region": region_id,
            "network": network,
            "counts": tally.counts,
            "expected": tally.expected,
            "echoes": tally.echoes,
            "parents": tally.parents,
            "messages": tally.messages,
            "guessed": tally.guessed,
            "spread": tally.spread,
            "taught_at": plan.taught_at,
            "price": plan.price,
            "priced_at": plan.priced_at,
            "calls": plan.calls,
            "wanted": plan.wanted,
        },
    )


async def close_spell(session: AsyncSession, region_id: RegionId, network: str, spell: Spell) -> Sequence[Spell]:
    """Records a spell and forgets those of more than a day ago; the spells of the last day in order."""
    key = {"region": region_id, "network": network}
    await session.execute(
        text(f"DELETE FROM poll_spells WHERE {KEY} AND began_at < :old"), key | {"old": spell.ended_at - DAY - timedelta(hours=1)}
    )
    await session.execute(
        text(
            "INSERT INTO poll_spells (region_id, network, began_at, ended_at, price, calls, wanted)"
            " VALUES (:region, :network, :began, :ended, :price, :calls, :wanted) ON CONFLICT DO NOTHING"
        ),
        key | {"began": spell.began_at, "ended": spell.ended_at, "price": spell.price, "calls": spell.calls, "wanted": spell.wanted},
    )
    rows = await session.execute(
        text(f"SELECT began_at, ended_at, price, calls, wanted FROM poll_spells WHERE {KEY} ORDER BY began_at"), key
    )
    return [Spell(*row) for row in rows]


async def watched(session: AsyncSession, region_id: RegionId, network: str) -> list[tuple[Watched, float | None]]:
    """Every page of a network that is watched, with the rate that has been learnt of it."""
    rows = await session.execute(
        text(
            f"SELECT s.weight, s.official, {PUSH_KEEPS_UP}, p.rate FROM sources s JOIN poll_states p ON p.source_id = s.id"
            " WHERE s.region_id = :region AND s.network = :network AND s.status = 'active'"
        ),
        {"region": region_id, "network": network},
    )
    return [(Watched(row.weight, row.official, row.push_keeps_up), row.rate) for row in rows]


async def replan(
    session: AsyncSession, region_id: RegionId, network: str, *, price: float, ratio: float, longest: timedelta, now: datetime
) -> int:
    """Moves polls that were planned at a price more than `ratio` away to where the new price puts them; how many.

    Intervals go with the root of the price. What is due now or under way is left alone.
    """
    rows = await session.execute(
        text(
            "UPDATE poll_states SET planned_price = CAST(:price AS float8), next_poll_at = greatest(CAST(:now AS timestamptz),"
            " known_until + least((next_poll_at - known_until) * sqrt(CAST(:price AS float8) / planned_price), CAST(:longest AS interval)))"
            f" WHERE {KEY} AND next_poll_at > :now AND failures = 0 AND known_until IS NOT NULL"
            " AND NOT planned_price BETWEEN CAST(:price AS float8) / CAST(:ratio AS float8)"
            " AND CAST(:price AS float8) * CAST(:ratio AS float8)"
        ),
        {"region": region_id, "network": network, "price": price, "ratio": ratio, "longest": longest, "now": now},
    )
    return int(rows.rowcount)  # type: ignore[attr-defined]
