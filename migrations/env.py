"""How Alembic reaches the database: a connection handed in by `app.storage.server.migrate`, or `OTKLIK_DATABASE_URL`."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from app.storage.engine import create_engine
from app.storage.tables import metadata

ADVISORY_LOCK = 7_301_204_417


def _is_ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, compare_to: SchemaItem | None) -> bool:
    """Partitions are made as months come and stand in no metadata."""
    return not (kind == "table" and reflected and compare_to is None and (name or "").startswith("messages_"))


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text("RESET lock_timeout"))
        connection.commit()


async def _migrate_by_url() -> None:
    engine = create_engine(os.environ["OTKLIK_DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    asyncio.run(_migrate_by_url())
