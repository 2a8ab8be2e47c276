"""Updates fetched from the emulated Telegram over real HTTP: nothing lost, nothing confirmed before it is stored."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.sdk.contract import Cursor, MessageType
from connectors.sdk.emulation.ledger import fingerprint
from connectors.sdk.errors import AccessDenied, RateLimited
from connectors.telegram.connector import TelegramConnector
from tests.connectors.telegram.telegram_world import (
    ANNA,
    BORIS,
    BOT,
    CITY,
    CLOSED_BOT,
    WALL,
    TelegramWorld,
    at,
    comment,
    post,
    telegram_world,
)

TOWN = (
    post("post", 10, "Пуск тепла"),
    comment("asked", 11, "Когда?", edits=((at(13), "Когда же?"),), deleted_at=at(14)),
    comment("reply", 12, "И мне интересно", author_id=BORIS, reply_to_key="asked"),
    comment("answer", 15, "Завтра", author_id=-CITY, reply_to_key="reply"),
)


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    """A town of which nothing has happened yet."""
    async with telegram_world(TOWN) as world:
        yield world


@pytest.fixture
async def connector(world: TelegramWorld) -> AsyncIterator[TelegramConnector]:
    async with world.connector() as connector:
        await connector.open_long_poll(WALL, direct_messages=False)
        yield connector


async def test_posts_comments_edits_and_answers_are_told_of_one_thread(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    world.emulator.write_privately(BOT, ANNA, "Здравствуйте!")
    news, _ = await world.told(connector)
    ids = {key: str(number) for key, number in world.emulator.ids.items()}
    told = [(one.change.value, one.message.type, one.message.external_id, one.message.post_id) for one in news]
    assert told == [
        ("appeared", MessageType.POST, ids["post"], None),
        ("appeared", MessageType.COMMENT, ids["asked"], ids["post"]),
        ("appeared", MessageType.COMMENT, ids["reply"], ids["post"]),
        ("edited", MessageType.COMMENT, ids["asked"], ids["post"]),
        ("appeared", MessageType.COMMENT, ids["answer"], ids["post"]),
        ("appeared", MessageType.DIRECT, "1", f"direct:{ANNA}"),
    ]
    by_key = {one.message.external_id: one for one in news}
    assert by_key[ids["post"]].message.url == "https://t.me/zarechny_city/5"
    assert by_key[ids["asked"]].message.url == f"https://t.me/zarechny_city/5?comment={ids['asked']}"
    reply = by_key[ids["reply"]]
    assert (reply.message.reply_to_id, reply.under_post) == (ids["asked"], f"?comment={ids['reply']}")
    answer = by_key[ids["answer"]].message
    assert answer.author is not None
    assert answer.author.external_id == WALL.external_id, "an anonymous administrator speaks for the page"
    assert {message.published_at.utcoffset() for message in (one.message for one in news)} == {timedelta(0)}


async def test_nothing_is_forgotten_before_the_next_fetch_says_that_it_was_stored(
    world: TelegramWorld, connector: TelegramConnector
) -> None:
    world.moment = at(12)
    first = await connector.wait_for_updates(WALL, None)
    again = await connector.wait_for_updates(WALL, None)
    assert [one.event_id for one in again.events] == [one.event_id for one in first.events]
    world.moment = at(20)
    rest = await connector.wait_for_updates(WALL, first.cursor)
    assert not {one.event_id for one in rest.events} & {one.event_id for one in first.events}
    assert len(world.bot.waiting) == len(rest.events)


async def test_a_damaged_cursor_or_one_of_another_bot_costs_repeats_only(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    every = (await connector.wait_for_updates(WALL, None)).events
    for odd in ("{", '{"v":1,"kind":"updates","bot":7,"offset":900000000,"came":1773208800,"asked":1773208800}'):
        assert (await connector.wait_for_updates(WALL, Cursor(odd))).events == every


async def test_after_a_quiet_week_no_offset_is_given_as_numbers_begin_anew(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    cursor = (await connector.wait_for_updates(WALL, None)).cursor
    world.moment = at(20) + timedelta(days=8)
    world.bot.waiting.clear()
    world.bot.next_update = 1000
    world.emulator.write_privately(BOT, ANNA, "Холодно!")
    late = await connector.wait_for_updates(WALL, cursor)
    assert [one.event_id for one in late.events] == ["5000000001:1000"]
    assert late.lost, "nobody has asked for longer than Telegram keeps anything"


async def test_a_webhook_and_a_second_receiver_are_told_for_what_they_are(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(5)
    async with world.connector() as other:
        waiting = asyncio.create_task(connector.wait_for_updates(WALL, None))
        while not world.bot.fetches:
            await other.push_trouble(WALL, None)
        second = asyncio.create_task(other.wait_for_updates(WALL, None))
        with pytest.raises(AccessDenied, match="one receiver"):
            await waiting
        world.moment = at(12)
        assert (await second).events
        await other.open_callback(WALL, "https://otklik.example.ru/hooks/telegram/1", secret="s", direct_messages=False)
    with pytest.raises(AccessDenied, match=r"webhook is active.*source push"):
        await connector.wait_for_updates(WALL, None)


async def test_a_flood_is_waited_out_as_long_as_telegram_says() -> None:
    async with telegram_world(TOWN, calls_per_second=1, monotonic=lambda: 0.0) as world, world.connector() as connector:
        with pytest.raises(RateLimited, match="retry after") as caught:
            await connector.resolve("t.me/zarechny_city")
        assert caught.value.retry_after == 2


async def test_which_of_many_bots_serves_a_page_is_found_once(world: TelegramWorld) -> None:
    async with world.connector(CLOSED_BOT, BOT) as connector:
        assert await connector.push_trouble(WALL, None) == ""
        strangers = sum(call.token == fingerprint(CLOSED_BOT) for call in world.emulator.calls)
        world.moment = at(60)
        assert await connector.push_trouble(WALL, None) == ""
        assert strangers > 0
        assert sum(call.token == fingerprint(CLOSED_BOT) for call in world.emulator.calls) == strangers


async def test_a_bot_that_has_left_hears_nothing_and_says_so(world: TelegramWorld, connector: TelegramConnector) -> None:
    assert await connector.push_trouble(WALL, None) == ""
    world.bot.reads_all = False
    assert "privacy mode" in await connector.push_trouble(WALL, None)
    world.bot.in_group = "administrator"
    assert await connector.push_trouble(WALL, None) == ""
    world.bot.in_group = "left"
    with pytest.raises(AccessDenied, match="not in the discussion group"):
        await connector.push_trouble(WALL, None)
    world.bot.in_group = "kicked"
    with pytest.raises(AccessDenied, match="kicked"):
        await connector.wait_for_updates(WALL, None)
