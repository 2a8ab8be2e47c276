"""Connections: one pool that writes and one that only reads for each process, and their sessions as different types."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NewType

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.ext.asyncio import async_sessionmaker as session_maker
from sqlalchemy.pool import QueuePool

from app.telemetry.logs import without_values

ReadSession = NewType("ReadSession", AsyncSession)
"""A session that cannot write: each of its statements is a transaction of its own, and the server refuses any change."""

OLDEST_SERVER = 150000
IDLE_SECONDS = 60
RECYCLE_SECONDS = 300
"""How long a connection may live: firewalls forget silent ones without telling either side."""
SERVER_SETTINGS = {"application_name": "otklik", "timezone": "UTC", "jit": "off"}
ADDRESS_FORM = "it has the form postgresql://user:password@host:port/name, and in the password @ is %40, / %2F, : %3A, # %23, % %25."
DATABASE_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What is raised when the database refuses, is away, or does not answer in time."""


class DatabaseUnfit(RuntimeError):
    """The configured PostgreSQL cannot serve Otklik; the message says what to change."""


def create_engine(
    url: str | URL, *, pool_size: int = 10, reads_only: bool = False, command_seconds: float = 60, schema: str | None = None
) -> AsyncEngine:
    """An engine for `postgresql://…`. A connection that was closed while idle is replaced before use, without asking the server.

    One that only reads saves the trips that begin and end a transaction. With a `schema` it sees no other.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnfit(f"OTKLIK_DATABASE_URL cannot be read: {ADDRESS_FORM}") from error
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseUnfit(f"OTKLIK_DATABASE_URL must start with postgresql://, not {parsed.drivername}://.")
    settings = SERVER_SETTINGS | ({"default_transaction_read_only": "on"} if reads_only else {})
    settings |= {} if schema is None else {"search_path": schema}
    engine = create_async_engine(
        parsed.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=pool_size if reads_only else 0,
        pool_recycle=RECYCLE_SECONDS,
        pool_timeout=10,
        pool_use_lifo=True,  # the same few connections again, which have their statements planned and their types known
        isolation_level="AUTOCOMMIT" if reads_only else None,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 10,
            "command_timeout": command_seconds,
            "server_settings": settings,
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, record: object, proxy: object) -> None:
    """Makes the pool open another connection; asyncpg notices by itself when the server closes one."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """The engine and its sessions. A `write()` is one transaction that commits when its block ends without an error.

    Reading has a pool of its own, as wide as the writing one and in a rush twice so.
    """

    def __init__(self, engine: AsyncEngine, *, schema: str | None = None) -> None:
        self.engine = engine
        self.reading = create_engine(engine.url.set(drivername="postgresql"), pool_size=_size(engine), reads_only=True, schema=schema)
        self._sessions = session_maker(engine, expire_on_commit=False)
        self._readers = session_maker(self.reading, expire_on_commit=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        async with self._readers() as session:
            yield ReadSession(session)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[ReadSession]:
        """One state of the database for many statements, as it is at the first of them; it ends when a minute passes unasked.

        It keeps the server from tidying up: it must not wait for anybody outside.
        """
        async with self.reading.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with AsyncSession(connection, expire_on_commit=False) as session:
                await session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"))
                yield ReadSession(session)

    async def check(self) -> None:
        """Raises `DatabaseUnfit` for a server that is too old or cannot fold Russian letters."""
        async with self.read() as session:
            number = int(str(await session.scalar(text("SELECT current_setting('server_version_num')"))))
            folds = await session.scalar(text("SELECT to_tsvector('russian', 'ДОРОГИ') @@ to_tsquery('russian', 'дорога')"))
        if number < OLDEST_SERVER:
            raise DatabaseUnfit(f"PostgreSQL {number // 10000} is too old: Otklik needs 15 or newer.")
        if not folds:
            raise DatabaseUnfit("This database cannot fold Russian letters: create it with ENCODING UTF8 and a UTF-8 locale.")

    async def close(self) -> None:
        await self.engine.dispose()
        await self.reading.dispose()


def _size(engine: AsyncEngine) -> int:
    pool = engine.pool
    return pool.size() if isinstance(pool, QueuePool) else 1


async def ensure_database(server_url: str, name: str) -> None:
    """Creates the database on the server unless it is there."""
    connection = await asyncpg.connect(server_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


def explain(error: BaseException) -> str:
    """What the database or the way to it said, in one line, without the statement and any values."""
    cause = error.__cause__ if isinstance(error, SQLAlchemyError) and error.__cause__ is not None else error
    return without_values(str(cause) or type(cause).__name__).splitlines()[0]
