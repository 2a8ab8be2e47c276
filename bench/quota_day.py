"""A day of calls under VK's own limits: four workers, an engine each, against the emulator's gate.

    python -m bench.quota_day [--keys 2] [--comments 10000]

Everybody asks as fast as the ledger lets them, so that the limits are met all day: the day's `wall.get` of every key, and so
many `wall.getComments`. Time runs quickly: a second of ours is the twentieth of one, for the ledger's slots and for the gate
alike, and a day passes while the calls are made. The goal: no error 29 at all, error 6 on less than 0.1 % of the calls.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import text

from app.storage.calls.ledger import Key, SharedLedger
from app.storage.engine import Database, create_engine, ensure_database
from app.storage.server.embedded import embedded_server
from app.storage.server.migrate import migrate
from bench.timing import print_table
from connectors.sdk.contract import Credential
from connectors.sdk.errors import ConnectorError, QuotaExhausted
from connectors.vk.api import refusal
from connectors.vk.emulator.call import READERS
from connectors.vk.emulator.refusals import Refusal
from connectors.vk.emulator.tokens import Gate, Token, TokenKind

BEGAN = datetime(2026, 3, 11, 21, 0, tzinfo=UTC)
HASTE = 20
PER_SECOND = 3
WALL, COMMENTS = "wall.get", "wall.getComments"


@dataclass
class Day:
    """The gate of the network, its clock, and how every call ended."""

    per_day: int
    keys: Sequence[Credential]
    began: float = field(default_factory=time.monotonic)
    seconds_a_day: float = 60.0
    random: Random = field(default_factory=lambda: Random(3))
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        tokens = {key.secret: Token(TokenKind.SERVICE, PER_SECOND) for key in self.keys}
        self.gate = Gate(tokens, {WALL: self.per_day}, lambda: time.monotonic() * HASTE)

    def now(self) -> datetime:
        """The quick clock of days."""
        return BEGAN + timedelta(days=1) * (time.monotonic() - self.began) / self.seconds_a_day

    def start(self) -> None:
        """Lets the day begin now."""
        self.began = time.monotonic()

    async def call(self, ledger: SharedLedger, method: str) -> None:
        """One call; it arrives somewhere between its start and its end."""
        async with ledger.call(method, self.keys) as key:
            await asyncio.sleep(self.random.random() * 0.2 / HASTE)
            try:
                self.gate.admit(self.gate.recognise(key.secret), method, READERS, self.now())
            except Refusal as refused:
                self.outcomes[method, str(refused.code)] += 1
                error = {"error_code": refused.code, "error_msg": "refused"}
                raise refusal(error, method=method, credential=key, now=self.now()) from None
            self.outcomes[method, "ok"] += 1
            await asyncio.sleep(self.random.random() * 0.2 / HASTE)


async def live(day: Day, ledgers: Sequence[SharedLedger], comments: int) -> None:
    """Lets every worker ask for walls until the day ends, and for comments until there are no more to ask for."""
    ends, left = BEGAN + timedelta(days=1), iter(range(comments))

    async def read(ledger: SharedLedger) -> None:
        while day.now() < ends:
            try:
                await day.call(ledger, WALL)
            except QuotaExhausted:
                await asyncio.sleep(0.2)
            except ConnectorError:
                await asyncio.sleep(1 / HASTE)

    async def follow(ledger: SharedLedger) -> None:
        for _ in left:
            try:
                await day.call(ledger, COMMENTS)
            except ConnectorError:
                await asyncio.sleep(1 / HASTE)

    async with asyncio.TaskGroup() as group:
        for ledger in ledgers:
            for work in (read, read, follow, follow):
                group.create_task(work(ledger))


@asynccontextmanager
async def workers(url: str, day: Day, count: int) -> AsyncIterator[list[SharedLedger]]:
    """So many ledgers, each over an engine of its own, with the quick second."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(count):
            database = Database(create_engine(url, pool_size=5))
            stack.push_async_callback(database.close)
            keys = [Key(key.name, key.kind, key.name, PER_SECOND, {WALL: day.per_day}) for key in day.keys]
            found.append(SharedLedger(database.engine, "vk", keys, now=day.now))
            await found[-1].prepare()
        async with database.write() as session:
            await session.execute(text("UPDATE call_budgets SET rest_seconds = :rest"), {"rest": 1 / HASTE})
        yield found


async def run(keys: int, comments: int) -> None:
    """Lives the day and prints how the calls ended."""
    credentials = [Credential("vk_service", f"key {number}", f"secret {number}") for number in range(keys)]
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder, embedded_server(Path(folder)) as server:
        await ensure_database(server.url(), "day")
        made = Database(create_engine(server.url("day")))
        await migrate(made.engine)
        await made.close()
        day = Day(5000, credentials, seconds_a_day=(5000 * keys + comments) / (keys * PER_SECOND * HASTE) * 2)
        async with workers(server.url("day"), day, 4) as ledgers:
            day.start()
            await live(day, ledgers, comments)
    calls = Counter(method for (method, _), n in day.outcomes.items() for _ in range(n))
    rows = [
        [method, str(n), str(day.outcomes[method, "29"]), str(day.outcomes[method, "6"]), f"{day.outcomes[method, '6'] / n:.4%}"]
        for method, n in sorted(calls.items())
    ]
    print_table(f"A day with {keys} keys", ["method", "calls", "error 29", "error 6", "share of error 6"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=2)
    parser.add_argument("--comments", type=int, default=10_000)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.keys, arguments.comments))


if __name__ == "__main__":
    main()
