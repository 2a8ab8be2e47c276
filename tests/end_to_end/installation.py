"""Otklik as it is installed: real worker processes on a real database, beside an emulated network in the test's own process."""

import asyncio
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send

from app.storage.engine import Database, create_engine
from app.storage.polling.leases import Held
from app.storage.regions import RegionId
from connectors.sdk.emulation.loopback import listen, serve
from connectors.sdk.emulation.town_generator import GeneratedTown
from connectors.sdk.registry import plugins
from tests.commands import environment_of
from tests.databases import TestServer, fresh_database
from tests.end_to_end.comparison import shown, stored
from tests.end_to_end.nursery import Forked
from tests.end_to_end.watch import TOKEN, Hands, register

REGION = "town"
PATIENCE_SECONDS = 180.0
"""Far more than is needed, for a machine with other work on it."""
BETWEEN_LOOKS_SECONDS = 0.1


class Turnstile:
    """The emulator's application, with a count of the calls that have come in to wait for; while shut it answers nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._passed = asyncio.Condition()
        self._is_open = asyncio.Event()
        self._is_open.set()
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._passed:
            self.count += 1
            self._passed.notify_all()
        await self._is_open.wait()
        await self._app(scope, receive, send)

    def shut(self) -> None:
        """Lets calls come in and wait."""
        self._is_open.clear()

    def open(self) -> None:
        """Answers those that wait and those to come."""
        self._is_open.set()

    async def wait_for_more(self, calls: int) -> None:
        """Waits until so many more calls have come in."""
        goal = self.count + calls
        async with asyncio.timeout(PATIENCE_SECONDS), self._passed:
            await self._passed.wait_for(lambda: self.count >= goal)


@dataclass(slots=True)
class Running:
    """A process of ours and the file that it logs to."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def kill(self) -> None:
        """SIGKILL: nothing is given back."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self, *, within: float, by: signal.Signals = signal.SIGTERM) -> int:
        """Asks the process to end; its exit code, or `TimeoutError`."""
        self.process.send_signal(by)
        async with asyncio.timeout(within):
            return await self.process.wait()

    def told(self, event: str) -> bool:
        """Whether the event stands in the log."""
        return f'"event": "{event}"' in self.log.read_text()


async def start(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Running:
    """`otklik` with these arguments at work in the folder; it begins to import, and serves some seconds later."""
    log = folder / f"{arguments[0]}-{uuid.uuid4().hex}.log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "app", *arguments]
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=file, stderr=file)
    return Running(process, log)


async def until(
    condition: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE_SECONDS, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Asks again and again, as a process has no other way to tell us; `TimeoutError` when it does not come true."""
    async with asyncio.timeout(seconds):
        while not await condition():
            meanwhile()
            await asyncio.sleep(BETWEEN_LOOKS_SECONDS)


def free_port() -> int:
    """A port that nobody listens at now."""
    with listen(0) as listener:
        return int(listener.getsockname()[1])


