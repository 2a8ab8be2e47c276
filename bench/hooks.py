"""Pushed events at a steady rate over real HTTP, and through a restart of the database: `python -m bench.hooks [--seconds 20]`.

The web process is a process of its own; the client sends each event at its appointed time over connections that stay
open, and an event that waits for a free connection waits on the clock. Refused events are sent again as VK does, after
`Retry-After`.
"""

import argparse
import asyncio
import itertools
import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import psutil
from sqlalchemy import text

from app.api.context import ApiContext
from app.domain.push_channel import PushMode
from app.domain.source import SourceId
from app.main import create_app
from app.storage import push_channels, regions, sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database, create_engine
from app.storage.push_channels import NewChannel
from app.storage.server.embedded import EmbeddedServer, embedded_server, revive
from app.storage.server.migrate import migrate
from app.storage.sources import NewSource
from app.usecases.receive_webhook import Door
from bench.timing import percentile, print_table
from connectors.sdk.contract import ConnectorContext
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.registry import plugins
from connectors.sdk.testing import OpenLedger

RATE = 500
CONNECTIONS = 64
SOURCES = 20
SECRET, BOX = "the-secret-of-the-callbacks", SecretBox("a key of sixteen letters or more")
LONGEST_PAUSE = 1.0


def system_now() -> datetime:
    return datetime.now(UTC)


async def serve_hooks(url: str) -> None:
    """The web process: prints its address and serves until its input ends."""
    database = Database(create_engine(url))
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "bench", now=system_now())
    connector = plugins()["vk"].build(ConnectorContext("http://vk.invalid", (), OpenLedger(), system_now))
    door = Door(database, region_id, BOX, lambda network: connector, system_now)
    context = ApiContext(database, region_id, system_now, {}, lambda network: connector, True, ZoneInfo("Europe/Moscow"), door=door)
    async with serve(create_app(context)) as address:
        print(address, flush=True)
        await asyncio.to_thread(sys.stdin.read)
    await connector.close()
    await database.close()


@contextmanager
def web_process(url: str) -> Iterator[str]:
    """The address of a web process over the database."""
    command = [sys.executable, "-m", "bench.hooks", "--serve", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()


async def settle(url: str) -> list[SourceId]:
    """Watched pages with open channels; their ids."""
    database = Database(create_engine(url))
    await migrate(database.engine)
    now = system_now()
    found = []
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "bench", now=now)
        for number in range(1, SOURCES + 1):
            new = NewSource("vk", f"-{number}", f"Страница {number}", f"https://vk.com/club{number}", True, None, now)
            source_id = await sources.add(session, region_id, new, now=now)
            channel = NewChannel(source_id, PushMode.CALLBACK, BOX.lock(SECRET), "code", False)
            await push_channels.open_channel(session, channel, now=now)
            found.append(source_id)
    await database.close()
    return found


@dataclass(slots=True)
class Sender:
    """Sends events at their times; `waits` are the milliseconds from an event's time to its acknowledgement at the first attempt."""

    host: str
    port: int
    source_ids: list[SourceId]
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    sent: set[str] = field(default_factory=set)
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = field(default_factory=asyncio.Queue)

    async def send(self, number: int, at: float) -> None:
        """One event until it is acknowledged."""
        event_id = f"event-{number}"
        body = self._body(number, event_id)
        for attempt in itertools.count():
            status, pause = await self._try(number, body, attempt)
            if status == 200:
                break
            self.refused += 1
            await asyncio.sleep(min(pause, LONGEST_PAUSE))
        if attempt == 0:
            self.waits.append((perf_counter() - at) * 1000)
        self.sent.add(event_id)

    def _body(self, number: int, event_id: str) -> bytes:
        reply = {"id": number + 1, "from_id": 5, "date": 1773230000, "text": "Когда починят фонарь на Лесной, 5?" * 3, "post_id": 1}
        group = number % SOURCES + 1
        return json.dumps({"type": "wall_reply_new", "group_id": group, "event_id": event_id, "secret": SECRET, "object": reply}).encode()

    async def _try(self, number: int, body: bytes, attempt: int) -> tuple[int, float]:
        connection = await self.free.get()
        try:
            reading, writing = connection or await asyncio.open_connection(self.host, self.port)
            head = f"POST /hooks/vk/{self.source_ids[number % SOURCES]} HTTP/1.1\r\nHost: bench\r\nX-Retry-Counter: {attempt}\r\n"
            writing.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reading.readuntil(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in answer.decode().lower().split("\r\n")[1:] if ": " in line)
            await reading.readexactly(int(fields.get("content-length", "0")))
        except (OSError, asyncio.IncompleteReadError):
            self.free.put_nowait(None)
            return 0, LONGEST_PAUSE
        self.free.put_nowait((reading, writing))
        return int(answer.split(b" ", 2)[1]), float(fields.get("retry-after", LONGEST_PAUSE))


@asynccontextmanager
async def sender_to(address: str, source_ids: list[SourceId]) -> AsyncIterator[Sender]:
    host, port = address.removeprefix("http://").split(":")
    sender = Sender(host, int(port), source_ids)
    for _ in range(CONNECTIONS):
        sender.free.put_nowait(None)
    yield sender
    while not sender.free.empty():
        connection = sender.free.get_nowait()
        if connection is not None:
            connection[1].close()


async def push_steadily(sender: Sender, *, first: int, seconds: float) -> None:
    """The events of so many seconds, each at its time."""
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(RATE * seconds)):
            at = began + number / RATE
            await asyncio.sleep(max(0.0, at - perf_counter()))
            group.create_task(sender.send(first + number, at))


async def stored(url: str) -> set[str]:
    database = Database(create_engine(url))
    async with database.read() as session:
        found = {row.event_id for row in await session.execute(text("SELECT event_id FROM pushed_events"))}
    await database.close()
    return found


async def measure(url: str, seconds: float, restart: threading.Timer) -> list[tuple[str, ...]]:
    source_ids = await settle(url)
    rows: list[tuple[str, ...]] = []
    with web_process(url) as address:
        async with sender_to(address, source_ids) as sender:
            await push_steadily(sender, first=0, seconds=3)
        warm_up = int(RATE * 3)
        for name, first, begin in (("steady", warm_up, None), ("database restarted", warm_up * 100, restart)):
            async with sender_to(address, source_ids) as sender:
                if begin is not None:
                    begin.start()
                await push_steadily(sender, first=first, seconds=seconds)
                lost = len(sender.sent - await stored(url))
                p50, p99 = (f"{percentile(sender.waits, share):.1f}" for share in (0.5, 0.99))
                rows.append((name, str(int(RATE * seconds)), p50, p99, f"{max(sender.waits):.0f}", str(sender.refused), str(lost)))
    return rows


def restart(server: EmbeddedServer) -> None:
    """Shuts the database down as an administrator does, and starts it again."""
    process = psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))
    process.send_signal(signal.SIGINT)
    process.wait(60)
    revive(server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve_hooks(given.serve))
        return
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder, embedded_server(Path(folder)) as server:
        rows = asyncio.run(measure(server.url(), given.seconds, threading.Timer(given.seconds / 3, restart, [server])))
    columns = ("phase", "events", "p50, ms", "p99, ms", "max, ms", "refused", "lost")
    print_table(f"POST /hooks/vk at {RATE} events/s", columns, rows)


if __name__ == "__main__":
    main()
