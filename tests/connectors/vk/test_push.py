"""Push set up with a community's key, and events fetched from VK's long poll, against the emulator over real HTTP."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from connectors.sdk.contract import ConnectorContext, Cursor, PushedNews, Wall
from connectors.sdk.errors import AccessDenied, UnexpectedResponse
from connectors.sdk.http import LongCall
from connectors.sdk.testing import OpenLedger
from connectors.vk.client import VkClient
from connectors.vk.connector import VkConnector
from connectors.vk.emulator import PushQuirks
from tests.connectors.vk.vk_world import ANNA, CITY, COMMUNITY, SERVICE, WALL, VkWorld, at, comment, post, vk_world

TOWN = (
    post("post", 0),
    comment("early", 1),
    comment("asked", 10, "Когда?", edits=((at(12), "Когда же?"),), deleted_at=at(14), restored_at=at(16)),
    comment("reply", 11, "И мне интересно", reply_to_key="asked"),
    post("news", 13),
)
ADDRESS = "http://127.0.0.1:1/hooks/vk/1"


async def test_a_key_never_travels_in_clear() -> None:
    client = VkClient(ConnectorContext("https://api.vk.com", [], OpenLedger(), lambda: at(0)))
    call = LongCall("long_poll", "http://127.0.0.1:1/nowhere", {"key": "secret"}, 1)

    with pytest.raises(UnexpectedResponse, match="without TLS") as refused:
        await client.wait(call, lambda received: received)

    assert "secret" not in str(refused.value)
    await client.close()


@pytest.fixture
async def world() -> AsyncIterator[VkWorld]:
    """A town of which little has happened."""
    async with vk_world(TOWN, minutes=5) as world:
        yield world


@pytest.fixture
async def connector(world: VkWorld) -> AsyncIterator[VkConnector]:
    """A connector with the key of the community."""
    async with world.connector(SERVICE, COMMUNITY) as connector:
        yield connector


async def told(world: VkWorld, connector: VkConnector, cursor: Cursor | None) -> list[PushedNews]:
    updates = await connector.wait_for_updates(WALL, cursor)
    read = [connector.read_event(event.raw, received_at=world.moment) for event in updates.events]
    return [news for news in read if news is not None]


async def test_a_long_poll_tells_what_happens_from_now_on(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    start = (await connector.wait_for_updates(WALL, None)).cursor
    world.moment = at(20)
    news = await told(world, connector, start)
    ids = world.emulator.ids
    assert [(one.change.value, int(one.message.external_id)) for one in news] == [
        ("appeared", ids["asked"]),
        ("appeared", ids["reply"]),
        ("edited", ids["asked"]),
        ("appeared", ids["news"]),
        ("deleted", ids["asked"]),
        ("restored", ids["asked"]),
    ]
    assert news[1].message.root_id == news[1].message.reply_to_id == str(ids["asked"])
    assert news[0].message.author is not None
    assert news[0].message.author.external_id == str(ANNA)


async def test_a_long_poll_goes_on_from_its_cursor(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    start = (await connector.wait_for_updates(WALL, None)).cursor
    world.moment = at(10)
    first = await connector.wait_for_updates(WALL, start)
    world.moment = at(20)
    again, rest = await connector.wait_for_updates(WALL, start), await connector.wait_for_updates(WALL, first.cursor)
    assert [event.event_id for event in again.events] == [event.event_id for event in (*first.events, *rest.events)]


async def test_an_old_key_is_replaced_and_nothing_is_lost(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    start = (await connector.wait_for_updates(WALL, None)).cursor
    world.emulator.pushes.box(CITY).expire()
    world.moment = at(10)
    renewed = await connector.wait_for_updates(WALL, start)
    assert (renewed.events, renewed.cursor, renewed.lost) == ((), start, False)
    assert len((await connector.wait_for_updates(WALL, renewed.cursor)).events) == 1


async def test_events_that_vk_has_forgotten_are_told_to_be_lost(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    start = (await connector.wait_for_updates(WALL, None)).cursor
    world.moment = at(20)
    box = world.emulator.pushes.box(CITY)
    assert world.emulator.ids
    box.forget(at(1000))
    lost = await connector.wait_for_updates(WALL, start)
    assert lost.lost
    assert json.loads(lost.cursor)["ts"] == str(box.ts)


@pytest.mark.parametrize("damaged", ["{", "[]", '{"kind": "wall", "ts": "5"}'])
async def test_a_damaged_cursor_begins_anew_and_says_that_events_are_lost(connector: VkConnector, damaged: str) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    assert (await connector.wait_for_updates(WALL, Cursor(damaged))).lost


async def test_a_switched_off_long_poll_says_so(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    start = (await connector.wait_for_updates(WALL, None)).cursor
    world.emulator.pushes.box(CITY).is_enabled = False
    with pytest.raises(Exception, match="not enabled"):
        await connector.wait_for_updates(WALL, start)


async def test_a_callback_is_set_up_once_and_again_after_a_change(world: VkWorld, connector: VkConnector) -> None:
    before = await connector.confirmation_code(WALL)
    first = await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)
    again = await connector.open_callback(WALL, ADDRESS, secret="two", direct_messages=True)
    assert first == again
    (server,) = world.emulator.pushes.servers[CITY].values()
    assert (server.url, server.secret) == (ADDRESS, "two")
    assert {"wall_reply_new", "wall_reply_delete", "message_new"} <= server.wanted
    assert await connector.confirmation_code(WALL) != before
    assert await connector.callback_state(WALL, first) == "unconfigured"
    await connector.close_callback(WALL, first)
    assert await connector.callback_state(WALL, first) == ""


async def test_private_messages_are_not_asked_for_unless_wanted(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)
    (server,) = world.emulator.pushes.servers[CITY].values()
    assert "wall_reply_new" in server.wanted
    assert not [name for name in server.wanted if name.startswith("message_")]


async def test_a_key_without_the_right_is_told_which_one_it_lacks() -> None:
    async with vk_world(TOWN, rights={COMMUNITY: ("wall",)}) as world, world.connector(SERVICE, COMMUNITY) as connector:
        with pytest.raises(AccessDenied, match="manage"):
            await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)


async def test_without_the_page_s_own_key_nothing_is_set_up(world: VkWorld) -> None:
    async with world.connector(SERVICE) as connector:
        with pytest.raises(AccessDenied, match=str(CITY)):
            await connector.open_long_poll(WALL, direct_messages=False)


async def test_names_of_people_and_communities_are_told(connector: VkConnector) -> None:
    assert await connector.name_authors([str(ANNA), f"-{CITY}", "999"]) == {str(ANNA): "Анна Лебедева", f"-{CITY}": "Администрация города"}


async def test_no_key_of_a_long_poll_shows(world: VkWorld, connector: VkConnector) -> None:
    await connector.open_long_poll(WALL, direct_messages=False)
    updates = await connector.wait_for_updates(WALL, None)
    assert connector._long_poll._servers
    shown = repr((connector, updates, connector._long_poll._servers))
    assert world.emulator.pushes.box(CITY).key not in shown


async def test_a_long_poll_of_another_community_needs_its_key(connector: VkConnector) -> None:
    with pytest.raises(AccessDenied):
        await connector.wait_for_updates(Wall("vk", "-301"), None)


async def test_the_emulator_repeats_an_event_until_it_is_acknowledged() -> None:
    answers: list[httpx.Response] = []
    got: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        got.append(request)
        return answers.pop(0) if answers else httpx.Response(200, text="ok")

    async with vk_world(TOWN, minutes=5, push_quirks=PushQuirks()) as world, world.connector(SERVICE, COMMUNITY) as connector:
        await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            answers.append(httpx.Response(200, text=await connector.confirmation_code(WALL)))
            assert await world.emulator.deliver(client) == 1
            world.moment = at(10.5)
            answers += [httpx.Response(503, headers={"Retry-After": "60"})]
            assert await world.emulator.deliver(client) == 0
            world.moment = at(11)
            assert await world.emulator.deliver(client) == 1
            world.moment = at(12)
            await world.emulator.deliver(client)
    sent = [json.loads(request.content) for request in got]
    assert [one["type"] for one in sent[:3]] == ["confirmation", "wall_reply_new", "wall_reply_new"]
    assert sent[1]["event_id"] != sent[2]["event_id"]
    assert [request.headers.get("X-Retry-Counter") for request in got if json.loads(request.content) == sent[1]] == [None, "1"]
    assert all(one.get("secret") == "one" for one in sent[1:])
