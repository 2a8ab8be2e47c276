"""Brings a database to the newest schema, and says how far it is."""

from enum import Enum
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


class Standing(Enum):
    """How a database's schema stands to a release. Migrations are numbered, so that a release knows those which come after its own."""

    OURS = "the release's own"
    NEWER = "a later release's, made so that the release before works with it"
    ANOTHER = "to be migrated, or none of ours"


def alembic_config() -> Config:
    """Alembic's settings; the scripts are found beside the package wherever it is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    return config


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> None:
    """Upgrades to `revision` over a connection whose commands may take hours; several processes at once wait for each other.

    The schema of a later release is left as it is.
    """
    patient = create_engine(engine.url.set(drivername="postgresql"), pool_size=1, command_seconds=PATIENCE_SECONDS)
    try:
        async with patient.connect() as connection:
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
    finally:
        await patient.dispose()


async def standing(engine: AsyncEngine) -> Standing:
    """How the database's schema stands to the one that this release was written for."""
    async with engine.connect() as connection:
        return await connection.run_sync(_standing)


def _standing(connection: Connection) -> Standing:
    found = MigrationContext.configure(connection).get_current_revision()
    head = str(ScriptDirectory.from_config(alembic_config()).get_current_head())
    if found == head:
        return Standing.OURS
    return Standing.NEWER if found is not None and found.isdigit() and int(found) > int(head) else Standing.ANOTHER


def _upgrade(connection: Connection, revision: str) -> None:
    found = _standing(connection)
    connection.rollback()  # Alembic would take a transaction that is open already for one that it must not end
    if found is Standing.NEWER:
        return
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
