"""The Viber connector keeps the contract as far as it goes for a network that cannot be read, over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from connectors.sdk.contract import PostRef, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, InvalidLink, ReplyRejected, SourceGone
from connectors.sdk.testing import ConnectorContract, ContractWorld, Refusal, SignedWebhook
from connectors.viber.account import BotPage, signing_secret
from connectors.viber.connector import ViberConnector
from connectors.viber.emulator.webhooks import signature
from tests.connectors.viber.viber_world import ANNA, BOT, WALL, YARDS_BOT, ViberWorld, at, viber_world

CAN = ("resolve", "publish_reply", "webhook", "set_up_push", "sign_events", "check_push", "check_credential")
LINKS = {
    "https://chats.viber.com/Zarechny_City": WALL.external_id,
    " CHATS.viber.com/zarechny_city/ ": WALL.external_id,
    "viber://pa?chatURI=zarechny_city&text=Привет": WALL.external_id,
    "viber://pa/info?uri=Zarechny_City": WALL.external_id,
    "viber:pa?chaturi=zarechny_city": WALL.external_id,
    "https://chats.viber.com/zarechny_yards?utm=1": "pa:5925429953186752301",
}
WRONG = (
    "viber://chat?number=%2B79990000000",
    "https://invite.viber.com/?g2=AQAxyz",
    "https://vb.me/abc",
    "https://www.viber.com/download",
    "https://vk.com/gorod",
    "viber://pa",
    "chats.viber.com/",
    "",
)


async def open_plainly(connector: ViberConnector) -> str:
    return await connector.open_callback(WALL, "http://otklik.example.ru", secret="", direct_messages=True)


def refusals(world: ViberWorld, connector: ViberConnector, dead: ViberConnector) -> dict[str, Refusal]:
    asked, stranger = world.asked("1"), world.asked("1", 99)
    return {
        "somebody else's bot": Refusal(lambda: connector.resolve("chats.viber.com/nobody_here"), SourceGone),
        "an invitation": Refusal(lambda: connector.resolve("https://invite.viber.com/?g2=AQ"), InvalidLink),
        "a token that is dead": Refusal(lambda: dead.resolve("chats.viber.com/zarechny_city"), AuthenticationFailed),
        "a page without a bot": Refusal(lambda: connector.push_trouble(Wall("viber", "pa:1"), "https://x#1"), SourceGone),
        "a long poll": Refusal(lambda: connector.open_long_poll(WALL, direct_messages=True), AccessDenied),
        "push that nobody wants": Refusal(lambda: connector.signing_secret(WALL, direct_messages=False), AccessDenied),
        "an address without https": Refusal(lambda: open_plainly(connector), AccessDenied),
        "a reply to a stranger": Refusal(lambda: connector.publish_reply(stranger, "Ответ", reply_id="r"), ReplyRejected),
        "a reply that is too long": Refusal(lambda: connector.publish_reply(asked, "Ответ" * 1500, reply_id="r"), ReplyRejected),
        "a reply of too many bytes": Refusal(lambda: connector.publish_reply(asked, "\a" * 6000, reply_id="r"), ReplyRejected),
    }


class TestViberContract(ConnectorContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[ContractWorld]:
        async with (
            viber_world() as world,
            world.connector(BOT, YARDS_BOT) as connector,
            world.connector("00000000000000ff-00000000000000ff-00000000000000ff") as dead,
            world.listening() as address,
        ):
            await world.open(connector, address)
            number = world.emulator.write(BOT, ANNA, "Когда дадут тепло?")
            world.ledger.methods.clear()
            world.observed.clear()
            body = b'{"event": "webhook", "message_token": 5}'
            yield ContractWorld(
                connector=connector,
                capabilities=frozenset(CAN),
                secrets=(BOT, YARDS_BOT),
                ledger=world.ledger,
                observed=world.observed,
                wall=WALL,
                thread=PostRef(WALL, f"direct:{world.bot.id_of(ANNA)}"),
                not_before=at(0),
                refusals=refusals(world, connector, dead),
                links=LINKS,
                wrong_links=WRONG,
                reply_to=world.asked(number),
                webhook=SignedWebhook(
                    {"x-viber-content-signature": signature(BOT, body)},
                    body,
                    signing_secret(BotPage(WALL.external_id, "Zarechny_City"), BOT),
                ),
            )
