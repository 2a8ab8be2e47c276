"""Viber from the link to the answer: our web and workers on one side, the emulated bot API with its signed calls on the other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from app.api.context import ApiContext
from app.domain.source import SourceId
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks, add_source, resolve_page
from app.usecases.check_push import check_push
from app.usecases.judge_page import Intake
from app.usecases.open_push import PushDesk, close_push, open_callback
from app.usecases.publish_replies import Publishing, claim_replies
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.receive_webhook import Door
from app.usecases.take_in_events import Taking, take_in_events
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.errors import AccessDenied
from connectors.viber import plugin
from connectors.viber.connector import ViberConnector
from tests.applications import application
from tests.connectors.viber.viber_world import ANNA, BOT, WALL, ViberWorld, at, viber_world
from tests.usecases.reading import ByMark
from tests.usecases.told_page import SAID, answer_newest, rows_of, send_replies, why_deaf


@dataclass(slots=True)
class Service:
    """Otklik with one bot of Viber."""

    world: ViberWorld
    connector: ViberConnector
    desk: PushDesk
    taking: Taking
    source_id: SourceId
    address: str

    @property
    def database(self) -> Database:
        return self.desk.database

    @property
    def anna(self) -> str:
        return self.world.bot.id_of(ANNA)

    async def hear(self, minutes: float) -> None:
        """Time goes on; Viber calls us with what has happened, and a worker takes it in."""
        self.world.moment = at(minutes)
        await self.world.deliver()
        await self.take_in()

    async def take_in(self) -> None:
        await take_in_events(self.taking, limit=5)

    async def rows(self, query: str) -> list[Any]:
        return await rows_of(self.database, query)

    async def watch(self) -> list[str]:
        """The reasons of open alarms after a look at the page."""
        return await why_deaf(self.desk, "viber", self.connector)

    async def reply(self) -> None:
        """An operator answers the newest incident, and a worker sends it."""
        await answer_newest(self.desk)
        await send_replies(self.desk, self.connector)

    async def replies(self) -> list[Any]:
        return await self.rows("SELECT state, error FROM replies ORDER BY id")

    async def log(self) -> list[str]:
        return [row[0] for row in await self.rows("SELECT type FROM incident_events ORDER BY id")]

    async def status(self) -> Any:
        return await self.rows("SELECT status FROM incidents")


@pytest.fixture
async def service(database: Database, region_id: RegionId) -> AsyncIterator[Service]:
    """The city's bot is watched, and its token is known."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(viber_world())
        connector = await stack.enter_async_context(world.connector())

        def now() -> datetime:
            return world.moment

        networks = Networks({"viber": plugin}, lambda network: connector)
        page = await resolve_page(networks, "viber://pa?chatURI=zarechny_city")
        async with database.write() as session:
            source_id = await add_source(session, region_id, page, official=True, authority_id=None, now=now())
        door = Door(database, region_id, SecretBox("a key of sixteen letters or more"), lambda network: connector, now)
        context = ApiContext(database, region_id, now, {}, lambda network: connector, True, ZoneInfo("Europe/Moscow"), door)
        address = await stack.enter_async_context(serve(application(context)))
        desk = PushDesk(database, region_id, door.box, networks, now)
        taking = Taking(Intake(database, ByMark(), region_id), lambda network: connector, now, lambda source, taken: None)
        yield Service(world, connector, desk, taking, source_id, address)


@pytest.fixture
async def opened(service: Service) -> Service:
    """Viber calls us."""
    await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    return service


async def test_from_a_residents_message_to_the_answer(service: Service) -> None:
    assert "source push" in (await service.watch())[0], "nothing is received before somebody asks for it"
    assert service.desk.networks.only_push() == {"viber"}
    with pytest.raises(AccessDenied, match="--direct-messages"):
        await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    assert await service.rows("SELECT count(*) FROM push_channels") == [(0,)]
    opened = await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    assert opened.state == "ok"
    assert await service.watch() == []

    number = service.world.emulator.write(BOT, ANNA, "Батареи холодные!")
    await service.hear(6)
    assert await service.rows("SELECT post_id, comment_id, author_name, url FROM messages") == [
        (f"direct:{service.anna}", number, "Анна Лебедева", f"https://chats.viber.com/Zarechny_City?direct={number}")
    ]
    assert await service.status() == [("new",)]
    await service.reply()
    assert await service.replies() == [("sent", None)]
    await service.take_in()
    assert await service.status() == [("answered",)]
    assert await service.rows("SELECT first_answered_at FROM incidents") == [(at(6),)]
    assert await service.log() == ["opened", "reply_written", "reply_sent", "answered"]
    assert service.world.calls("send_message") == 1
    report = await check_push(service.desk, service.source_id)
    assert report.is_well
    assert not (await close_push(service.desk, service.source_id)).is_polled
    assert service.world.bot.webhook == ""


