"""Connections and the transactions over them."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.storage.engine import Database
from tests.databases import TestServer
from tests.patience import PATIENCE_SECONDS

BREAK = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'otklik' AND datname = '{}'"


async def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.read() as session:
            await session.execute(text("INSERT INTO regions (code) VALUES ('x')"))


async def test_a_session_writes_after_its_connection_was_used_for_reading(database: Database) -> None:
    for _ in range(10):
        async with database.read() as session:
            await session.execute(text("SELECT 1"))
    async with database.write() as session:
        await session.execute(text("INSERT INTO regions (code) VALUES ('x')"))


async def test_a_connection_that_the_server_has_closed_is_replaced_before_use(database: Database, server: TestServer) -> None:
    async with database.read() as session:
        name = await session.scalar(text("SELECT current_database()"))
    closed = asyncio.Event()
    connection = await database.reading.raw_connection()
    assert connection.driver_connection is not None
    connection.driver_connection.add_termination_listener(lambda _: closed.set())
    connection.close()

    await server.run(BREAK.format(name))
    await asyncio.wait_for(closed.wait(), PATIENCE_SECONDS)

    async with database.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_what_was_sent_is_not_repeated_in_an_error(database: Database) -> None:
    with pytest.raises(DBAPIError) as failure:
        async with database.write() as session:
            await session.execute(text("SELECT CAST(:given AS text) || 1 / 0"), {"given": "words of a resident"})
    assert "words of a resident" not in str(failure.value)
