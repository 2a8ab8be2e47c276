"""A day of a network under its real limits: real workers, a process each, over HTTP to the emulator, which refuses as VK does.

    python -m bench.network_day [--pages 300] [--keys 2] [--workers 3] [--minutes 5]

A day passes in so many minutes, for the planner, the ledger, the posts and the emulator's gate alike: 3 calls a second and 5 000
`wall.get` a day for every key, which are too few for so many pages, so that the limits are felt all day. It runs over
midnight, where the gate begins a new day. The goal: no error 29 at all, error 6 on less than 0.1 % of the calls.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import uvloop
from pydantic import SecretStr
from sqlalchemy import text

from app.bootstrap import Services, running_services
from app.settings import Settings, load_settings
from app.storage import credentials
from app.telemetry.logs import configure_logs
from app.worker import run_worker
from bench.region_world import EPOCH, clock, rate_of
from bench.timing import print_table
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.vk.emulator.emulator import VkEmulator

PER_SECOND, WALL_GET_PER_DAY = 3, 5000
SECRET_KEY = "a key of the benchmark's own"
COMMENTS_A_POST, COMMENT_DELAY = 2.0, timedelta(hours=2)
READY = "ready"
"""What a worker says once it has all it works with; the day begins when all have said it, however slow the machine."""
SEED = (
    "INSERT INTO sources (region_id, network, external_id, name, url, official, status, monitored_since, created_at)"
    " SELECT :region, 'vk', (-page)::text, 'Страница ' || page, 'https://vk.com/club' || page, true, 'active', CAST(:now AS timestamptz),"
    " CAST(:now AS timestamptz) FROM generate_series(1, :pages) AS page",
    "INSERT INTO poll_states (source_id, next_poll_at) SELECT id, CAST(:now AS timestamptz) + random() * interval '1 hour' FROM sources",
    "UPDATE call_budgets SET rest_seconds = :rest",
)


@dataclass(frozen=True, slots=True)
class Day:
    """What every process of the run knows: what the day is about, and how many real seconds it lasts."""

    pages: int
    keys: int
    seconds: float

    @property
    def speed(self) -> float:
        return 86_400 / self.seconds

    @property
    def secrets(self) -> list[str]:
        """The service keys, in the form that VK gives them."""
        return [f"{number:02x}" * 35 for number in range(1, self.keys + 1)]

    def arguments(self) -> list[str]:
        """The day for another process."""
        return [str(self.pages), str(self.keys), str(self.seconds)]

    @classmethod
    def read(cls, given: Sequence[str]) -> "Day":
        """The day from `arguments`."""
        return cls(int(given[0]), int(given[1]), float(given[2]))


class Clock:
    """The time of the day, which stands until the day begins."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._now: Callable[[], datetime] = lambda: EPOCH

    def __call__(self) -> datetime:
        return self._now()

    async def begin_when_told(self) -> None:
        """Goes from the moment (in real Unix seconds) that comes on standard input."""
        self._now = clock(float(await asyncio.to_thread(sys.stdin.readline)), self._day.speed)


def town_of(pages: int) -> Town:
    """A day of posts and comments on pages of very different liveliness."""
    chance, messages = Random(11), list[TownMessage]()
    for page in range(1, pages + 1):
        at, number = EPOCH - timedelta(hours=6), 0
        while (at := at + timedelta(days=chance.expovariate(rate_of(page)))) < EPOCH + timedelta(days=1, hours=1):
            key, number = f"{page}/{number}", number + 1
            messages.append(TownMessage(key, page, -page, at, f"Новости {key}"))
            for place in range(min(int(chance.expovariate(1 / COMMENTS_A_POST)), 20)):
                later = at + chance.expovariate(1.0) * COMMENT_DELAY
                author = 1 + (page * 31 + place) % 500
                messages.append(TownMessage(f"{key}/{place}", page, author, later, f"Когда починят дорогу у дома {place}?", post_key=key))
    people = tuple(TownPerson(number, "Житель", str(number)) for number in range(1, 501))
    return Town(tuple(TownPage(page, f"Страница {page}", f"page{page}") for page in range(1, pages + 1)), people, tuple(messages))


async def emulate(day: Day) -> None:
    """Prints its address, serves until its input ends, and prints how every call was answered."""
    now = Clock(day)
    emulator = VkEmulator(
        town_of(day.pages),
        now=now,
        service_tokens=day.secrets,
        calls_per_second=PER_SECOND,
        wall_get_per_day=WALL_GET_PER_DAY,
        monotonic=lambda: time.monotonic() * day.speed,
    )
    async with serve(emulator.app()) as address:
        print(address, flush=True)
        await now.begin_when_told()
        await asyncio.to_thread(sys.stdin.read)
    outcomes = Counter((call.method, call.outcome) for call in emulator.calls)
    peak = max(emulator.peak_calls_per_second(secret) for secret in day.secrets)
    shown = sum(1 for _ in emulator.visible())
    print(json.dumps({"outcomes": [[*key, count] for key, count in outcomes.items()], "peak": peak, "shown": shown}), flush=True)


async def work(day: Day, url: str, address: str) -> None:
    """One worker, until its input ends."""
    stop, loop, now = asyncio.Event(), asyncio.get_running_loop(), Clock(day)
    async with running_services(settings_of(url, address, Path(tempfile.gettempdir())), now=now) as services:
        print(READY, flush=True)
        await now.begin_when_told()
        loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stop.set)))
        await run_worker(services, stop)


