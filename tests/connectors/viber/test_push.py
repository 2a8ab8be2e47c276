"""Webhooks and replies against the emulated Viber over real HTTP: what is signed, retried, refused, and what is not known."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.sdk.contract import Author, Credential, MessageType, PushedNews
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.town import TownMessage
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    ReplyRejected,
    SourceGone,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.viber.api import WRITING, refusal
from connectors.viber.check import fault_of_secret
from connectors.viber.connector import ViberConnector
from tests.connectors.viber.viber_world import ANNA, BORIS, BOT, CITY, WALL, YARDS_BOT, ViberWorld, at, viber_world


@pytest.fixture
async def world() -> AsyncIterator[ViberWorld]:
    async with viber_world() as world:
        yield world


@pytest.fixture
async def connector(world: ViberWorld) -> AsyncIterator[ViberConnector]:
    """Of two bots, so that the right one has to be found."""
    async with world.connector(YARDS_BOT, BOT) as connector:
        yield connector


@pytest.fixture
async def address(world: ViberWorld) -> AsyncIterator[str]:
    async with world.listening() as address:
        yield address


def heard(world: ViberWorld, connector: ViberConnector, secret: str) -> list[PushedNews | None]:
    """What came to the address and was admitted."""
    events = [connector.parse_webhook(headers, body, secret=secret) for headers, body in world.heard]
    return [connector.read_event(event.raw, received_at=world.moment) for event in events]


async def test_viber_tries_the_address_and_then_calls_it_with_what_people_write(
    world: ViberWorld, connector: ViberConnector, address: str
) -> None:
    assert "not set" in await connector.push_trouble(WALL, f"{address}#0")
    secret, server = await world.open(connector, address)
    assert heard(world, connector, secret) == [None], "the call that tries the address"
    assert await connector.callback_state(WALL, server) == "ok"
    assert await connector.push_trouble(WALL, server) == ""
    assert (world.bot.event_types, world.bot.sends_names) == (["failed"], True)
    world.heard.clear()
    number = world.emulator.write(BOT, ANNA, "Холодно!")
    world.emulator.add(TownMessage("post", CITY, -CITY, at(1), "Пуск тепла"))
    world.emulator.add(TownMessage("asked", CITY, BORIS, at(6), "Когда?", post_key="post", attachments=("photo",)))
    world.emulator.leave(BOT, BORIS)
    world.moment = at(7)
    assert await world.deliver() == 2, "who leaves is not told: nobody has asked for it"
    first, second = [news.message for news in heard(world, connector, secret) if news is not None]
    assert (first.external_id, first.text, first.author) == (number, "Холодно!", Author(world.bot.id_of(ANNA), "Анна Лебедева"))
    assert (second.text, second.attachments, second.published_at) == ("Когда?", ("picture",), at(6))


async def test_an_event_that_is_not_taken_comes_again_for_an_hour(world: ViberWorld, connector: ViberConnector, address: str) -> None:
    secret, _ = await world.open(connector, address)
    world.heard.clear()
    world.answers = [503, 404, 302]
    world.emulator.write(BOT, ANNA, "Холодно!")
    assert [await world.deliver() for _ in range(4)] == [0, 0, 0, 1]
    assert len({connector.parse_webhook(headers, body, secret=secret).event_id for headers, body in world.heard}) == 1
    world.answers = [500]
    world.emulator.write(BOT, ANNA, "И света нет!")
    assert await world.deliver() == 0
    world.moment += timedelta(minutes=61)
    assert await world.deliver() == 0
    assert not world.bot.waiting


async def test_an_address_that_does_not_answer_is_told_so(world: ViberWorld, connector: ViberConnector, address: str) -> None:
    world.answers = [500]
    with pytest.raises(AccessDenied, match=r"invalidUrl.*otklik web"):
        await world.open(connector, address)
    with pytest.raises(AccessDenied, match="https"):
        await world.open(connector, "http://otklik.example.ru/hooks/viber/1")
    assert world.bot.webhook == ""


async def test_nothing_is_set_before_somebody_asks_for_private_messages(world: ViberWorld, connector: ViberConnector, address: str) -> None:
    with pytest.raises(AccessDenied, match="--direct-messages"):
        await connector.signing_secret(WALL, direct_messages=False)
    with pytest.raises(AccessDenied, match="--direct-messages"):
        await connector.open_callback(WALL, address, secret="", direct_messages=False)
    with pytest.raises(AccessDenied, match="--callback"):
        await connector.open_long_poll(WALL, direct_messages=True)
    assert world.calls("set_webhook") == 0


async def test_push_that_goes_elsewhere_or_is_signed_by_another_token_is_troubled(
    world: ViberWorld, connector: ViberConnector, address: str
) -> None:
    _, server = await world.open(connector, address)
    assert "another token" in await connector.push_trouble(WALL, f"{address}#000000000000")
    assert BOT not in server
    assert "another address" in await connector.push_trouble(WALL, "https://elsewhere.example.ru/hooks/viber/1#0")
    assert "--callback" in await connector.push_trouble(WALL, None)
    await connector.close_callback(WALL, "https://elsewhere.example.ru/hooks/viber/1#0")
    assert world.bot.webhook == address
    await connector.close_callback(WALL, server)
    assert "not set" in await connector.push_trouble(WALL, server)
    assert await connector.callback_state(WALL, server) == ""


async def test_a_reply_comes_to_who_wrote_and_is_told_of_itself(world: ViberWorld, connector: ViberConnector, address: str) -> None:
    await world.open(connector, address)
    asked = world.asked(world.emulator.write(BOT, ANNA, "Холодно!"))
    waiting = len(world.bot.waiting)
    published = await connector.publish_reply(asked, "Едем.", reply_id="r")
    sent = world.bot.sent[published.external_id]
    assert sent == {
        "receiver": world.bot.id_of(ANNA),
        "min_api_version": 1,
        "sender": {"name": "Администрация города"},
        "type": "text",
        "text": "Едем.",
    }
    assert published.event is not None
    news = connector.read_event(published.event.raw, received_at=at(30))
    assert news is not None
    assert (news.message.published_at, news.message.text, news.message.post_id) == (world.moment, "Едем.", asked.post_id)
    assert (news.message.mentions, published.url) == ((world.bot.id_of(ANNA),), news.message.url)
    assert len(world.bot.waiting) == waiting, "Viber tells a bot of nothing that it wrote"


async def test_a_reply_to_who_has_left_or_without_a_webhook_is_refused_for_good(
    world: ViberWorld, connector: ViberConnector, address: str
) -> None:
    _, server = await world.open(connector, address)
    asked = world.asked(world.emulator.write(BOT, ANNA, "Холодно!"))
    world.emulator.leave(BOT, ANNA)
    with pytest.raises(ReplyRejected, match="receiverNotSubscribed"):
        await connector.publish_reply(asked, "Едем.", reply_id="r")
    world.bot.is_blocked = True
    with pytest.raises(AccessDenied, match="publicAccountBlocked"):
        await connector.publish_reply(asked, "Едем.", reply_id="r")
    await connector.close_callback(WALL, server)
    with pytest.raises(AccessDenied, match="source push"):
        await connector.publish_reply(asked, "Едем.", reply_id="r")
    with pytest.raises(AccessDenied, match="private"):
        await connector.publish_reply(replace(asked, type=MessageType.COMMENT), "Едем.", reply_id="r")


@pytest.mark.parametrize("kind", [FaultKind.HTTP_502, FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.DROP, FaultKind.STALL])
async def test_a_reply_whose_answer_is_lost_is_unknown_and_sent_once(
    world: ViberWorld, connector: ViberConnector, address: str, kind: FaultKind
) -> None:
    await world.open(connector, address)
    asked = world.asked(world.emulator.write(BOT, ANNA, "Холодно!"))
    await connector.push_trouble(WALL, None)
    world.emulator.break_with(Faults(1, 1.0, kinds=(kind,), stall_seconds=2.2))
    with pytest.raises(OutcomeUnknown):
        await connector.publish_reply(asked, "Завтра.", reply_id="r")
    assert world.calls(WRITING) == 1


async def test_what_viber_answers_of_a_reply_and_we_do_not_know_is_unknown(
    world: ViberWorld, connector: ViberConnector, address: str
) -> None:
    await world.open(connector, address)
    asked = world.asked(world.emulator.write(BOT, ANNA, "Холодно!"))
    for status in (-1, 23, 99):
        world.emulator.break_with(Faults(1, 1.0, kinds=(FaultKind.REFUSAL,), codes=(status,)))
        with pytest.raises(OutcomeUnknown, match=f"status {status}"):
            await connector.publish_reply(asked, "Завтра.", reply_id="r")


async def test_a_probe_of_a_network_that_is_away_or_answers_html_says_so(world: ViberWorld, connector: ViberConnector) -> None:
    for kind in (FaultKind.HTTP_500, FaultKind.HTML, FaultKind.CUT_JSON):
        world.emulator.break_with(Faults(1, 1.0, kinds=(kind,)))
        with pytest.raises(SourceUnavailable):
            await connector.push_trouble(WALL, "x#y")


async def test_who_calls_too_often_waits_and_a_token_is_never_told() -> None:
    async with viber_world(calls_per_second=1, monotonic=lambda: 0.0) as world, world.connector() as connector:
        await connector.resolve("chats.viber.com/zarechny_city")
        with pytest.raises(RateLimited, match="tooManyRequests") as caught:
            await connector.resolve("chats.viber.com/zarechny_city")
        assert caught.value.retry_after == 10
        assert BOT not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "method", "error"),
    [
        (2, "get_account_info", AuthenticationFailed),
        (2, WRITING, AuthenticationFailed),
        (12, WRITING, RateLimited),
        (8, "get_account_info", SourceGone),
        (7, WRITING, AccessDenied),
        (9, "get_account_info", AccessDenied),
        (15, WRITING, AccessDenied),
        (10, WRITING, AccessDenied),
        (1, "set_webhook", AccessDenied),
        (3, "set_webhook", AccessDenied),
        (3, WRITING, ReplyRejected),
        (4, WRITING, ReplyRejected),
        (5, WRITING, ReplyRejected),
        (6, WRITING, ReplyRejected),
        (11, WRITING, ReplyRejected),
        (4, "get_account_info", UnexpectedResponse),
        (21, WRITING, UnexpectedResponse),
    ],
)
def test_each_status_has_its_meaning(status: int, method: str, error: type[ConnectorError]) -> None:
    found = refusal(status, f"said of {BOT}", method=method, credential=Credential("viber_bot", "city", BOT))
    assert type(found) is error
    assert f"Viber status {status}" in str(found)
    assert BOT not in str(found)


async def test_a_bot_is_checked_by_what_viber_says_of_it(world: ViberWorld, connector: ViberConnector, address: str) -> None:
    _, credential = connector._client.bots
    assert "webhook is set" in (await connector.check_credential(credential))["webhook"]
    await world.open(connector, address)
    assert set((await connector.check_credential(credential)).values()) == {""}
    async with world.connector("00000000000000ff-00000000000000ff-00000000000000ff") as dead:
        with pytest.raises(AuthenticationFailed, match="Edit info"):
            await dead.check_credential(dead._client.bots[0])


@pytest.mark.parametrize("secret", ["https://chatapi.viber.com/pa", "123", f"token: {BOT}", BOT[:-5] + "ключ1", f"{BOT}-1234567890"])
def test_what_is_no_token_is_told_so_without_repeating_it(secret: str) -> None:
    fault = fault_of_secret("viber_bot", secret)
    assert fault
    assert secret not in fault
    assert fault_of_secret("viber_bot", BOT) == ""
