"""The queue at ten thousand and at a million incidents: what a page costs must not depend on how long the queue is.

    python -m bench.queue [--rows 1000000] [--rounds 200]

Requests go through the whole application in this process (token, transaction, JSON), in turns over both databases. The
figure to quote is the ratio of the p95 of the large queue to that of the small one.
"""

import argparse
import asyncio

from app.usecases.expose_metrics import measure_gauges
from bench.timing import Call, interleaved, percentile, print_table
from bench.town_server import NOW, Town, towns

SMALL = 10_000
PAGES = {
    "first page": "/api/v1/incidents",
    "operator's page": "/api/v1/incidents?authority_id=7&status=new&status=assigned",
    "overdue of a source": "/api/v1/incidents?source_id=3&overdue=true",
    "newest first": "/api/v1/incidents?sort=published",
    "words": "/api/v1/incidents?q=лифт+47",
    "a common word": "/api/v1/incidents?q=отопление",
    "a topic of nobody": "/api/v1/incidents?topic=nothing",
    "/metrics": "/metrics",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(run(given.rows, given.rounds))


async def run(rows: int, rounds: int) -> None:
    """Measures both queues and prints the table."""
    async with towns(SMALL, rows) as (small, large):
        for town in (small, large):
            await measure_gauges(town.database, town.region_id, [], [], now=NOW)
        calls = {
            f"{name} {size}": call
            for name, address in PAGES.items()
            for size, call in (("small", _get(small, address)), ("large", _get(large, address)))
        }
        times = await interleaved(calls, rounds=rounds, warm_up=10)
        gauges = await interleaved({"small": _gauges(small), "large": _gauges(large)}, rounds=5, warm_up=1)
    table = []
    for name in PAGES:
        figures = [percentile(times[f"{name} {size}"], share) for share in (0.5, 0.95) for size in ("small", "large")]
        table.append([name, *(f"{one:.1f}" for one in figures), f"{figures[1] / figures[0]:.2f}", f"{figures[3] / figures[2]:.2f}"])
    columns = ["ms", f"p50 {SMALL}", f"p50 {rows}", f"p95 {SMALL}", f"p95 {rows}", "ratio p50", "ratio p95"]
    print_table("The queue", columns, table)
    print(f"measuring the gauges, by a worker every 10 s: {min(gauges['small']):.0f} and {min(gauges['large']):.0f} ms")


def _get(town: Town, address: str) -> Call:
    client = town.client()

    async def call() -> None:
        (await client.get(address)).raise_for_status()

    return call


def _gauges(town: Town) -> Call:
    return lambda: measure_gauges(town.database, town.region_id, [], [], now=NOW)


if __name__ == "__main__":
    main()
