"""Plans of looks at counters: what all threads of a network have taught together, and the price of a look."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.thread_plan import CHEAPEST
from app.domain.polling.threads import ThreadTally
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class StoredThreadPlan:
    """The plan of a network as it is stored; `looks` are those under the price since `priced_at`."""

    tally: ThreadTally
    taught_at: datetime
    price: float
    priced_at: datetime
    looks: int


SUMS = ("counts", "expected", "echoes", "parents", "comments", "threads")
COLUMNS = (*SUMS, "taught_at", "price", "priced_at", "looks")
KEY = "region_id = :region AND network = :network"


async def lock(session: AsyncSession, region_id: RegionId, network: str, *, now: datetime) -> StoredThreadPlan:
    """The plan of a network, made if there is none, and held until the transaction ends: one worker at a time teaches it."""
    key = {"region": region_id, "network": network}
    first = StoredThreadPlan(ThreadTally(), now, CHEAPEST, now, 0)
    await session.execute(
        text(
            f"INSERT INTO thread_plans (region_id, network, {', '.join(COLUMNS)}) VALUES (:region, :network,"
            f" {', '.join(f':{name}' for name in COLUMNS)}) ON CONFLICT DO NOTHING"
        ),
        key | _columns(first),
    )
    row = (await session.execute(text(f"SELECT {', '.join(COLUMNS)} FROM thread_plans WHERE {KEY} FOR UPDATE"), key)).one()
    return StoredThreadPlan(ThreadTally(*row[: len(SUMS)]), *row[len(SUMS) :])


async def save(session: AsyncSession, region_id: RegionId, network: str, plan: StoredThreadPlan) -> None:
    """Writes a plan that is held."""
    written = ", ".join(f"{name} = :{name}" for name in COLUMNS)
    await session.execute(
        text(f"UPDATE thread_plans SET {written} WHERE {KEY}"), {"region": region_id, "network": network} | _columns(plan)
    )


def _columns(plan: StoredThreadPlan) -> dict[str, object]:
    own = {"taught_at": plan.taught_at, "price": plan.price, "priced_at": plan.priced_at, "looks": plan.looks}
    return {name: getattr(plan.tally, name) for name in SUMS} | own
