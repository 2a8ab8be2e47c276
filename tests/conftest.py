"""Real PostgreSQL for every test: one embedded server a run, one empty migrated database a test."""

import asyncio
import fcntl
import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from app.storage import regions
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.storage.server.embedded import embedded_server
from app.storage.server.migrate import migrate
from tests.commands import Commands, open_commands
from tests.databases import TEMPLATE, TestServer, lent_database
from tests.order import longest_first
from tests.traces import look_around, put_back

pytest.register_assert_rewrite("connectors.sdk.testing")  # so that a broken promise of a connector is told with its values

CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum": "off",
}
"""A test's database need not survive the machine, and nothing happens in it on its own."""
GIVEN_SERVER = "OTKLIK_TEST_DATABASE_URL"

OF_TESTS = (GIVEN_SERVER, "OTKLIK_REFERENCE_DIR")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
for _name in [*os.environ]:
    # A real installation of whoever runs the tests is none of theirs; and as no test leaves this machine, none needs a proxy.
    # Not in `tests/__init__.py`: processes of ours that tests start with settings import that, too.
    if (_name.startswith("OTKLIK_") and _name not in OF_TESTS) or _name.lower() in PROXIES:
        del os.environ[_name]

settings.register_profile("the same everywhere", deadline=None, derandomize=True, database=None)
settings.load_profile("the same everywhere")  # here, not in a folder, as it holds for the whole process


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of a run: chance's, but for the long tests, which begin first."""
    items[:] = longest_first(items)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end of the run: the collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def surroundings() -> Iterator[None]:
    """Plain logs; and who leaves something changed for the whole process fails, rather than another test some other day."""
    before = look_around()
    # Tracebacks without the values in their frames, as in production; showing those takes seconds each.
    lines = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, lines], cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()
    if changed := put_back(before):
        pytest.fail(f"This test leaves changed for all that follow in its process: {', '.join(changed)}. Restore it (monkeypatch, caplog).")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all test processes of a run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def embedded(shared_folder: Path) -> Iterator[TestServer]:
    """The run's embedded server with a migrated template."""
    with embedded_server(shared_folder / "server", options=CARELESS) as server:
        ready = TestServer(server.url())
        _ensure_template(ready, shared_folder / "embedded-template")
        yield ready
        asyncio.run(ready.clear())


@pytest.fixture(scope="session")
def given(shared_folder: Path) -> Iterator[TestServer]:
    """The server of OTKLIK_TEST_DATABASE_URL, for tests that must hold on any supported PostgreSQL."""
    url = os.environ.get(GIVEN_SERVER)
    if not url:
        pytest.skip(f"{GIVEN_SERVER} names no second PostgreSQL to test on")
    server = TestServer(url)
    _ensure_template(server, shared_folder / "given-template")
    yield server
    asyncio.run(server.clear())


@pytest.fixture
def server(embedded: TestServer) -> TestServer:
    """The server of a test; a folder's conftest may put others beside it."""
    return embedded


@pytest.fixture
async def database(server: TestServer) -> AsyncIterator[Database]:
    """An empty database with the newest schema, and nobody else in it."""
    async with lent_database(server) as url:
        database = Database(create_engine(url, pool_size=5))
        yield database
        await database.close()


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Where `otklik` is typed."""
    with open_commands() as commands:
        yield commands


@pytest.fixture
async def region_id(database: Database, noon: datetime) -> RegionId:
    """The region of a test, with the default policy."""
    async with database.write() as session:
        return await regions.ensure_region(session, "test", now=noon)


@pytest.fixture
def noon() -> datetime:
    """A moment to reckon from: Wednesday, noon UTC."""
    return datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


def _ensure_template(server: TestServer, marker: Path) -> None:
    with marker.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists():
            asyncio.run(_make_template(server))
            marker.touch()


async def _make_template(server: TestServer) -> None:
    await server.run(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    await server.run(f"CREATE DATABASE \"{TEMPLATE}\" ENCODING 'UTF8' TEMPLATE template0")
    engine = create_engine(server.url_of(TEMPLATE))
    await migrate(engine)
    await engine.dispose()
