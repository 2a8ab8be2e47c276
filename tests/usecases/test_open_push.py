"""Push from its set-up to the queue: our web and workers on one side, the emulated VK with its callbacks and long poll on the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from app.api.context import ApiContext
from app.domain.errors import InvalidInput, NotFound
from app.domain.polling.due import Interval
from app.domain.polling.intervals import PollBounds
from app.domain.source import SourceId
from app.storage import push_channels, sources
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.polling.readings import Lane
from app.storage.push_channels import ReceivingClaim
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.add_source import Networks
from app.usecases.check_push import check_push
from app.usecases.count_threads import claim_counters, count_threads
from app.usecases.judge_page import Intake
from app.usecases.open_push import PushDesk, close_push, open_callback, open_long_poll
from app.usecases.plan_polls import Planner
from app.usecases.poll_walls import claim_walls, poll_wall
from app.usecases.polling import Polling
from app.usecases.read_threads import claim_readings, read_threads
from app.usecases.receive_updates import Receiving, claim_receiving, receive_updates, stop_receiving
from app.usecases.receive_webhook import Door
from app.usecases.take_in_events import Taking, take_in_events
from connectors.sdk.contract import Cursor, PushedNews, Updates, Wall
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.errors import AccessDenied
from connectors.vk.connector import VkConnector
from tests.applications import application
from tests.connectors.vk.vk_world import CITY, COMMUNITY, SERVICE, VkWorld, at, comment, post, vk_world
from tests.patience import PATIENCE_SECONDS
from tests.usecases.reading import ByMark

BOX = SecretBox("a key of sixteen letters or more")
TOWN = (post("post", 0), *(comment(f"c{number}", 10 + number, "Холодно!", author_id=20 + number) for number in range(5)))


@dataclass(slots=True)
class Service:
    """Otklik with one page of VK, as far as push needs it."""

    world: VkWorld
    desk: PushDesk
    taking: Taking
    receiving: Receiving
    source_id: SourceId
    address: str
    client: httpx.AsyncClient
    seen: list[int] = field(default_factory=list)

    async def hear(self, minutes: float) -> None:
        """Time goes on; VK calls us with what has happened, and a worker takes it in."""
        self.world.moment = at(minutes)
        await self.world.emulator.deliver(self.client)
        await take_in_events(self.taking, limit=5)

    async def messages(self) -> list[tuple[str, str]]:
        async with self.desk.database.read() as session:
            rows = await session.execute(text("SELECT text, author_name FROM messages WHERE comment_id <> '' ORDER BY id"))
            return [(row.text, row.author_name) for row in rows]


@pytest.fixture
async def service(database: Database, region_id: RegionId) -> AsyncIterator[Service]:
    """The city's page is watched, and its key is known."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(vk_world(TOWN, minutes=5))
        connector = await stack.enter_async_context(world.connector(SERVICE, COMMUNITY))
        yield await founded(stack, world, connector, database, region_id)


async def founded(stack: AsyncExitStack, world: VkWorld, connector: VkConnector, database: Database, region_id: RegionId) -> Service:
    async with database.write() as session:
        new = NewSource("vk", f"-{CITY}", "Город", "https://vk.com/club300", True, None, at(0))
        source_id = await sources.add(session, region_id, new, now=at(0))

    def now() -> datetime:
        return world.moment

    door = Door(database, region_id, BOX, lambda network: connector, now)
    context = ApiContext(database, region_id, now, {}, lambda network: connector, True, ZoneInfo("Europe/Moscow"), door)
    address = await stack.enter_async_context(serve(application(context)))
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE_SECONDS))
    desk = PushDesk(database, region_id, BOX, Networks({}, lambda network: connector), now)
    taking = Taking(Intake(database, ByMark(), region_id), lambda network: connector, now, lambda source, taken: None)
    return Service(world, desk, taking, Receiving(database, region_id, "one", lambda network: connector, now), source_id, address, client)