def settings_of(url: str | None, address: str, folder: Path) -> Settings:
    """The settings of every process with a database."""
    return load_settings(
        data_dir=folder,
        database_url=None if url is None else SecretStr(url),
        secret_key=SecretStr(SECRET_KEY),
        vk_api_url=address,
        vk_calls_per_second=PER_SECOND,
        vk_wall_get_per_day=WALL_GET_PER_DAY,
        worker_concurrency=32,
    )


@asynccontextmanager
async def process(role: str, day: Day, *more: str, log: Path) -> AsyncIterator[Process]:
    """A process of the run, which ends when its input does; what it logs is shown when it ends badly."""
    command = (sys.executable, "-m", "bench.network_day", "--as", role, *day.arguments(), *more)
    with log.open("ab") as file:
        started = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=file)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()
        elif started.returncode:
            print(_last_words(log), file=sys.stderr)


def _last_words(log: Path) -> str:
    return log.read_text()[-2000:]


async def end(one: Process) -> str:
    """Ends a process of ours; what it printed last."""
    said, _ = await one.communicate(b"")
    return said.decode().strip()


async def prepare(services: Services, day: Day) -> None:
    """Registers the pages and the keys, and makes the ledger's seconds as quick as the day."""
    async with services.database.write() as session:
        for number, secret in enumerate(day.secrets):
            about = {"kind": "vk_service", "name": f"key {number}", "secret": secret}
            await credentials.add(session, services.secret_box, **about, now=services.now())
    await services.connectors.refresh()
    values = {"region": services.region_id, "now": EPOCH, "pages": day.pages, "rest": 1 / day.speed}
    async with services.database.write() as session:
        for statement in SEED:
            await session.execute(text(statement), values)


@dataclass(frozen=True, slots=True)
class Told:
    """How the calls of a day were answered, by method and outcome; messages stored, and those that the network shows in the end."""

    outcomes: Counter[tuple[str, str]]
    peak: int
    stored: int
    shown: int

    def calls(self, method: str) -> int:
        """All calls of a method."""
        return sum(count for (one, _), count in self.outcomes.items() if one == method)

    def refused(self, code: int) -> int:
        """Calls of any method that were refused with the code."""
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome == f"error {code}")


async def live(day: Day, workers: int) -> Told:
    """Lives a day with so many workers."""
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        async with process("network", day, log=Path(folder) / "network.log") as network:
            assert network.stdout is not None
            address = (await network.stdout.readline()).decode().strip()
            async with running_services(settings_of(None, address, Path(folder)), now=lambda: EPOCH) as services:
                await prepare(services, day)
                url = services.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
                async with AsyncExitStack() as stack:
                    logs = [Path(folder) / f"worker {number}.log" for number in range(workers)]
                    crew = [await stack.enter_async_context(process("worker", day, url, address, log=log)) for log in logs]
                    await asyncio.gather(*(_is_ready(worker) for worker in crew))
                    began = time.time()
                    for one in (network, *crew):
                        await _tell(one, began)
                    await asyncio.sleep(day.seconds)
                    await asyncio.gather(*(end(worker) for worker in crew))
                async with services.database.read() as session:
                    stored = int(await session.scalar(text("SELECT count(*) FROM messages WHERE deleted_at IS NULL")) or 0)
                told = json.loads(await end(network))
    return Told(Counter({(method, outcome): count for method, outcome, count in told["outcomes"]}), told["peak"], stored, told["shown"])


async def _is_ready(worker: Process) -> None:
    assert worker.stdout is not None
    if (await worker.stdout.readline()).decode().strip() != READY:
        await worker.wait()
        raise RuntimeError("A worker ended before the day began; its last words stand above.")


async def _tell(one: Process, began: float) -> None:
    assert one.stdin is not None
    one.stdin.write(f"{began}\n".encode())
    await one.stdin.drain()


def show(day: Day, told: Told, workers: int) -> None:
    """Prints the table."""
    rows = []
    for method in sorted({method for method, _ in told.outcomes}):
        calls, quota, pace = told.calls(method), told.outcomes[method, "error 29"], told.outcomes[method, "error 6"]
        rows.append([method, str(calls), str(quota), str(pace), f"{pace / calls:.4%}"])
    title = f"A day of {day.pages} pages with {day.keys} keys and {workers} workers, at {day.speed:.0f} times its speed"
    print_table(title, ["method", "calls", "error 29", "error 6", "share of error 6"], rows)
    print(f"At most {told.peak} calls of a key within a second; {told.stored} messages stored of {told.shown} shown.")


async def run(day: Day, workers: int) -> None:
    """Lives a day and prints how its calls were answered."""
    show(day, await live(day, workers), workers)


def main() -> None:
    if sys.argv[1:2] == ["--as"]:
        role, day, rest = sys.argv[2], Day.read(sys.argv[3:6]), sys.argv[6:]
        configure_logs("json")
        act = emulate(day) if role == "network" else work(day, *rest)
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--pages", type=int, default=300)
        parser.add_argument("--keys", type=int, default=2)
        parser.add_argument("--workers", type=int, default=3)
        parser.add_argument("--minutes", type=float, default=5)
        given = parser.parse_args()
        day = Day(given.pages, given.keys, given.minutes * 60)
        act = run(day, given.workers)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(act)


if __name__ == "__main__":
    main()
