"""Telegram from the link to the answer: our web and workers on one side, the emulated Bot API with its webhook on the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from app.api.context import ApiContext
from app.domain.source import SourceId
from app.main import create_app
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks, add_source, resolve_page
from app.usecases.check_push import check_push
from app.usecases.judge_page import Intake
from app.usecases.open_push import PushDesk, close_push, open_callback, open_long_poll
from app.usecases.receive_updates import Receiving, claim_receiving, receive_updates, stop_receiving
from app.usecases.receive_webhook import Door
from app.usecases.take_in_events import Taking, take_in_events
from connectors.sdk.contract import Cursor, Message, PublishedReply, Updates, Wall
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.errors import AccessDenied, SourceUnavailable
from connectors.telegram import plugin
from connectors.telegram.connector import TelegramConnector
from tests.connectors.telegram.telegram_world import ANNA, BORIS, BOT, CITY, TelegramWorld, at, comment, post, telegram_world
from tests.patience import PATIENCE_SECONDS
from tests.usecases.reading import ByMark
from tests.usecases.told_page import answer_newest, rows_of, send_replies, why_deaf

TOWN = (
    post("post", 10, "Пуск тепла"),
    comment("asked", 11, "Холодно!", edits=((at(13), "Очень холодно!"),)),
    comment("thanks", 12, "Спасибо", author_id=BORIS, reply_to_key="asked"),
    comment("answer", 15, "Бригада будет завтра к десяти утра.", author_id=-CITY, reply_to_key="asked"),
)


@dataclass(slots=True)
class Service:
    """Otklik with one channel of Telegram."""

    world: TelegramWorld
    connector: TelegramConnector
    desk: PushDesk
    taking: Taking
    source_id: SourceId
    address: str
    client: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.desk.database

    async def hear(self, minutes: float) -> None:
        """Time goes on; Telegram calls us with what has happened, and a worker takes it in."""
        self.world.moment = at(minutes)
        await self.world.emulator.deliver(self.client)
        await take_in_events(self.taking, limit=5)

    async def rows(self, query: str) -> list[Any]:
        return await rows_of(self.database, query)

    async def watch(self) -> list[str]:
        """The reasons of open alarms after a look at the page."""
        return await why_deaf(self.desk, "telegram", self.connector)

    async def reply(self) -> None:
        """An operator answers the newest incident."""
        await answer_newest(self.desk)

    async def publish(self, connector: TelegramConnector | None = None) -> None:
        """A worker sends what waits."""
        await send_replies(self.desk, connector or self.connector)

    async def last_words(self) -> tuple[str, list[str]]:
        """How the newest reply stands, and the log of its incident."""
        ((state, incident),) = await self.rows("SELECT state, incident_id FROM replies ORDER BY id DESC LIMIT 1")
        return state, [row[0] for row in await self.rows(f"SELECT type FROM incident_events WHERE incident_id = {incident} ORDER BY id")]


@pytest.fixture
async def service(database: Database, region_id: RegionId) -> AsyncIterator[Service]:
    """The city's channel is watched, and the token of its bot is known."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(telegram_world(TOWN))
        connector = await stack.enter_async_context(world.connector())

        def now() -> Any:
            return world.moment

        networks = Networks({"telegram": plugin}, lambda network: connector)
        page = await resolve_page(networks, "https://t.me/zarechny_city/12")
        async with database.write() as session:
            source_id = await add_source(session, region_id, page, official=True, authority_id=None, now=now())
        door = Door(database, region_id, SecretBox("a key of sixteen letters or more"), lambda network: connector, now)
        context = ApiContext(database, region_id, now, {}, lambda network: connector, True, ZoneInfo("Europe/Moscow"), door)
        address = await stack.enter_async_context(serve(create_app(context)))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE_SECONDS))
        desk = PushDesk(database, region_id, door.box, networks, now)
        taking = Taking(Intake(database, ByMark(), region_id), lambda network: connector, now, lambda source, taken: None)
        yield Service(world, connector, desk, taking, source_id, address, client)


