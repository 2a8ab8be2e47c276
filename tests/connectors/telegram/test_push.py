"""A webhook from its set-up to its end, and replies, against the emulated Telegram over real HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from connectors.sdk.contract import Author, Message, MessageType
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, OutcomeUnknown, RateLimited, ReplyRejected
from connectors.telegram.check import fault_of_secret
from connectors.telegram.connector import TelegramConnector
from tests.connectors.telegram.telegram_world import (
    ANNA,
    BOT,
    CITY,
    CLOSED_BOT,
    GROUP,
    WALL,
    TelegramWorld,
    at,
    comment,
    post,
    telegram_world,
)

ADDRESS = "https://otklik.example.ru/hooks/telegram/1"
TOWN = (post("post", 10, "Пуск тепла"), comment("asked", 11, "Когда?"))


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    async with telegram_world(TOWN, sends_per_minute=3) as world:
        yield world


@pytest.fixture
async def connector(world: TelegramWorld) -> AsyncIterator[TelegramConnector]:
    async with world.connector(CLOSED_BOT, BOT) as connector:
        yield connector


async def test_a_webhook_brings_what_waited_and_its_trouble_is_told(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(10)
    server = await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)
    world.moment = at(12)
    answers = [503, 200, 200, 200]
    got: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        got.append(request)
        return httpx.Response(answers.pop(0))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        assert await world.emulator.deliver(client) == 0
        state = await connector.callback_state(WALL, server)
        assert state == "ok, 3 updates wait, last error at 2026-03-11 06:12Z: Wrong response from the webhook: 503 Service Unavailable"
        assert "503" in await connector.push_trouble(WALL, server)
        assert await world.emulator.deliver(client) == 3
    events = [connector.parse_webhook(request.headers, request.content, secret="one") for request in got]
    assert events[0] == events[1], "the update that was refused comes again"
    assert {event.wall for event in events} == {WALL}
    assert (await connector.callback_state(WALL, server)).startswith("ok, last error")
    assert await connector.push_trouble(WALL, server) == ""
    await connector.close_callback(WALL, server)
    assert await connector.callback_state(WALL, server) == ""
    assert "not set" in await connector.push_trouble(WALL, server)


async def test_a_webhook_is_taken_away_although_another_pages_bot_is_dead(world: TelegramWorld) -> None:
    async with world.connector("5000000009:AAtoken_that_was_revoked_long_ago_12345", BOT) as connector:
        server = await connector.open_callback(WALL, ADDRESS, secret="one", direct_messages=False)
        await connector.close_callback(WALL, server)
        assert "not set" in await connector.push_trouble(WALL, server)
        with pytest.raises(AuthenticationFailed):
            await connector.close_callback(WALL, "https://elsewhere.example.ru/hooks/telegram/1")


async def test_nothing_is_opened_for_a_bot_that_would_hear_nothing(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.bot.reads_all = False
    with pytest.raises(AccessDenied, match="privacy mode"):
        await connector.open_long_poll(WALL, direct_messages=False)
    world.bot.in_group = "administrator"
    with pytest.raises(AccessDenied, match="HTTPS"):
        await connector.open_callback(WALL, "http://otklik.example.ru/hooks/telegram/1", secret="one", direct_messages=False)


def question(world: TelegramWorld) -> Message:
    ids = world.emulator.ids
    url = f"https://t.me/zarechny_city/5?comment={ids['asked']}"
    return Message(MessageType.COMMENT, str(ids["asked"]), WALL, url, at(11), Author(str(ANNA)), "Когда?", post_id=str(ids["post"]))


async def test_a_reply_stands_under_the_question_and_its_own_event_tells_of_it(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    waiting = len(world.bot.waiting)
    published = await connector.publish_reply(question(world), "Завтра, к шести утра.", reply_id="r")
    assert published.url == f"https://t.me/zarechny_city/5?comment={published.external_id}"
    shown = world.emulator.room(CITY)[int(published.external_id)]
    assert (shown["text"], shown["reply_to_message"]["message_id"]) == ("Завтра, к шести утра.", world.emulator.ids["asked"])
    assert published.event is not None
    news = connector.read_event(published.event.raw, received_at=at(20))
    assert news is not None
    assert (news.message.post_id, news.message.reply_to_id) == (str(world.emulator.ids["post"]), str(world.emulator.ids["asked"]))
    assert len(world.bot.waiting) == waiting, "Telegram tells a bot of nothing that it wrote"


async def test_a_private_message_is_answered_in_its_dialogue(world: TelegramWorld, connector: TelegramConnector) -> None:
    number = str(world.emulator.write_privately(BOT, ANNA, "Холодно!"))
    asked = Message(MessageType.DIRECT, number, WALL, "", at(5), Author(str(ANNA)), "Холодно!", post_id=f"direct:{ANNA}")
    published = await connector.publish_reply(asked, "Едем.", reply_id="r")
    assert world.bot.private_messages[int(published.external_id)]["chat"] == {
        "id": ANNA,
        "type": "private",
        "first_name": "Анна",
        "last_name": "Лебедева",
    }
    world.bot.blocked_by.add(ANNA)
    with pytest.raises(AccessDenied, match="blocked by the user"):
        await connector.publish_reply(asked, "Едем.", reply_id="r2")


async def test_a_reply_whose_answer_is_lost_is_unknown_and_sent_once(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    await connector.push_trouble(WALL, None)
    world.emulator.break_with(Faults(1, 1.0, kinds=(FaultKind.HTTP_502,)))
    with pytest.raises(OutcomeUnknown):
        await connector.publish_reply(question(world), "Завтра.", reply_id="r")
    assert world.calls("sendMessage") == 1


async def test_a_deleted_question_is_not_answered_and_a_flood_waits(world: TelegramWorld, connector: TelegramConnector) -> None:
    world.moment = at(20)
    asked = question(world)
    for number in range(3):
        await connector.publish_reply(asked, f"Ответ {number}", reply_id="r")
    with pytest.raises(RateLimited) as caught:
        await connector.publish_reply(asked, "Ещё", reply_id="r")
    assert 50 < caught.value.retry_after <= 61
    world.emulator.change("asked", deleted_at=at(19))
    world.emulator._floods._sends[int(GROUP)].clear()
    with pytest.raises(ReplyRejected, match="not found"):
        await connector.publish_reply(asked, "Ещё", reply_id="r")


async def test_a_bot_is_checked_by_what_telegram_says_of_it(world: TelegramWorld, connector: TelegramConnector) -> None:
    (_, credential) = connector._client.bots
    assert set((await connector.check_credential(credential)).values()) == {""}
    world.bot.reads_all = False
    assert "privacy mode" in (await connector.check_credential(credential))["updates"]
    world.bot.is_revoked = True
    with pytest.raises(AuthenticationFailed, match="BotFather"):
        await connector.check_credential(credential)


@pytest.mark.parametrize(
    "secret", ["https://api.telegram.org/bot123:AAA/getMe", "123", "Use this token: 5000000001:AA", "5000000001:AA bb"]
)
def test_what_is_no_token_is_told_so_without_repeating_it(secret: str) -> None:
    fault = fault_of_secret("telegram_bot", secret)
    assert fault
    assert secret not in fault
    assert fault_of_secret("telegram_bot", BOT) == ""