async def test_a_callback_is_confirmed_and_brings_questions_into_the_queue(service: Service) -> None:
    opened = await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    assert opened.address == f"{service.address}/hooks/vk/{service.source_id}"
    await service.hear(6)
    assert (await check_push(service.desk, service.source_id)).state == "ok"

    await service.hear(20)
    assert [text for text, _ in await service.messages()] == ["Холодно!"] * 5
    report = await check_push(service.desk, service.source_id)
    assert report.health.keeps_up
    assert report.waiting == 0
    assert any("keeps up" in line for line in report.lines())


async def test_the_secret_is_stored_encrypted_and_shown_nowhere(service: Service) -> None:
    opened = await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    (server,) = service.world.emulator.pushes.servers[CITY].values()
    async with service.desk.database.read() as session:
        stored = await session.scalar(text("SELECT push_channels::text FROM push_channels"))
        guard = await push_channels.guard_of(session, service.desk.region_id, service.source_id)
    assert guard is not None
    assert guard.secret is not None
    assert BOX.unlock(guard.secret) == server.secret
    assert len(server.secret) >= 40
    assert server.secret not in f"{stored} {guard} {opened} {await check_push(service.desk, service.source_id)}"


async def test_a_callback_that_cannot_be_opened_leaves_nothing_behind(service: Service) -> None:
    async with service.world.connector(SERVICE) as keyless:
        desk = PushDesk(service.desk.database, service.desk.region_id, BOX, Networks({}, lambda network: keyless), service.desk.now)
        with pytest.raises(AccessDenied):
            await open_callback(desk, service.source_id, service.address, direct_messages=False)
    with pytest.raises(NotFound):
        await check_push(service.desk, service.source_id)


@pytest.mark.parametrize("address", ["otklik.example.ru", "ftp://otklik", "https://otklik/?a=1"])
async def test_an_address_that_no_network_could_call_is_refused(service: Service, address: str) -> None:
    with pytest.raises(InvalidInput):
        await open_callback(service.desk, service.source_id, address, direct_messages=False)


async def test_a_page_whose_push_is_ended_is_only_polled(service: Service) -> None:
    await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    await close_push(service.desk, service.source_id)
    assert service.world.emulator.pushes.servers[CITY] == {}
    with pytest.raises(NotFound):
        await close_push(service.desk, service.source_id)


async def test_push_is_looked_at_and_ended_although_the_pages_key_is_gone(service: Service) -> None:
    await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    await service.hear(11)
    async with service.world.connector(SERVICE) as keyless:
        desk = replace(service.desk, networks=Networks({}, lambda network: keyless))
        report = "\n".join((await check_push(desk, service.source_id)).lines())
        closed = await close_push(desk, service.source_id)
    assert "there is no usable VK key of the community" in report
    assert f"Last event: {at(11):%Y-%m-%d %H:%M:%S}Z" in report
    assert closed.is_polled
    assert "there is no usable VK key of the community" in closed.untold
    service.world.moment = at(12)
    answer = await service.client.post(f"{service.address}/hooks/vk/{service.source_id}", json={"type": "confirmation", "group_id": CITY})
    assert answer.status_code == 404


class Noticed:
    """A connector whose first batch can be waited for: it is stored once the second is asked for."""

    network = "vk"

    def __init__(self, connector: VkConnector) -> None:
        self.connector = connector
        self.asked = 0
        self.stored = asyncio.Event()

    async def wait_for_updates(self, wall: Wall, since: Cursor | None) -> Updates:
        self.asked += 1
        if self.asked == 2:
            self.stored.set()
        return await self.connector.wait_for_updates(wall, since)

    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        return self.connector.read_event(raw, received_at=received_at)

    async def close(self) -> None:
        """Holds nothing of its own."""


async def fetch(service: Service) -> ReceivingClaim:
    """A worker fetches one batch and is then stopped; its claim as it ended."""
    connector = service.receiving.connector_for("vk")
    assert isinstance(connector, VkConnector)
    noticed = Noticed(connector)
    receiving = replace(service.receiving, connector_for=lambda network: noticed)
    (claim,) = await claim_receiving(receiving, limit=5)
    assert await claim_receiving(receiving, limit=5) == []
    async with asyncio.timeout(PATIENCE_SECONDS):
        fetching = asyncio.create_task(receive_updates(receiving, claim))
        await noticed.stored.wait()
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
    await stop_receiving(receiving, claim, None, service.world.moment)
    return claim


