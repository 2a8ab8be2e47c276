"""The database dies under a running worker and web, or its disk is full: both say so, go on by themselves, and lose nothing."""

import asyncio
import os
import signal
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.domain.operator import Role
from app.storage.engine import create_engine, ensure_database
from app.storage.server.embedded import EmbeddedServer, embedded_server, revive
from app.storage.server.migrate import migrate
from app.usecases.create_token import create_token
from app.usecases.rebuild_statistics import rebuild_statistics
from connectors.sdk.emulation.town_generator import GeneratedTown
from tests.conftest import CARELESS
from tests.end_to_end.installation import Installation, calm_and_quick, free_port, installed_on
from tests.end_to_end.watch import Hands, make_town
from tests.patience import STOPPED_WITHIN_SECONDS

DAY = timedelta(days=1)
SURVIVING = CARELESS | {"synchronous_commit": "on"}
"""What was acknowledged must outlive the death of the server, though not of the machine."""
SMALL_DISK = "192m"
ALMOST_NOTHING = 128 * 1024


@asynccontextmanager
async def installed_in(folder: Path, logs: Path, town: GeneratedTown, now: datetime) -> AsyncIterator[tuple[EmbeddedServer, Installation]]:
    """An installation on an embedded server of its own in the folder."""
    context = embedded_server(folder, options=SURVIVING)
    server = await asyncio.to_thread(context.__enter__)
    try:
        await ensure_database(server.url(), "otklik")
        engine = create_engine(server.url("otklik"))
        await migrate(engine)
        await engine.dispose()
        async with installed_on(server.url("otklik"), town, Hands(now), logs, since=now - DAY) as installation:
            yield server, installation
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


@asynccontextmanager
async def console(installation: Installation, port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an administrator's token."""
    async with installation.database.write() as session:
        token = await create_token(session, "test", Role.ADMIN, now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token.secret}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=30) as client:
        yield client


async def status(client: httpx.AsyncClient, path: str) -> int | None:
    """The status of an answer, `None` while nobody listens."""
    try:
        return (await client.get(path)).status_code
    except httpx.TransportError:
        return None


async def differences(installation: Installation, now: datetime) -> int:
    checks = rebuild_statistics(installation.database, installation.region_id, check_only=True, now=now)
    return sum([len(checked.differences) async for checked in checks])


def town_of(now: datetime, *, threads: int) -> GeneratedTown:
    return calm_and_quick(make_town(6, now, pages=6, threads=threads, days=4), now, timedelta(minutes=3))


async def test_a_database_that_is_killed_is_missed_in_words_and_found_again(tmp_path: Path) -> None:
    now, port = datetime.now(UTC), free_port()
    town = town_of(now, threads=60)
    async with (
        installed_in(tmp_path, tmp_path, town, now) as (server, installation),
        console(installation, port) as client,
    ):
        web, worker = await installation.start("web", "--port", str(port)), await installation.start_worker()

        async def does_web_serve() -> bool:
            return await status(client, "/api/v1/incidents") == 200

        async def is_database_missed() -> bool:
            return await status(client, "/api/v1/incidents") == 503 and worker.told("job failing")

        async def is_ready() -> bool:
            return await status(client, "/readyz") == 200

        await installation.until(does_web_serve)
        await installation.turnstile.wait_for_more(10)
        kill(server)
        await installation.until(is_database_missed)
        refused, ready = await client.get("/api/v1/incidents"), await client.get("/readyz")
        assert (refused.json()["type"], refused.headers["Retry-After"]) == ("urn:otklik:problem:database-away", "5")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert (ready.status_code, ready.json()["missing"], ready.headers["Retry-After"]) == (503, ["database"], "5")
        assert await status(client, "/healthz") == 200

        await asyncio.to_thread(revive, server)
        await installation.until(is_ready)
        assert await status(client, "/api/v1/incidents") == 200
        await installation.until(installation.is_all_stored)
        assert worker.told("job recovered")
        assert await differences(installation, now) == 0
        assert (await web.stop(within=STOPPED_WITHIN_SECONDS), await worker.stop(within=STOPPED_WITHIN_SECONDS)) == (0, 0)


def kill(server: EmbeddedServer) -> None:
    """SIGKILL to the server's first process, which its others do not outlive."""
    number = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(number, signal.SIGKILL)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own with little room; skips the test where none may be mounted."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0755", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no file system of a limited size can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes nearly all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        left = os.statvfs(folder)
        room = left.f_bavail * left.f_frsize - ALMOST_NOTHING
        os.posix_fallocate(file.fileno(), 0, room)
    return ballast


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system of a limited size")
async def test_a_full_disk_stops_storing_in_words_and_loses_nothing(tmp_path: Path) -> None:
    now, port = datetime.now(UTC), free_port()
    town = town_of(now, threads=150)
    with small_disk(tmp_path / "disk") as folder:
        async with (
            installed_in(folder, tmp_path, town, now) as (_, installation),
            console(installation, port) as client,
        ):
            run = await installation.start("run", "--port", str(port), DATABASE_URL="", DATA_DIR=str(folder))

            async def is_ready() -> bool:
                return await status(client, "/readyz") == 200

            async def is_storing_refused() -> bool:
                return run.told("storing failed") and (await adding(client)).status_code == 503

            await installation.until(is_ready)
            await installation.turnstile.wait_for_more(5)
            ballast = fill(folder)
            await installation.until(is_storing_refused)
            refused = await adding(client)
            assert refused.json()["type"] in {"urn:otklik:problem:database-full", "urn:otklik:problem:database-away"}
            assert refused.headers["Retry-After"] == "5"
            assert "No space left on device" in run.log.read_text()
            assert await status(client, "/healthz") == 200
            assert "The disk of OTKLIK_DATA_DIR is full" in (await client.get("/readyz")).json()["detail"]
            ballast.unlink()

            await installation.until(is_ready)
            await installation.until(installation.is_all_stored)
            assert await differences(installation, now) == 0
            assert await run.stop(within=STOPPED_WITHIN_SECONDS) == 0


async def adding(client: httpx.AsyncClient) -> httpx.Response:
    """The answer to a request that takes more room than a page of a table has."""
    return await client.post("/api/v1/authorities", json={"name": f"{uuid.uuid4()} {'о' * 150}"})
