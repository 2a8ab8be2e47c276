"""The application over a fresh database, and clients of every role."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from app.api.context import ApiContext
from app.domain.operator import Role
from app.storage.engine import Database
from app.storage.privacy.marks import Marks
from app.storage.regions import RegionId
from app.usecases.create_token import create_token
from app.usecases.leave_out_erased import ErasedPeople
from connectors.vk import plugin as vk
from tests.api.village import PLUGIN, SILENT, Hamlet
from tests.applications import application
from tests.usecases.reading import Reader, open_reader


@dataclass(slots=True)
class Api:
    """The application with a clock that tests set."""

    app: FastAPI
    context: ApiContext
    hamlet: Hamlet
    clock: list[datetime]
    stack: AsyncExitStack
    tokens: dict[Role, str] = field(default_factory=dict)

    async def token(self, role: Role) -> str:
        """A token of the role, made at its first use."""
        if role not in self.tokens:
            self.tokens[role] = await self.secret_of(role.value, role)
        return self.tokens[role]

    async def secret_of(self, name: str, role: Role) -> str:
        """A new token."""
        async with self.context.database.write() as session:
            return (await create_token(session, name, role, now=self.clock[0])).secret

    async def client(self, role: Role | None) -> httpx.AsyncClient:
        """A client under a token of the role, or without one."""
        headers = {} if role is None else {"Authorization": f"Bearer {await self.token(role)}"}
        transport = httpx.ASGITransport(self.app)
        return await self.stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://otklik.test/api/v1", headers=headers)
        )


@pytest.fixture
async def api(database: Database, region_id: RegionId, noon: datetime) -> AsyncIterator[Api]:
    """The application; its clock stands at noon."""
    clock, hamlet = [noon], Hamlet()
    context = ApiContext(
        database=database,
        region_id=region_id,
        now=lambda: clock[0],
        plugins={"village": PLUGIN, "silent": SILENT},
        connector_for=hamlet.connector_for,
        metrics_open=False,
        tz=ZoneInfo("Europe/Moscow"),
        erased_people=ErasedPeople(Marks("a secret key of the tests"), {"vk": vk}),
    )
    async with AsyncExitStack() as stack:
        yield Api(application(context), context, hamlet, clock, stack)


@pytest.fixture
async def admin(api: Api) -> httpx.AsyncClient:
    """A client that may do anything."""
    return await api.client(Role.ADMIN)


@pytest.fixture
async def viewer(api: Api) -> httpx.AsyncClient:
    """A client that may only read."""
    return await api.client(Role.VIEWER)


@pytest.fixture
async def anna(api: Api) -> httpx.AsyncClient:
    """An operator."""
    return await api.client(Role.OPERATOR)


@pytest.fixture
async def boris(api: Api) -> httpx.AsyncClient:
    """Another who may work on incidents."""
    return await api.client(Role.REVIEWER)


@pytest.fixture
async def reader(database: Database, region_id: RegionId, noon: datetime) -> Reader:
    """Takes pages in, of an official page that has been watched for a month."""
    return await open_reader(database, region_id, noon - timedelta(days=30))
