"""Databases for tests. Copying the template takes longer than most tests, so a copy is emptied after a test and lent again."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest

TEMPLATE = "otklik_template"
ON_ONE_SERVER = pytest.mark.parametrize("server", ["embedded"], indirect=True)
"""For what takes long and would be no different on another PostgreSQL: it is not tried on each of them."""
LONGEST_USE = 40
"""So many tests have one copy after another: what they have deleted stays in its files, and would slow the later ones."""

EMPTY = """
DO $$
DECLARE found record;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  FOR found IN SELECT inhrelid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid
    WHERE inhparent = 'messages'::regclass AND c.relname <> 'messages_before_2024'
  LOOP
    EXECUTE format('DROP TABLE %s', found.name);
  END LOOP;
  FOR found IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
  LOOP
    EXECUTE format('DELETE FROM %s', found.name);
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""
"""Takes out what a test has stored and its partitions, and lets the numbers begin at one again."""

CATALOGUES = ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_type", "pg_statistic")
SHAPE = "SELECT concat_ws(' ', {}, {}, {})".format(
    ", ".join(f"(SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM {one})" for one in CATALOGUES),
    "(SELECT string_agg(nspname, ',' ORDER BY oid) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_')",
    "(SELECT concat(sum(relpages), '/', sum(reltuples)) FROM pg_class WHERE relnamespace = 'public'::regnamespace),"
    " (SELECT string_agg(version_num, ',') FROM alembic_version)",
)
"""Differs once a table, a column, a rule or the planner's knowledge of a table is another: every change of a catalogue's row shows."""


@dataclass(slots=True)
class Copy:
    """A copy of the template, how it looked when it was new, and how many tests have had it."""

    name: str
    shape: str
    uses: int = 0


@dataclass(frozen=True, slots=True)
class TestServer:
    """A server on which tests make databases; `url_of` names one of them, `spare` ones wait for the next test of this process."""

    __test__ = False
    url: str
    spare: list[Copy] = field(default_factory=list)

    def url_of(self, database: str) -> str:
        head, question, options = self.url.partition("?")
        return head.rsplit("/", 1)[0] + f"/{database}{question}{options}"

    async def run(self, statement: str) -> None:
        async with connected(self.url) as connection:
            await connection.execute(statement)

    async def clear(self) -> None:
        """Drops the copies that wait."""
        while self.spare:
            await _drop(self, self.spare.pop().name)


@asynccontextmanager
async def fresh_database(server: TestServer) -> AsyncIterator[str]:
    """The URL of a fresh migrated database that is dropped afterwards."""
    name = await _copy(server)
    try:
        yield server.url_of(name)
    finally:
        await _drop(server, name)


@asynccontextmanager
async def lent_database(server: TestServer) -> AsyncIterator[str]:
    """The URL of a migrated database that is as good as fresh; who leaves it otherwise than by its rows, is its last user."""
    copy = server.spare.pop() if server.spare else await _new_copy(server)
    try:
        yield server.url_of(copy.name)
    finally:
        copy.uses += 1
        if copy.uses < LONGEST_USE and await _is_emptied(server, copy):
            server.spare.append(copy)
        else:
            await _drop(server, copy.name)


async def _new_copy(server: TestServer) -> Copy:
    name = await _copy(server)
    async with connected(server.url_of(name)) as connection:
        return Copy(name, await connection.fetchval(SHAPE))


async def _is_emptied(server: TestServer, copy: Copy) -> bool:
    """Whether the copy is again as it was; a server that does not let us empty it gets none back."""
    try:
        async with connected(server.url_of(copy.name)) as connection:
            await connection.execute("SET session_replication_role = replica; SET lock_timeout = '5s'")
            await connection.execute(EMPTY)
            return bool(await connection.fetchval(SHAPE) == copy.shape)
    except asyncpg.PostgresError:
        return False


async def _copy(server: TestServer) -> str:
    name = f"test_{uuid.uuid4().hex}"
    await server.run(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
    return name


async def _drop(server: TestServer, name: str) -> None:
    await server.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
