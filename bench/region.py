"""A region and a country under watch: the real worker over the embedded PostgreSQL, against a light VK in a process of its own.

    python -m bench.region [--pages 3300 54000] [--seconds 90] [--polls-per-second 10] [--mean-lag-minutes 10]

Both are run at the speed at which the plan wants about so many polls a second, so that what a poll costs can be compared; the
figure to quote is the ratio of the costs per poll, and the number of keys that the wanted mean lag of posts takes.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvloop
from sqlalchemy import text

from app.bootstrap import Services, running_services
from app.domain.polling.plan import Watched
from app.domain.polling.price import opening_price
from app.settings import load_settings
from app.telemetry.logs import configure_logs
from app.worker import run_worker
from bench.region_world import EPOCH, clock, rate_of, waits_of
from connectors.vk.cursor import WallCursor, write_wall_cursor
from connectors.vk.sections import BOARD

REGION, COUNTRY = 3_300, 54_000
A_KEY_A_DAY = 5_000
TICKS = os.sysconf("SC_CLK_TCK")
SEED = (
    "INSERT INTO sources (region_id, network, external_id, name, url, official, status, monitored_since, created_at)"
    " SELECT :region, 'vk', (-page)::text, 'Страница ' || page, 'https://vk.com/club' || page, true, 'active', CAST(:now AS timestamptz),"
    " CAST(:now AS timestamptz) FROM unnest(CAST(:pages AS int[])) AS page",
    "INSERT INTO poll_states (source_id, next_poll_at, cursor, last_success_at, known_until, messages, exposure, rate, planned_price,"
    " first_success_at) SELECT s.id, CAST(:now AS timestamptz) + days * interval '1 day', cursor, last, last, rate * 30, 30, rate,"
    " CAST(:price AS float8), last FROM unnest(CAST(:pages AS int[]), CAST(:rates AS float8[]), CAST(:waits AS float8[]),"
    " CAST(:lasts AS timestamptz[]), CAST(:cursors AS text[])) AS t(page, rate, days, last, cursor)"
    " JOIN sources s ON s.external_id = (-page)::text",
    "ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run cost and brought."""

    pages: int
    keys: int
    speed: float
    polls: int
    counts: int
    readings: int
    messages: int
    worker_cpu: float
    database_cpu: float
    mib: float
    p50: float
    p95: float

    @property
    def per_call(self) -> float:
        """CPU milliseconds of worker and database per call of any method, with all that it brings."""
        return 1000 * (self.worker_cpu + self.database_cpu) / max(self.polls + self.counts + self.readings, 1)

    @property
    def per_poll(self) -> float:
        """CPU milliseconds of worker and database per poll of a wall, with all the counting and reading that goes with it."""
        return 1000 * (self.worker_cpu + self.database_cpu) / max(self.polls, 1)


async def run(pages: int, *, seconds: float, polls_per_second: float, mean_lag: timedelta) -> Run:
    """Watches so many pages for so many real seconds."""
    rates = [rate_of(page) for page in range(1, pages + 1)]
    roots, weights = sum(math.sqrt(rate) for rate in rates), sum(rates)
    worth = Watched(1.0, official=True, pushed=False).worth
    keys = math.ceil(roots**2 / (2 * weights * (mean_lag / timedelta(days=1))) / A_KEY_A_DAY)
    speed, began = polls_per_second * 86_400 / (keys * A_KEY_A_DAY), time.time() + 20 + pages / 1500
    price = opening_price((worth * rate for rate in rates), keys * A_KEY_A_DAY)
    world = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.region_world", "--price", str(price / worth), "--began", str(began), "--speed", str(speed)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert world.stdout is not None
        address = (await world.stdout.readline()).decode().strip()
        with tempfile.TemporaryDirectory() as folder:
            settings = load_settings(
                data_dir=Path(folder),
                database_url=None,
                vk_api_url=address,
                vk_service_token="key of the benchmark",
                vk_calls_per_second=100,
                vk_wall_get_per_day=keys * A_KEY_A_DAY,
                worker_concurrency=32,
            )
            async with running_services(settings, now=clock(began, speed)) as services:
                await seed(services, rates, price, price / worth)
                await asyncio.sleep(max(began - time.time(), 0))
                return await measure(services, pages, keys, speed, seconds)
    finally:
        world.kill()
        await world.wait()


