"""The database in the data folder: whatever was left behind there, it starts, keeps what was stored, and says what is wrong."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.storage.server.embedded import EmbeddedDatabaseError, EmbeddedServer, embedded_server, revive
from tests.conftest import CARELESS

OPTIONS = CARELESS | {"synchronous_commit": "on"}
"""What these tests store must survive the death of the server, though not of the machine."""

AS_ORDINARY_USER = """
import asyncio, os, pathlib, sys
import asyncpg
from app.storage.server import embedded

async def ask(url):
    connection = await asyncpg.connect(url)
    print(await connection.fetchval("SELECT 'ready'"))
    await connection.close()

os.setgroups([]); os.setgid(65534); os.setuid(65534)
with embedded.embedded_server(pathlib.Path(sys.argv[1])) as server:
    asyncio.run(ask(server.url()))
    print(os.stat(server.data).st_uid)
"""

pytestmark = pytest.mark.xdist_group("a server of their own")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose server each test of this module starts and stops."""
    folder = tmp_path_factory.mktemp("data")
    with embedded_server(folder, options=OPTIONS):
        pass
    return folder


def test_a_server_runs_while_it_has_users_and_is_stopped_by_the_last(folder: Path) -> None:
    with embedded_server(folder, options=OPTIONS) as first:
        with embedded_server(folder, options=OPTIONS) as second:
            assert asyncio.run(ask(second, "SELECT 1")) == 1
        assert asyncio.run(ask(first, "SELECT 2")) == 2
        number = pid_of(first)
    assert is_dead(number)


def test_many_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    def use(_: int) -> int:
        with embedded_server(folder, options=OPTIONS) as server:
            return int(asyncio.run(ask(server, "SELECT 1")))

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(use, range(6))) == 6


@pytest.mark.parametrize("left_behind", ["dead", "stranger", "cut off", "empty"])
def test_a_pid_file_left_behind_does_not_stand_in_the_way(folder: Path, left_behind: str) -> None:
    number = os.getpid() if left_behind == "stranger" else 4_000_000
    lines = {"cut off": "12", "empty": ""}.get(left_behind, f"{number}\n{folder / 'postgres'}\n1700000000\n5432\n")
    (folder / "postgres" / "postmaster.pid").write_text(lines)

    with embedded_server(folder, options=OPTIONS) as server:
        assert asyncio.run(ask(server, "SELECT 1")) == 1


def test_a_killed_server_is_started_again_with_all_that_was_stored(folder: Path) -> None:
    with embedded_server(folder, options=OPTIONS) as server:
        asyncio.run(ask(server, "CREATE TABLE kept AS SELECT 7 AS number"))
        assert revive(server) is False
        kill(server)

        assert revive(server) is True
        assert asyncio.run(ask(server, "SELECT number FROM kept")) == 7


def test_a_server_is_not_started_beside_what_is_left_of_a_killed_one(folder: Path) -> None:
    with embedded_server(folder, options=OPTIONS) as server, ThreadPoolExecutor(1) as thread:
        busy = thread.submit(asyncio.run, ask(server, "SELECT count(*) FROM generate_series(1, 20000000)"))
        while asyncio.run(ask(server, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'")) < 2:
            continue
        kill(server)

        revive(server)

        assert busy.done()
        assert asyncio.run(ask(server, "SELECT 1")) == 1


def test_a_folder_of_another_postgresql_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedDatabaseError, match="was made by PostgreSQL 17"), embedded_server(tmp_path):
        pass


def test_a_folder_with_a_long_name_still_has_a_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("очень длинное имя " * 6)
    with embedded_server(folder, options=OPTIONS) as server:
        assert asyncio.run(ask(server, "SELECT 1")) == 1
        assert len(os.fsencode(server.socket_folder)) <= 90
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    server.socket_folder.rmdir()  # it stands outside of the folders of this run


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; the other tests run as an ordinary one then")
def test_an_ordinary_user_has_a_server_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ordinary")
    os.chown(folder, 65534, 65534)
    for parent in folder.parents:
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    done = subprocess.run([sys.executable, "-c", AS_ORDINARY_USER, str(folder)], capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["ready", "65534"], done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for its server")
def test_root_runs_the_server_under_an_account_of_its_own(folder: Path) -> None:
    with embedded_server(folder, options=OPTIONS) as server:
        assert psutil.Process(pid_of(server)).uids().effective != 0


def pid_of(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def kill(server: EmbeddedServer) -> None:
    """SIGKILL to the server's first process, and the wait for its death."""
    number = pid_of(server)
    os.kill(number, signal.SIGKILL)
    while not is_dead(number):
        continue


def is_dead(number: int) -> bool:
    """Whether the process has ended, be it that nobody has taken note of it yet."""
    try:
        return bool(psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


async def ask(server: EmbeddedServer, question: str) -> int:
    connection = await asyncpg.connect(server.url())
    try:
        return int(await connection.fetchval(question) or 0)
    finally:
        await connection.close()