async def test_from_a_post_in_the_channel_to_answers_in_the_group_and_in_private(service: Service) -> None:
    assert "source push" in (await service.watch())[0], "nothing is received before somebody asks for it"
    assert await service.rows("SELECT next_poll_at FROM poll_states") == [(None,)]
    assert service.desk.networks.only_push() == {"telegram"}
    opened = await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    assert opened.state == "ok"
    assert await service.watch() == []
    async with service.database.write() as session:
        await session.execute(text("UPDATE push_channels SET server = NULL"))
    assert "to the end" in (await service.watch())[0], "whoever opened it was ended before Telegram had its address"
    await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    assert await service.watch() == []

    await service.hear(12)
    ids = service.world.emulator.ids
    found = await service.rows("SELECT comment_id, url, author_name FROM messages ORDER BY id")
    assert found == [
        ("", "https://t.me/zarechny_city/5", "Город Заречный"),
        (str(ids["asked"]), f"https://t.me/zarechny_city/5?comment={ids['asked']}", "Анна Лебедева"),
        (str(ids["thanks"]), f"https://t.me/zarechny_city/5?comment={ids['thanks']}", "Борис Ким"),
    ]
    assert await service.rows("SELECT status FROM incidents") == [("new",)]
    await service.hear(14)
    assert await service.rows("SELECT text, version FROM messages WHERE text LIKE '%олодно!'") == [("Очень холодно!", 2)]
    await service.hear(16)
    assert await service.rows("SELECT status, first_answered_at FROM incidents") == [("answered", at(15))]
    assert await service.rows("SELECT source_id FROM reading_states") == [], "nothing waits for a reading that never comes"

    service.world.emulator.write_privately(BOT, ANNA, "Теперь и света нет!")
    await service.hear(20)
    assert await service.rows("SELECT post_id, status FROM incidents ORDER BY id DESC LIMIT 1") == [(f"direct:{ANNA}", "new")]
    await service.reply()
    await service.publish()
    assert (await service.last_words())[0] == "sent"
    await service.hear(21)
    state, log = await service.last_words()
    assert (state, log) == ("sent", ["opened", "reply_written", "reply_sent", "answered"])
    assert await service.rows("SELECT data - 'reply' FROM incident_events WHERE type = 'reply_sent'") == [({},)]
    assert service.world.calls("sendMessage") == 1
    report = await check_push(service.desk, service.source_id)
    assert report.is_well
    assert list(report.lines())[-1] == "This network cannot be polled: what is not pushed is never known. Nothing stands against it now."


class Killed(TelegramConnector):
    """A worker that is killed between Telegram's answer and its own commit."""

    async def publish_reply(self, to: Message, said: str, *, reply_id: str) -> PublishedReply:
        await super().publish_reply(to, said, reply_id=reply_id)
        raise asyncio.CancelledError


async def test_a_reply_whose_worker_was_killed_is_never_sent_again_and_the_operator_is_told(service: Service) -> None:
    await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    await service.hear(12)
    await service.reply()
    killed = Killed(service.connector._client._context)
    with pytest.raises(asyncio.CancelledError):
        await service.publish(killed)
    await killed.close()
    async with service.database.write() as session:
        await session.execute(text("UPDATE replies SET lease_until = '2000-01-01'"))
    await service.publish()
    await service.hear(13)
    await service.publish()
    state, log = await service.last_words()
    assert (state, log[-1]) == ("unknown", "reply_unknown")
    assert service.world.calls("sendMessage") == 1


class OneBatch(TelegramConnector):
    """A connector whose network goes away after the first batch."""

    asked = 0

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        self.asked += 1
        if self.asked > 1:
            raise SourceUnavailable("gone")
        return await super().wait_for_updates(wall, since)


async def fetch(service: Service) -> None:
    connector = OneBatch(service.connector._client._context)
    receiving = Receiving(service.database, service.desk.region_id, "one", lambda network: connector, service.desk.now)
    (claim,) = await claim_receiving(receiving, limit=5)
    with pytest.raises(SourceUnavailable):
        await receive_updates(receiving, claim)
    await stop_receiving(receiving, claim, None, service.world.moment)
    await connector.close()
    await take_in_events(service.taking, limit=5)


async def test_a_long_poll_goes_on_where_another_worker_stopped_and_forgets_what_nobody_asked_for(service: Service) -> None:
    await open_long_poll(service.desk, service.source_id, direct_messages=False)
    for minutes in (11, 16):
        service.world.moment = at(minutes)
        await fetch(service)
    service.world.emulator.write_privately(BOT, ANNA, "Личное!")
    await fetch(service)
    assert await service.rows("SELECT status FROM incidents") == [("answered",)]
    assert await service.rows("SELECT count(*) FROM messages") == [(4,)]
    assert await service.rows("SELECT count(*) FROM pushed_events WHERE convert_from(body, 'UTF8') LIKE '%private%'") == [(0,)]


async def test_a_bot_that_is_removed_raises_an_alarm_which_ends_when_it_is_back(service: Service) -> None:
    await open_long_poll(service.desk, service.source_id, direct_messages=False)
    assert await service.watch() == []
    service.world.bot.in_group = "kicked"
    assert "kicked" in (await service.watch())[0]
    assert not (await check_push(service.desk, service.source_id)).is_well
    service.world.bot.in_group = "member"
    assert await service.watch() == []
    assert not (await close_push(service.desk, service.source_id)).is_polled, "there is nothing left that would tell of the page"
    assert "source push" in (await service.watch())[0]


async def test_a_long_poll_goes_on_when_a_webhook_cannot_be_set_in_its_place(service: Service) -> None:
    await open_long_poll(service.desk, service.source_id, direct_messages=True)
    with pytest.raises(AccessDenied, match="HTTPS"):
        await open_callback(service.desk, service.source_id, "http://otklik.example.ru", direct_messages=False)
    assert await service.rows("SELECT mode, direct_messages FROM push_channels") == [("long_poll", True)]
