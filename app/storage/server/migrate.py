"""Brings a database to the newest schema, and says how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

import migrations
from app.storage.engine import create_engine

PATIENCE_SECONDS = 6 * 3600.0
"""A migration of a big table takes its time, and cut off after a minute it would never get through."""


def alembic_config() -> Config:
    """Alembic's settings; the scripts are found beside the package wherever it is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    return config


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> None:
    """Upgrades to `revision` over a connection whose commands may take hours; several processes at once wait for each other."""
    patient = create_engine(engine.url.set(drivername="postgresql"), pool_size=1, command_seconds=PATIENCE_SECONDS)
    try:
        async with patient.connect() as connection:
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
    finally:
        await patient.dispose()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has exactly the schema that this release was written for."""
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return found == ScriptDirectory.from_config(alembic_config()).get_current_head()


def _upgrade(connection: Connection, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
