"""`otklik run` on a data folder of its own: what stands in its way is told in a sentence, what dies is started again, nothing stays."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.commands import environment_of
from tests.end_to_end.installation import PATIENCE_SECONDS, Running, free_port, start, until
from tests.patience import STOPPED_WITHIN_SECONDS


@asynccontextmanager
async def running(folder: Path, port: int, *command: str) -> AsyncIterator[Running]:
    """`otklik run` (or another command) that is killed at the end if it still lives."""
    settings = {"DATA_DIR": str(folder / "data"), "PORT": str(port), "LOG_FORMAT": "json"}
    one = await start(*(command or ("run",)), folder=folder, environment=environment_of(settings))
    try:
        yield one
    finally:
        await one.kill()


async def refusal(folder: Path, port: int, *command: str) -> str:
    """What a command that must fail says; it ends with code 1 and without a traceback."""
    async with running(folder, port, *command) as one, asyncio.timeout(PATIENCE_SECONDS):
        assert await one.process.wait() == 1
        said = one.log.read_text()
    assert "Traceback" not in said
    return said


async def readiness(port: int) -> int | None:
    """The status of /readyz, `None` while nobody answers."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code
        except httpx.TransportError:
            return None


async def until_ready(port: int) -> None:
    async def is_ready() -> bool:
        return await readiness(port) == 200

    await until(is_ready)


def processes_in(folder: Path) -> Iterator[psutil.Process]:
    """Living processes that work on the folder."""
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).is_relative_to(folder):
                yield process
        except psutil.Error:
            continue


def postmaster(folder: Path) -> psutil.Process:
    """The first process of the embedded server."""
    return psutil.Process(int((folder / "data" / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which no process is left behind, whatever the test."""
    yield tmp_path
    for process in processes_in(tmp_path):
        process.kill()


async def test_what_is_in_the_way_is_told_and_what_dies_is_started_again(folder: Path) -> None:
    port = free_port()
    async with running(folder, port) as first:
        await until_ready(port)

        assert f"Another otklik (process {first.pid}) runs on" in await refusal(folder, free_port())
        assert f"Port {port} on 127.0.0.1 cannot be used (Address already in use)" in await refusal(folder, port, "web")

        server = postmaster(folder)
        os.kill(server.pid, signal.SIGKILL)
        await until_revived(folder, port, after=server)
        await first.kill()

    async with running(folder, port) as second:
        await until_ready(port)
        assert await second.stop(within=STOPPED_WITHIN_SECONDS) == 0, second.log.read_text()
        assert second.told("worker stopped")
    assert list(processes_in(folder)) == []


async def until_revived(folder: Path, port: int, *, after: psutil.Process) -> None:
    """Waits until another server than the killed one serves."""

    async def is_another_ready() -> bool:
        try:
            is_another = postmaster(folder) != after
        except (OSError, ValueError, psutil.NoSuchProcess):
            return False
        return is_another and await readiness(port) == 200

    await until(is_another_ready)


async def test_a_start_that_is_interrupted_ends_at_once(folder: Path) -> None:
    async with running(folder, free_port()) as one:

        async def has_begun() -> bool:
            return (folder / "data" / "run.lock").exists()

        await until(has_begun)
        assert await one.stop(within=STOPPED_WITHIN_SECONDS, by=signal.SIGINT) != -signal.SIGKILL
    await asyncio.to_thread(psutil.wait_procs, list(processes_in(folder)), timeout=STOPPED_WITHIN_SECONDS)
    assert list(processes_in(folder)) == []


async def test_the_town_of_the_demo_lives_and_leaves_no_process(folder: Path) -> None:
    environment = environment_of({"DATA_DIR": "own"})
    demo = await start("demo", "--port", "0", "--speed", "600", folder=folder, environment=environment)
    try:

        async def has_town() -> bool:
            return "console " in demo.log.read_text()

        await until(has_town)
        lines = [line.split() for line in demo.log.read_text().splitlines()]
        address = next(line[1] for line in lines if line[:1] == ["console"]).rstrip("/")
        token = next(line[1] for line in lines if line[:1] == ["token"])
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS) as client:

            async def is_queue_alive() -> bool:
                wanted: tuple[dict[str, str | bool], ...] = ({"overdue": True}, {"overdue": False, "status": "new"}, {"status": "answered"})
                answers = [await client.get("/incidents", params={**filters, "limit": 1}) for filters in wanted]
                return all(answer.json()["items"] for answer in answers)

            await until(is_queue_alive)
        assert await demo.stop(within=STOPPED_WITHIN_SECONDS, by=signal.SIGINT) == 0, demo.log.read_text()
        assert "To watch a real page" in demo.log.read_text().split("worker stopped")[-1]
    finally:
        await demo.kill()
    assert list(processes_in(folder)) == []
    assert (os.listdir(folder / "own"), "var" in os.listdir(folder)) == (["demo"], False)
