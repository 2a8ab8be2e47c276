"""A test finds its database as if nobody had had it before."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest

from app.storage import partitions, regions
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from tests.databases import LONGEST_USE, TestServer, connected, lent_database

LEFT = "SELECT (SELECT count(*) FROM regions) + (SELECT count(*) FROM policies) + (SELECT count(*) FROM pg_class WHERE relname = '{}')"
PARTITION = "messages_2026_03"


@pytest.fixture
async def own(server: TestServer) -> AsyncIterator[TestServer]:
    """The server as if this process had made no database on it yet."""
    own = TestServer(server.url)
    yield own
    await own.clear()


async def store(url: str, now: datetime) -> RegionId:
    """A region, and the partition of a month."""
    database = Database(create_engine(url))
    async with database.write() as session:
        await partitions.ensure_month(session, date(2026, 3, 1))
        region_id = await regions.ensure_region(session, "test", now=now)
    await database.close()
    return region_id


async def lend_and(statement: str, server: TestServer) -> str:
    """What somebody does with the copy that he is lent; its URL."""
    async with lent_database(server) as url, connected(url) as connection:
        await connection.execute(statement)
    return url


async def test_what_a_test_has_stored_is_gone_and_numbers_begin_anew(own: TestServer, noon: datetime) -> None:
    async with lent_database(own) as first:
        assert await store(first, noon) == 1
    async with lent_database(own) as second:
        async with connected(second) as connection:
            assert await connection.fetchval(LEFT.format(PARTITION)) == 0
        assert await store(second, noon) == 1

    assert first == second
    assert len(own.spare) == 1


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE regions RENAME TO lost",
        "ALTER TABLE regions ALTER code DROP NOT NULL",
        "CREATE SCHEMA replay",
        "CREATE INDEX more ON regions (code)",
        "UPDATE alembic_version SET version_num = '0001'",
        "INSERT INTO regions (code) VALUES ('test'); ANALYZE regions",
    ],
)
async def test_a_database_that_was_changed_otherwise_is_not_lent_again(own: TestServer, change: str) -> None:
    await lend_and(change, own)

    assert own.spare == []


async def test_a_copy_wears_out(own: TestServer) -> None:
    first = await lend_and("SELECT 1", own)
    own.spare[0].uses = LONGEST_USE - 1

    assert await lend_and("SELECT 1", own) == first
    assert own.spare == []
