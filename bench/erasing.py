"""Erasing by term after a year: what one message costs at the beginning and at the end, and how long threads are held.

    python -m bench.erasing [--messages 250000]

The history of `bench.history` is as if all its terms had passed. The figures to quote are the ratio of what a
message costs in the last fifth of the batches to the first fifth, the longest batch, and that the figures are the same afterwards.
"""

import argparse
import asyncio
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import asyncpg
import uvloop
from sqlalchemy import text

from app.domain.retention import Retention
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.storage.server.embedded import embedded_server
from app.usecases.erase_by_term import THREADS, Batch, erase_by_term
from bench.history import fill, found
from bench.ingest_pages import START
from bench.timing import print_table

TERMS = Retention(timedelta(days=1), timedelta(days=1))
LATER = START + timedelta(days=365)
FIGURES = text("SELECT md5(string_agg(t::text, '|' ORDER BY incident_id, number)) FROM turns t")


async def figures(database: Database) -> str:
    async with database.read() as session:
        return str(await session.scalar(FIGURES))


async def erase_all(database: Database, region: RegionId) -> list[tuple[int, float]]:
    """Messages and seconds of every batch, until nothing is left."""
    batches: list[tuple[int, float]] = []
    while True:
        began = perf_counter()
        erased = await erase_by_term(database, region, TERMS, now=LATER, batch=Batch(threads=THREADS, most=1))
        if not erased.messages:
            return batches
        batches.append((erased.messages, perf_counter() - began))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=250_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as server:
        admin = await asyncpg.connect(server.url())
        await admin.execute('CREATE DATABASE "year"')
        await admin.close()
        region, watched = await found(server.url("year"))
        await fill(server.url("year"), region, watched, arguments.messages)
        database = Database(create_engine(server.url("year")))
        before = await figures(database)
        batches = await erase_all(database, region)
        same = before == await figures(database)
        await database.close()
    fifth = max(len(batches) // 5, 1)
    first, last = [[1e6 * seconds / messages for messages, seconds in part] for part in (batches[:fifth], batches[-fifth:])]
    seconds = [taken for _, taken in batches]
    rows = [
        ["messages erased", str(sum(messages for messages, _ in batches))],
        ["messages a second", f"{sum(messages for messages, _ in batches) / sum(seconds):.0f}"],
        ["µs a message, first fifth", f"{statistics.median(first):.0f}"],
        ["µs a message, last fifth", f"{statistics.median(last):.0f}"],
        ["median batch, ms", f"{1000 * statistics.median(seconds):.0f}"],
        ["longest batch, ms", f"{1000 * max(seconds):.0f}"],
        ["figures the same", "yes" if same else "NO"],
    ]
    print_table(f"erasing by term, {arguments.messages} messages, {len(batches)} batches", ["", ""], rows)
    print(f"ratio last to first {statistics.median(last) / statistics.median(first):.2f}")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