@dataclass(slots=True)
class Installation:
    """A database, an emulated network, and the processes started on them, which end with the installation."""

    url: str
    database: Database
    region_id: RegionId
    emulator: Any
    turnstile: Turnstile
    address: str
    folder: Path
    calls_per_second: int
    running: list[Running] = field(default_factory=list)

    def settings(self, **more: str) -> dict[str, str]:
        """What a process of this installation is told."""
        own = {
            "DATABASE_URL": self.url,
            "SECRET_KEY": "a secret key of the tests",
            "DATA_DIR": str(self.folder),
            "REGION": REGION,
            "VK_API_URL": self.address,
            "VK_SERVICE_TOKEN": TOKEN,
            "VK_CALLS_PER_SECOND": str(self.calls_per_second),
            "VK_WALL_GET_PER_DAY": "1000000",
            "POLL_MIN_SECONDS": "1",
            "POLL_MAX_SECONDS": "2",
            "LOG_FORMAT": "json",
        }
        return own | more

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this installation finds in its environment."""
        return environment_of(self.settings(**more))

    async def start(self, *arguments: str, **settings: str) -> Running:
        """A process of this installation."""
        self.running.append(await start(*arguments, folder=self.folder, environment=self.environment(**settings)))
        return self.running[-1]

    async def start_worker(self) -> Running:
        """A worker; it polls a few seconds later."""
        return await self.start("worker")

    async def rows(self, query: str, **parameters: Any) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(text(query), parameters)).all())

    async def end_leases(self, worker: Running | Forked) -> None:
        """Lets the leases of a dead worker run out now instead of some tens of seconds later."""
        name = {"name": f"%:{worker.pid}"}
        for held in Held:
            async with self.database.write() as session:
                ended = f"UPDATE {held} SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_worker LIKE :name"
                await session.execute(text(ended), name)
        async with self.database.write() as session:
            # What a living worker holds just now it gives back itself; waiting for it here could be waiting for each other.
            counted = "SELECT ctid FROM threads WHERE counted_until IS NOT NULL FOR UPDATE SKIP LOCKED"
            await session.execute(text(f"UPDATE threads SET counted_until = NULL WHERE ctid IN ({counted})"))

    async def held_by(self, worker: Running) -> set[int]:
        """The sources on which the worker has a lease, of the wall or of the threads."""
        held = " UNION ".join(f"SELECT source_id FROM {one} WHERE lease_worker LIKE :name" for one in Held)
        return {row.source_id for row in await self.rows(held, name=f"%:{worker.pid}")}

    async def until(self, condition: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until what the workers do has come to the condition; `TimeoutError` when it does not."""
        await until(condition, seconds=seconds, meanwhile=self._check_on_processes)

    def _check_on_processes(self) -> None:
        for one in self.running:
            assert one.process.returncode in {None, 0, -signal.SIGKILL}, one.log.read_text()

    async def is_all_stored(self) -> bool:
        """Whether we hold exactly what the network shows."""
        return await stored(self.rows) == shown(self.emulator.visible())


@asynccontextmanager
async def installed(
    server: TestServer, town: GeneratedTown, hands: Hands, folder: Path, *, since: datetime, calls_per_second: int = 100
) -> AsyncIterator[Installation]:
    """An installation on a database of its own that watches the town's pages since a moment."""
    async with (
        fresh_database(server) as url,
        installed_on(url, town, hands, folder, since=since, calls_per_second=calls_per_second) as installation,
    ):
        yield installation


@asynccontextmanager
async def installed_on(
    url: str, town: GeneratedTown, hands: Hands, folder: Path, *, since: datetime, calls_per_second: int = 100
) -> AsyncIterator[Installation]:
    """An installation on the given database; its processes are killed at the end."""
    network = plugins()["vk"].emulate(
        town.town, now=hands, service_tokens=[TOKEN], calls_per_second=calls_per_second, wall_get_per_day=1_000_000
    )
    turnstile = Turnstile(network.app())
    async with serve(turnstile) as address:
        database = Database(create_engine(url, pool_size=3))
        region_id = await register(database, town, REGION, since)
        installation = Installation(url, database, region_id, network, turnstile, address, folder, calls_per_second)
        try:
            yield installation
        finally:
            turnstile.open()
            for one in installation.running:
                await one.kill()
            await database.close()


def calm_and_quick(town: GeneratedTown, until: datetime, length: timedelta) -> GeneratedTown:
    """The town in quick motion up to `until`, without edits and deletions: what is found does not hang on when one looks."""
    moments = [message.at for message in town.town.messages]
    last, pace = max(moments), (max(moments) - min(moments)) / length
    messages = tuple(
        replace(message, at=(until - (last - message.at) / pace).replace(microsecond=0), edits=(), deleted_at=None, restored_at=None)
        for message in town.town.messages
    )
    return replace(town, town=replace(town.town, messages=messages))


def moments(town: GeneratedTown, count: int) -> Sequence[datetime]:
    """Moments between which the town publishes evenly, the last one after all of it."""
    published = sorted(message.at for message in town.town.messages)
    steps = (published[len(published) * number // count] for number in range(1, count))
    return [*steps, published[-1] + timedelta(seconds=1)]
