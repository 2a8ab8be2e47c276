"""A small town on an emulated Viber: two bots, those who write to them, and a clock that a test moves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.contract import Author, ConnectorContext, Credential, Message, MessageType, Wall
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownPage, TownPerson
from connectors.sdk.http import HttpLimits
from connectors.sdk.testing import OpenLedger
from connectors.viber import settings
from connectors.viber.connector import ViberConnector
from connectors.viber.emulator import ViberEmulator
from connectors.viber.emulator.bots import Bot

START = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
CITY, YARDS = 300, 301
ANNA, BORIS = 11, 12
BOT, YARDS_BOT = "4f5e6d7c8b9a0f1e-2d3c4b5a69788796-a5b4c3d2e1f00112", "11aa22bb33cc44dd-55ee66ff77008899-9a8b7c6d5e4f3021"
WALL = Wall("viber", f"pa:{5_925_429_953_186_752_000 + CITY}")
QUICK = HttpLimits(connect_seconds=2, read_seconds=2, call_seconds=4, attempts=3, first_pause_seconds=0.01, longest_pause_seconds=0.05)
PAGES = (TownPage(CITY, "Администрация города Заречного", "Zarechny_City"), TownPage(YARDS, "Дворы", "zarechny_yards"))
PEOPLE = (TownPerson(ANNA, "Анна", "Лебедева"), TownPerson(BORIS, "Борис", "Ким"))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@dataclass
class ViberWorld:
    """The emulated Viber, its clock and what the connector's context has seen. `heard` is what came to the address `listening`."""

    emulator: ViberEmulator
    base_url: str
    moment: datetime
    ledger: OpenLedger = field(default_factory=OpenLedger)
    observed: list[tuple[str, str, float]] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def bot(self) -> Bot:
        return self.emulator.bot(BOT)

    @asynccontextmanager
    async def connector(self, *tokens: str) -> AsyncIterator[ViberConnector]:
        """A connector with these bots (the city's when none is named)."""
        bots = [Credential(settings.BOT, f"bot {number}", token) for number, token in enumerate(tokens or (BOT,))]
        context = ConnectorContext(self.base_url, bots, self.ledger, lambda: self.moment, lambda *call: self.observed.append(call))
        connector = ViberConnector(context, QUICK)
        try:
            yield connector
        finally:
            await connector.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """An address that keeps what comes and answers with the statuses in `answers`, then with 200."""

        async def take(request: Request) -> Response:
            self.heard.append((dict(request.headers), await request.body()))
            return Response(status_code=self.answers.pop(0) if self.answers else 200)

        async with serve(Starlette(routes=[Route("/hooks/viber/1", take, methods=["POST"])])) as address:
            yield f"{address}/hooks/viber/1"

    async def open(self, connector: ViberConnector, address: str) -> tuple[str, str]:
        """Opens push as the core does; the secret and the channel."""
        secret = await connector.signing_secret(WALL, direct_messages=True)
        return secret, await connector.open_callback(WALL, address, secret=secret, direct_messages=True)

    async def deliver(self) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await self.emulator.deliver(client)

    def asked(self, number: str, person: int = ANNA) -> Message:
        """A message of a person, as the outbox replies to it."""
        who = self.bot.id_of(person)
        return Message(MessageType.DIRECT, number, WALL, "", self.moment, Author(who), "Холодно!", post_id=f"direct:{who}")

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.emulator.calls)


@asynccontextmanager
async def viber_world(*, minutes: float = 5, **options: Any) -> AsyncIterator[ViberWorld]:
    """A running world at so many minutes after the start; its clock moves by `world.moment`."""
    clock: list[Callable[[], datetime]] = [lambda: at(minutes)]
    rates = {"calls_per_second": 100_000} | options
    emulator = ViberEmulator(Town(PAGES, PEOPLE), now=lambda: clock[0](), bots={BOT: CITY, YARDS_BOT: YARDS}, **rates)
    async with serve(emulator.app()) as base_url:
        world = ViberWorld(emulator, base_url, at(minutes))
        clock[0] = lambda: world.moment
        yield world