@pytest.mark.parametrize(
    ("is_early", "told_at"), [(False, 7), (True, 7), (False, 300)], ids=["after our own word", "before it", "hours later"]
)
async def test_a_reply_that_viber_could_not_deliver_is_no_answer(opened: Service, is_early: bool, told_at: int) -> None:
    service = opened
    service.world.emulator.write(BOT, ANNA, "Батареи холодные!")
    await service.hear(6)
    await service.reply()
    if not is_early:
        await service.take_in()
        assert await service.status() == [("answered",)]
    ((sent,),) = await service.rows("SELECT comment_id FROM replies")
    if is_early:  # Viber's word overtakes what we keep of our own
        async with service.database.write() as session:
            own = (await session.execute(text("DELETE FROM pushed_events WHERE event_id LIKE 'sent:%' RETURNING *"))).mappings().one()
            await session.execute(text("UPDATE replies SET state = 'sending', comment_id = NULL"))
    service.world.moment = at(told_at)
    service.world.emulator.fail(BOT, sent, "no suitable device")
    await service.hear(told_at)
    if is_early:
        assert await service.replies() == [("sending", None)]
        async with service.database.write() as session:
            await session.execute(text("UPDATE replies SET state = 'sent', comment_id = :sent"), {"sent": sent})
            columns = "source_id, event_id, received_at, retries, body"
            await session.execute(
                text(f"INSERT INTO pushed_events ({columns}) VALUES (:source_id, :event_id, :received_at, :retries, :body)"), dict(own)
            )
        await service.take_in()
    ((state, error),) = await service.replies()
    assert state == "failed"
    assert "could not deliver" in error
    assert ("no suitable device" in error) is not is_early
    assert (await service.status())[0][0] in {"new", "in_progress"}
    assert await service.rows("SELECT first_answered_at, flags FROM turns") == [(None, [])]
    assert (await service.log()).count("reply_failed") == 1
    await service.hear(told_at + 1)
    assert (await service.log()).count("reply_failed") == 1
    checked = rebuild_statistics(service.database, service.desk.region_id, check_only=True, now=service.world.moment)
    assert [one.differences async for one in checked] == [()]


async def test_what_came_to_nobody_does_not_live_on_in_the_reply_that_is_written_instead(opened: Service) -> None:
    service = opened
    service.world.emulator.write(BOT, ANNA, "Батареи холодные!")
    await service.hear(6)
    await service.reply()
    await service.take_in()
    ((sent,),) = await service.rows("SELECT comment_id FROM replies")
    service.world.emulator.fail(BOT, sent, "no suitable device")
    await service.hear(7)
    await service.hear(20)
    await service.reply()
    await service.take_in()

    assert [state for state, _ in await service.replies()] == ["failed", "sent"]
    assert await service.rows("SELECT first_answered_at, flags FROM turns") == [(at(20), [])]
    assert await service.rows("SELECT text FROM replies") == [(SAID,), (SAID,)]
    checked = rebuild_statistics(service.database, service.desk.region_id, check_only=True, now=service.world.moment)
    assert [one.differences async for one in checked] == [()]


async def test_a_reply_of_unknown_outcome_is_never_sent_again(opened: Service) -> None:
    service = opened
    service.world.emulator.write(BOT, ANNA, "Батареи холодные!")
    await service.hear(6)
    await service.connector.push_trouble(WALL, None)
    service.world.emulator.break_with(Faults(3, 1.0, kinds=(FaultKind.HTML,)))
    await service.reply()
    service.world.emulator.break_with(None)
    assert (await service.replies())[0][0] == "unknown"
    publishing = Publishing(service.database, service.desk.region_id, lambda network: service.connector, service.desk.now)
    assert list(await claim_replies(publishing, limit=5)) == []
    assert service.world.calls("send_message") == 1


async def test_what_the_bot_has_not_signed_is_refused_and_repeats_are_harmless(opened: Service) -> None:
    service = opened
    service.world.emulator.write(BOT, ANNA, "Батареи холодные!")
    twice = service.world.bot.waiting[0]
    service.world.bot.waiting.append(twice)
    await service.hear(6)
    assert await service.rows("SELECT count(*) FROM pushed_events WHERE event_id LIKE 'message:%'") == [(1,)]
    assert await service.rows("SELECT count(*) FROM incidents") == [(1,)]
    kept = await service.rows("SELECT convert_from(body, 'UTF8') FROM pushed_events")
    assert not any("country" in body or BOT in body for (body,) in kept)
    async with httpx.AsyncClient(base_url=service.address) as client:
        path = f"/hooks/viber/{service.source_id}"
        forged = {"X-Viber-Content-Signature": "0" * 64}
        statuses = [(await client.post(path, content=b"{}", headers=headers)).status_code for headers in ({}, forged)]
    assert statuses == [403, 403]


async def test_a_bot_with_another_token_raises_an_alarm_until_push_is_opened_anew(opened: Service) -> None:
    service = opened
    async with service.database.write() as session:
        await session.execute(text("UPDATE push_channels SET server = split_part(server, '#', 1) || '#000000000000'"))
    assert "another token" in (await service.watch())[0]
    await open_callback(service.desk, service.source_id, service.address, direct_messages=True)
    assert await service.watch() == []
    with pytest.raises(AccessDenied):
        await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    assert await service.rows("SELECT direct_messages FROM push_channels") == [(True,)]
    assert await service.watch() == [], "what is refused leaves the channel as it was"