async def seed(services: Services, rates: list[float], price: float, own_price: float) -> None:
    """Registers the pages as if they had been watched for a month, their polls spread over their intervals."""
    pages = range(1, len(rates) + 1)
    waits = [waits_of(page, own_price) for page in pages]
    lasts = [EPOCH - timedelta(days=before) for before, _ in waits]
    values = {
        "region": services.region_id,
        "now": EPOCH,
        "pages": list(pages),
        "rates": rates,
        "waits": [ahead for _, ahead in waits],
        "lasts": lasts,
        "price": price,
        "cursors": [write_wall_cursor(WallCursor(last, {BOARD.name: EPOCH + timedelta(days=1)})) for last in lasts],
    }
    async with services.database.write() as session:
        for statement in SEED:
            await session.execute(text(statement), values)


async def measure(services: Services, pages: int, keys: int, speed: float, seconds: float) -> Run:
    """Runs the worker and reads what it did."""
    stop, before = asyncio.Event(), resource.getrusage(resource.RUSAGE_SELF)
    database_before = await database_cpu(services)
    asyncio.get_running_loop().call_later(seconds, stop.set)
    await run_worker(services, stop)
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    async with services.database.read() as session:
        polls = await session.scalar(text("SELECT count(*) FROM poll_states WHERE last_polled_at IS NOT NULL"))
        messages = await session.scalar(text("SELECT count(*) FROM messages"))
        calls = {
            dict(json.loads(row.labels))["method"]: int(row.value)
            for row in await session.execute(
                text("SELECT labels, value FROM metric_samples WHERE name = 'otklik_network_calls_total' AND labels LIKE '%\"ok\"%'")
            )
        }
        lags = (
            await session.execute(
                text(
                    "SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM stored_at - p)) AS lags"
                    " FROM detections, unnest(published) AS p"
                )
            )
        ).scalar_one() or [0.0, 0.0]
    return Run(
        pages=pages,
        keys=keys,
        speed=speed,
        polls=calls.get("wall.get", int(polls or 0)),
        counts=calls.get("wall.getById", 0),
        readings=calls.get("wall.getComments", 0),
        messages=int(messages or 0),
        worker_cpu=spent,
        database_cpu=await database_cpu(services) - database_before,
        mib=after.ru_maxrss / 1024,
        p50=float(lags[0]),
        p95=float(lags[1]),
    )


async def database_cpu(services: Services) -> float:
    """CPU seconds of the database server: its processes that live and those that have ended."""
    async with services.database.read() as session:
        return cpu_of_server_of(int(await session.scalar(text("SELECT pg_backend_pid()")) or 0))


def cpu_of_server_of(backend: int) -> float:
    """CPU seconds of the server that a backend belongs to."""
    server = int(fields_of(str(backend))[1])
    children = (fields_of(process.name) for process in Path("/proc").glob("[0-9]*"))
    living = sum(int(one[11]) + int(one[12]) for one in children if one and int(one[1]) == server)
    return (living + sum(map(int, fields_of(str(server))[11:15]))) / TICKS


def fields_of(process: str) -> list[str]:
    """What the kernel tells of a process after its name: state, parent … CPU ticks at 11 to 14; nothing of one that has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def run_alone(pages: int, seconds: float, polls_per_second: float, mean_lag: timedelta) -> Run:
    """A run in a process of its own, whose counters and memory begin afresh."""
    configure_logs("json")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run(pages, seconds=seconds, polls_per_second=polls_per_second, mean_lag=mean_lag))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs=2, default=(REGION, COUNTRY))
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--polls-per-second", type=float, default=10)
    parser.add_argument("--mean-lag-minutes", type=float, default=10)
    arguments = parser.parse_args()
    runs: list[Run] = []
    for pages in arguments.pages:
        lag = timedelta(minutes=arguments.mean_lag_minutes)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            one = alone.submit(run_alone, pages, arguments.seconds, arguments.polls_per_second, lag).result()
        runs.append(one)
        print(
            f"{one.pages} pages, {one.keys} keys, speed {one.speed:.1f}: {one.polls} wall.get, {one.counts} wall.getById,"
            f" {one.readings} wall.getComments, {one.messages} messages; lag p50 {one.p50:.0f} s, p95 {one.p95:.0f} s;"
            f" worker {one.worker_cpu:.1f} s and database {one.database_cpu:.1f} s of CPU, {one.per_poll:.1f} ms a poll,"
            f" {one.per_call:.1f} ms a call; {one.mib:.0f} MiB",
            flush=True,
        )
    small, large = runs
    print(
        f"{large.pages} pages : {small.pages} pages, cost per poll {large.per_poll / small.per_poll:.2f}, per call"
        f" {large.per_call / small.per_call:.2f}"
    )


if __name__ == "__main__":
    main()
