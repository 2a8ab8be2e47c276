"""The application over a crowd, in this process: everything but the socket."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from fastapi import FastAPI

from app.api.context import ApiContext
from app.domain.operator import Role
from app.main import create_app
from app.storage import regions
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.storage.server.embedded import EmbeddedServer, embedded_server
from app.storage.server.migrate import migrate
from app.usecases.create_token import create_token
from bench.crowd import fill
from connectors.sdk.contract import Connector
from connectors.sdk.errors import AuthenticationFailed

NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Town:
    """A filled database, the application over it, and a token."""

    url: str
    database: Database
    region_id: RegionId
    app: FastAPI
    token: str

    def client(self) -> httpx.AsyncClient:
        """A client that calls the application without a socket."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://bench.test", headers=headers)


@asynccontextmanager
async def towns(*sizes: int) -> AsyncIterator[list[Town]]:
    """A town for each number of incidents, on one embedded server in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder, embedded_server(Path(folder)) as server:
        made = [await _found(server, rows) for rows in sizes]
        try:
            yield made
        finally:
            for town in made:
                await town.database.close()


async def _found(server: EmbeddedServer, rows: int) -> Town:
    name = f"crowd_{rows}"
    connection = await asyncpg.connect(server.url())
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    url = server.url(name)
    await _fill(url, rows)
    database = Database(create_engine(url))
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "bench", now=NOW)
        token = await create_token(session, "bench", Role.ADMIN, now=NOW)
    context = ApiContext(database, region_id, lambda: NOW, {}, _no_connector, True, ZoneInfo("Europe/Moscow"))
    return Town(url, database, region_id, create_app(context), token.secret)


async def _fill(url: str, rows: int) -> None:
    """Fills by a connection of its own: making a million rows takes longer than a request may."""
    database = Database(create_engine(url, pool_size=1, command_seconds=1800))
    await migrate(database.engine)
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "bench", now=NOW)
    await fill(database, region_id, rows=rows, now=NOW)
    await database.close()


def _no_connector(network: str) -> Connector:
    raise AuthenticationFailed(f"No credential for {network}.")