async def test_long_polling_brings_questions_into_the_queue_and_goes_on_where_another_worker_stopped(service: Service) -> None:
    await open_long_poll(service.desk, service.source_id, direct_messages=False)
    async with service.desk.database.write() as session:
        await session.execute(text("UPDATE push_channels SET failures = 5"))
    for minutes in (5, 12, 20):
        service.world.moment = at(minutes)
        assert (await fetch(service)).failures == 0, "what fails next is the first failure in a row"
    await take_in_events(service.taking, limit=5)
    assert [text for text, _ in await service.messages()] == ["Холодно!"] * 5
    assert (await check_push(service.desk, service.source_id)).health.keeps_up


async def test_events_that_are_lost_make_the_page_polled_at_once(service: Service) -> None:
    await open_long_poll(service.desk, service.source_id, direct_messages=False)
    await fetch(service)
    async with service.desk.database.write() as session:
        await session.execute(text("UPDATE poll_states SET next_poll_at = :later"), {"later": at(1000)})
    service.world.moment = at(20)
    assert service.world.emulator.ids
    service.world.emulator.pushes.box(CITY).forget(at(1000))
    await fetch(service)
    async with service.desk.database.read() as session:
        registered = await sources.get(session, service.desk.region_id, service.source_id)
    assert registered.next_poll_at == at(20)


async def test_what_push_has_missed_is_counted_and_the_page_is_polled_as_usual_until_events_come_again(service: Service) -> None:
    polling = polling_of(service)
    await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    await service.hear(6)
    await poll(polling)
    await service.hear(10.5)
    assert await poll(polling) == timedelta(hours=1), "push keeps up"

    service.world.emulator.pushes.servers[CITY][1].status = "failed"
    service.world.moment = at(80)
    await poll(polling)
    assert await poll(polling) == timedelta(minutes=5), "push has missed something"
    health = (await check_push(service.desk, service.source_id)).health
    assert (health.missed, health.missed_at) == (4, at(80))
    assert not health.keeps_up
    assert len(await service.messages()) == 5


async def test_what_waits_in_the_inbox_has_not_been_missed_although_a_poll_is_faster(service: Service) -> None:
    polling = polling_of(service)
    await open_callback(service.desk, service.source_id, service.address, direct_messages=False)
    await service.hear(6)
    await poll(polling)
    service.world.moment = at(13)
    await service.world.emulator.deliver(service.client)
    await poll(polling)
    assert len(await service.messages()) == 4, "the poll has found them first, two of them minutes after they were written"
    assert (await check_push(service.desk, service.source_id)).health.missed == 0

    await service.hear(13)
    assert len(await service.messages()) == 4


def polling_of(service: Service) -> Polling:
    """Polls of the one page."""
    bounds = PollBounds(timedelta(minutes=5), timedelta(seconds=1), timedelta(days=1))
    connector_for, now = service.receiving.connector_for, service.desk.now
    planner = Planner(Interval(bounds.minimum, bounds.maximum))
    intake = service.taking.intake
    return Polling(intake, "one", bounds, timedelta(days=7), now, connector_for, lambda source, taken: None, ("vk",), planner)


async def poll(polling: Polling) -> timedelta:
    """Polls the page and all its threads, due or not; how long until its wall is due again."""
    async with polling.intake.database.write() as session:
        await session.execute(text("UPDATE poll_states SET next_poll_at = '2000-01-01'"))
        await session.execute(text("UPDATE threads SET next_count_at = '2000-01-01'"))
    (claim,) = await claim_walls(polling, "vk", limit=1)
    assert await poll_wall(polling, claim) is None
    assert await count_threads(polling, await claim_counters(polling, "vk")) is None
    for lane in Lane:
        for reading in await claim_readings(polling, "vk", lane, limit=1):
            assert await read_threads(polling, reading) is None
    async with polling.intake.database.read() as session:
        due = await session.scalar(text("SELECT next_poll_at FROM poll_states"))
    assert isinstance(due, datetime)
    return due - polling.now()
