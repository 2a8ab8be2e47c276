"""What the right to one call costs in the database, beside what it cost before there was one ledger.

    python -m bench.calls [--rounds 500]

Before: three statements (the day's count, a slot, its release) for one credential chosen in the process. Now: two, which
also choose among the credentials, hold what networks refused, and count any 24 hours. A day of counts lies behind each key.
"""

import argparse
import asyncio
import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.storage.calls.ledger import Key, SharedLedger
from app.storage.engine import Database, create_engine, ensure_database
from app.storage.server.embedded import embedded_server
from app.storage.server.migrate import migrate
from bench.timing import Call, interleaved, median, percentile, print_table
from connectors.sdk.contract import Credential

NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
SLOTS = 100
MANY = 60
COUNT = text(
    "INSERT INTO call_days (budget, method, day, calls) VALUES ('before', 'wall.get', :day, 1) ON CONFLICT (budget, method, day)"
    " DO UPDATE SET calls = call_days.calls + 1 WHERE call_days.calls < :limit RETURNING calls"
)
ACQUIRE = text(
    "UPDATE call_slots SET free_at = clock_timestamp() + interval '30 s', holder = :holder WHERE (budget, slot) = (SELECT budget, slot"
    " FROM call_slots WHERE budget = 'before' AND slot < :slots AND free_at <= clock_timestamp() ORDER BY free_at LIMIT 1"
    " FOR UPDATE SKIP LOCKED) RETURNING slot"
)
RELEASE = text("UPDATE call_slots SET free_at = clock_timestamp(), holder = NULL WHERE budget = 'before' AND slot = :slot")


def before(engine: AsyncEngine) -> Call:
    """One call as it was kept until now."""
    quick = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def call() -> None:
        async with quick.connect() as connection:
            await connection.scalar(COUNT, {"day": NOW.date(), "limit": 10**9})
        async with quick.connect() as connection:
            slot = await connection.scalar(ACQUIRE, {"holder": uuid.uuid4().hex, "slots": SLOTS})
        async with quick.connect() as connection:
            await connection.execute(RELEASE, {"slot": slot})

    return call


async def now(engine: AsyncEngine, names: Sequence[str], method: str) -> Call:
    """One call by the ledger, over so many keys."""
    keys = [Key(name, "vk_service", name, 3 if len(names) > 1 else SLOTS, {"wall.get": 10**6}) for name in names]
    ledger = SharedLedger(engine, "vk", keys, now=lambda: NOW)
    await ledger.prepare()
    credentials = [Credential("vk_service", name, name) for name in names]

    async def call() -> None:
        async with ledger.call(method, credentials):
            return

    return call


async def run(rounds: int) -> None:
    """Measures all of them in turns and prints the table."""
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder, embedded_server(Path(folder)) as server:
        await ensure_database(server.url(), "calls")
        database = Database(create_engine(server.url("calls")))
        await migrate(database.engine)
        many = [f"key {number}" for number in range(MANY)]
        calls = {
            "before, one key": before(database.engine),
            "now, one key, limited": await now(database.engine, ["alone"], "wall.get"),
            "now, one key, unlimited": await now(database.engine, ["alone"], "wall.getComments"),
            f"now, {MANY} keys, limited": await now(database.engine, many, "wall.get"),
            f"now, {MANY} keys, unlimited": await now(database.engine, many, "wall.getComments"),
        }
        await _prepare(database)
        times = await interleaved(calls, rounds=rounds, warm_up=50)
        await database.close()
    first = median(times["before, one key"])
    rows = [[name, f"{median(of):.2f}", f"{percentile(of, 0.95):.2f}", f"{median(of) / first:.2f}"] for name, of in times.items()]
    print_table("The right to one call", ["", "median, ms", "p95, ms", "ratio"], rows)


async def _prepare(database: Database) -> None:
    async with database.write() as session:
        await session.execute(
            text("INSERT INTO call_slots SELECT 'before', slot, now() FROM generate_series(0, :most) AS slot"), {"most": SLOTS - 1}
        )
        await session.execute(text("UPDATE call_budgets SET rest_seconds = 0.001"))
        await session.execute(
            text(
                "INSERT INTO call_counts SELECT b.budget, 'wall.get', step, 50 FROM call_budgets b,"
                " generate_series(CAST(:now AS timestamptz) - interval '1 day', :now - interval '15 minutes', '15 minutes') AS step"
            ),
            {"now": NOW},
        )
        await session.execute(text("ANALYZE"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=500)
    asyncio.run(run(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
