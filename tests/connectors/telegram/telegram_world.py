"""A small town on an emulated Telegram: a channel with its discussion group, its bot, and a clock that a test moves."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sdk.contract import ConnectorContext, Credential, Cursor, PushedNews, Wall
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import Town, TownMessage, TownPage, TownPerson
from connectors.sdk.testing import OpenLedger
from connectors.telegram import settings
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.emulator import TelegramEmulator
from connectors.telegram.emulator.bots import Bot
from connectors.telegram.emulator.shapes import channel_id, group_id
from tests.connectors.patient import QUICK

START = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
CITY, CLOSED = 300, 301
ANNA, BORIS = 11, 12
BOT, CLOSED_BOT = "5000000001:AAtoken_of_the-citys-bot_1234567890", "5000000002:AAtoken_of_the-closed-bot_234567890"
WALL, GROUP = Wall("telegram", str(channel_id(CITY))), str(group_id(CITY))
PAGES = (TownPage(CITY, "Город Заречный", "zarechny_city", members=7000), TownPage(CLOSED, "Двор", "dvor", closed=True))
PEOPLE = (TownPerson(ANNA, "Анна", "Лебедева"), TownPerson(BORIS, "Борис", "Ким"))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def post(key: str, minutes: float, text: str = "Новости города", **fields: Any) -> TownMessage:
    return TownMessage(key, CITY, -CITY, at(minutes), text, **fields)


def comment(key: str, minutes: float, text: str = "Когда почистят двор?", **fields: Any) -> TownMessage:
    author, post_key = fields.pop("author_id", ANNA), fields.pop("post_key", "post")
    return TownMessage(key, CITY, author, at(minutes), text, post_key=post_key, **fields)


@dataclass
class TelegramWorld:
    """The emulated Telegram, its clock and what the connector's context has seen."""

    emulator: TelegramEmulator
    base_url: str
    moment: datetime
    ledger: OpenLedger = field(default_factory=OpenLedger)
    observed: list[tuple[str, str, float]] = field(default_factory=list)

    @property
    def bot(self) -> Bot:
        return self.emulator.bot(BOT)

    @asynccontextmanager
    async def connector(self, *tokens: str) -> AsyncIterator[TelegramConnector]:
        """A connector with these bots (the city's when none is named)."""
        bots = [Credential(settings.BOT, f"bot {number}", token) for number, token in enumerate(tokens or (BOT,))]
        context = ConnectorContext(self.base_url, bots, self.ledger, lambda: self.moment, lambda *call: self.observed.append(call))
        connector = TelegramConnector(context, QUICK)
        try:
            yield connector
        finally:
            await connector.close()

    async def told(self, connector: TelegramConnector, since: Cursor | None = None) -> tuple[list[PushedNews], Cursor]:
        """What a fetch tells, and where the next goes on."""
        updates = await connector.wait_for_updates(WALL, since)
        read = [connector.read_event(event.raw, received_at=self.moment) for event in updates.events]
        return [news for news in read if news is not None], updates.cursor

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.emulator.calls)


@asynccontextmanager
async def telegram_world(messages: Sequence[TownMessage] = (), *, minutes: float = 5, **options: Any) -> AsyncIterator[TelegramWorld]:
    """A running world at so many minutes after the start; its clock moves by `world.moment`."""
    clock: list[Callable[[], datetime]] = [lambda: at(minutes)]
    rates = {"calls_per_second": 100_000} | options
    bots = {BOT: CITY, CLOSED_BOT: CLOSED}
    emulator = TelegramEmulator(Town(PAGES, PEOPLE, tuple(messages)), now=lambda: clock[0](), bots=bots, **rates)
    async with serve(emulator.app()) as base_url:
        world = TelegramWorld(emulator, base_url, at(minutes))
        clock[0] = lambda: world.moment
        yield world
