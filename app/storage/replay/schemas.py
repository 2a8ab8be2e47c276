"""A second schema beside the stored one, in which kept answers are taken in once more; it takes no lock that a worker waits for."""

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.engine import Database, create_engine
from app.storage.tables import metadata

PREFIX, KEPT_PREFIX = "replay_", "kept_replay_"
REGISTRY = ("regions", "operators", "authorities", "sources", "gazetteers", "gazetteer_entries")
"""What is copied as it is."""
DATED = {"policies": "active_from", "official_accounts": "created_at"}
"""What is copied as it comes into force, by the column that says when."""
FIRST_ID = 10**15
"""Where messages made by a replay begin to count, far from the ids of those that were copied."""
COMMAND_SECONDS = 6 * 3600.0
"""How long a single comparison of all that was replayed may take."""
NAME = re.compile(r"[a-z_0-9]+")


@asynccontextmanager
async def replay_schema(stored: Database, *, keep: bool) -> AsyncIterator[tuple[str, Database]]:
    """The name of a fresh schema and a database that sees nothing else; dropped at the end, or kept under another name.

    A session-wide lock tells a schema at work from one that a killed process has left.
    """
    name = PREFIX + secrets.token_hex(6)
    async with stored.engine.connect() as guard:
        await guard.execution_options(isolation_level="AUTOCOMMIT")
        await guard.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": name})
        async with stored.write() as session:
            await _create(session, name)
        url = stored.engine.url.set(drivername="postgresql")
        database = Database(create_engine(url, pool_size=2, command_seconds=COMMAND_SECONDS, schema=name), schema=name)
        try:
            yield name, database
        finally:
            await database.close()
            async with stored.write() as session:
                ending = f"ALTER SCHEMA {name} RENAME TO kept_{name}" if keep else f"DROP SCHEMA {name} CASCADE"
                await session.execute(text(ending))
            await guard.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), {"name": name})


async def drop_leftovers(stored: Database) -> list[str]:
    """Drops the schemas of replays that were killed; their names."""
    dropped = []
    async with stored.write() as session:
        found = await session.scalars(text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix)"), {"prefix": PREFIX})
        for name in found.all():
            free = await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
            if free and NAME.fullmatch(name):
                await session.execute(text(f"DROP SCHEMA {name} CASCADE"))
                dropped.append(name)
    return dropped


async def schema_of(session: AsyncSession) -> str:
    """Where the installation's own tables are."""
    return str(await session.scalar(text("SELECT quote_ident(current_schema())")))


async def _create(session: AsyncSession, name: str) -> None:
    own = await schema_of(session)
    await session.execute(text(f"CREATE SCHEMA {name}"))
    for table in metadata.sorted_tables:
        if table.name != "messages":
            await session.execute(text(f"CREATE UNLOGGED TABLE {name}.{table.name} (LIKE {own}.{table.name} INCLUDING ALL)"))
    await session.execute(text(f"CREATE TABLE {name}.messages (LIKE {own}.messages INCLUDING ALL) PARTITION BY RANGE (month)"))
    older = f"PARTITION OF {name}.messages FOR VALUES FROM (MINVALUE) TO ('2024-01-01')"
    await session.execute(text(f"CREATE TABLE {name}.messages_before_2024 {older}"))
    await session.execute(text(f"ALTER TABLE {name}.messages ALTER COLUMN id RESTART WITH {FIRST_ID}"))
    await session.execute(text(f"CREATE TABLE {name}.unreadable_payloads (id bigint PRIMARY KEY, reason text NOT NULL)"))
    filling = f"BEFORE INSERT ON {name}.threads FOR EACH ROW EXECUTE FUNCTION {own}.fill_network()"
    await session.execute(text(f"CREATE TRIGGER fill_network {filling}"))
    for copied in REGISTRY:
        await session.execute(text(f"INSERT INTO {name}.{copied} SELECT * FROM {own}.{copied}"))


async def copy_dated(session: AsyncSession, own: str, *, until: datetime) -> datetime | None:
    """Brings policies and official accounts up to a moment, and says at which moment the next of them comes into force."""
    upcoming: list[datetime] = []
    for table, since in DATED.items():
        await session.execute(
            text(f"INSERT INTO {table} SELECT * FROM {own}.{table} WHERE {since} <= :until ON CONFLICT DO NOTHING"), {"until": until}
        )
        following = await session.scalar(text(f"SELECT min({since}) FROM {own}.{table} WHERE {since} > :until"), {"until": until})
        upcoming += [] if following is None else [following]
    return min(upcoming, default=None)
