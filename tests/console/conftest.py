"""The console over a fresh database, and people of every role in front of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from app.api.context import ApiContext
from app.console.access import SESSION_COOKIE
from app.console.context import ConsoleContext
from app.console.pages import Pages
from app.domain.operator import OperatorId, Role
from app.storage.access import operators, passwords, sessions
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks
from app.usecases.set_password import set_password
from app.usecases.sign_in import DECOY, SESSION_LASTS, token_sha256
from connectors.sdk.contract import Message, PostRef, PublishedReply
from connectors.sdk.errors import AccessDenied
from tests.api.village import PLUGIN, Hamlet, Village
from tests.applications import application_with_pages
from tests.console.browsing import PASSWORD, Browser
from tests.passwords import QUICK
from tests.usecases.reading import Reader, open_reader

MOSCOW = ZoneInfo("Europe/Moscow")


class WritingVillage(Village):
    """A village in whose threads a program may write, and that takes nothing."""

    def takes_replies(self, post: PostRef) -> bool:
        return True

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        raise AccessDenied("wall.createComment: there is no usable key 'VILLAGE_TOKEN' of the page -7", permanent=True)


@dataclass(slots=True)
class Site:
    """The application, its clock, and the machines from which people open it."""

    app: FastAPI
    console: ConsoleContext
    clock: list[datetime]
    stack: AsyncExitStack

    async def register(self, login: str, role: Role) -> OperatorId:
        """An operator."""
        async with self.console.database.write() as session:
            registered = await operators.ensure(session, login.capitalize(), role, now=self.clock[0])
            await passwords.save(session, registered.operator.id, login=login, password_hash=DECOY)
        return registered.operator.id

    async def hire(self, login: str, role: Role) -> OperatorId:
        """An operator who can sign in by password."""
        operator_id = await self.register(login, role)
        await set_password(self.console.database, operator_id, login=login, password=PASSWORD, hasher=QUICK)
        return operator_id

    async def browser(self, *, scheme: str = "http") -> Browser:
        """A browser in which nobody is signed in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.1", 4711))
        client = httpx.AsyncClient(transport=transport, base_url=f"{scheme}://otklik.test")
        return Browser(await self.stack.enter_async_context(client))

    async def enter(self, login: str, role: Role) -> Browser:
        """A browser in which a new operator is signed in already, which spares the slow work on passwords."""
        operator_id, token, now = await self.register(login, role), f"session of {login}", self.clock[0]
        async with self.console.database.write() as session:
            await sessions.begin(
                session, operator_id, sha256=token_sha256(token), csrf_token=f"form of {login}", now=now, expires_at=now + SESSION_LASTS
            )
        browser = await self.browser()
        browser.client.cookies.set(SESSION_COOKIE, token)
        await browser.open("/")
        return browser


@cache
def pages() -> Pages:
    """The templates, which nothing changes: compiled once for all tests of a process."""
    return Pages()


def build_site(database: Database, region_id: RegionId, clock: Callable[[], datetime]) -> tuple[FastAPI, ConsoleContext]:
    """The whole web application, with a network of one village behind it."""
    plugins, connector_for = {"village": PLUGIN}, Hamlet().connector_for
    api = ApiContext(
        database=database,
        region_id=region_id,
        now=clock,
        plugins=plugins,
        connector_for=connector_for,
        metrics_open=False,
        tz=MOSCOW,
    )
    console = ConsoleContext(database, region_id, clock, clock, MOSCOW, Networks(plugins, connector_for), pages())
    return application_with_pages(api, console), console


@pytest.fixture
async def site(database: Database, region_id: RegionId, noon: datetime) -> AsyncIterator[Site]:
    """The site; its clock stands at noon."""
    clock = [noon]
    app, console = build_site(database, region_id, lambda: clock[0])
    async with AsyncExitStack() as stack:
        yield Site(app, console, clock, stack)


@pytest.fixture
def publishing(site: Site) -> None:
    """The console over networks that a program may write to."""
    site.console = replace(site.console, networks=Networks(site.console.networks.plugins, lambda network: WritingVillage()))
    site.app.state.console = site.console


@pytest.fixture
async def reader(database: Database, region_id: RegionId, noon: datetime) -> Reader:
    """Takes pages in, of an official page that has been watched for a month."""
    return await open_reader(database, region_id, noon - timedelta(days=30))


@pytest.fixture
async def anna(site: Site) -> Browser:
    """An operator, signed in."""
    return await site.enter("anna", Role.OPERATOR)


@pytest.fixture
async def boris(site: Site) -> Browser:
    """A coordinator, signed in."""
    return await site.enter("boris", Role.COORDINATOR)


@pytest.fixture
async def vera(site: Site) -> Browser:
    """A viewer, signed in."""
    return await site.enter("vera", Role.VIEWER)
