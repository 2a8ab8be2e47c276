"""The Telegram connector keeps the contract as far as it goes for a network that cannot be read, over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from connectors.sdk.contract import Author, Message, MessageType, PostRef, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, InvalidLink, ReplyRejected, SourceGone
from connectors.sdk.testing import ConnectorContract, ContractWorld, Refusal, SignedWebhook
from connectors.telegram.bot_page import BotPage, secret_token
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.emulator.shapes import channel_id
from tests.connectors.telegram.telegram_world import (
    BOT,
    CITY,
    CLOSED,
    CLOSED_BOT,
    GROUP,
    WALL,
    TelegramWorld,
    at,
    comment,
    post,
    telegram_world,
)

CAN = ("resolve", "publish_reply", "webhook", "updates", "set_up_push", "check_push", "check_credential")
SECRET = "shown-in_the-header"
PAGE = BotPage(5000000001, int(WALL.external_id), int(GROUP), True, "page300_bot", "zarechny_city")
LINKS = {
    "https://t.me/zarechny_city": WALL.external_id,
    " T.ME/Zarechny_City/ ": WALL.external_id,
    "https://t.me/zarechny_city/12?comment=5": WALL.external_id,
    "https://t.me/s/zarechny_city": WALL.external_id,
    "telegram.me/@zarechny_city": WALL.external_id,
    "tg://resolve?domain=zarechny_city&post=12": WALL.external_id,
    f"https://t.me/c/{1_000_000_000 + CLOSED}/5": str(channel_id(CLOSED)),
    f"tg://privatepost?channel={1_000_000_000 + CLOSED}&post=5": str(channel_id(CLOSED)),
    f"https://t.me/c/{2_000_000_000 + CITY}/22": WALL.external_id,
}
WRONG = (
    "https://t.me/+AbCdEf",
    "https://t.me/joinchat/AbC",
    "https://t.me/share/url?url=x",
    "https://vk.com/gorod",
    "t.me/",
    "t.me/c/",
    "",
)


def asked(chat: Wall, number: str, thread: str) -> Message:
    url = f"https://t.me/zarechny_city/7?comment={number}"
    return Message(MessageType.COMMENT, number, chat, url, at(10), Author("11"), "Когда?", post_id=thread)


def refusals(world: TelegramWorld, connector: TelegramConnector, dead: TelegramConnector) -> dict[str, Refusal]:
    thread = str(world.emulator.ids["post"])
    return {
        "an unknown name": Refusal(lambda: connector.resolve("t.me/nobody_here"), SourceGone),
        "a private channel without our bot": Refusal(lambda: connector.resolve("t.me/c/1999999999/1"), SourceGone),
        "a group of strangers": Refusal(lambda: connector.resolve(f"t.me/c/{2_000_000_999}/1"), SourceGone),
        "an invitation": Refusal(lambda: connector.resolve("t.me/+AbCdEf"), InvalidLink),
        "a token that is dead": Refusal(lambda: dead.resolve("t.me/zarechny_city"), AuthenticationFailed),
        "a page without a bot": Refusal(lambda: connector.wait_for_updates(Wall("telegram", "-1001000000999"), None), SourceGone),
        "a reply to a question that is gone": Refusal(
            lambda: connector.publish_reply(asked(WALL, "99999", thread), "Ответ", reply_id="r"), ReplyRejected
        ),
        "a reply that is too long": Refusal(
            lambda: connector.publish_reply(asked(WALL, "99999", thread), "Ответ" * 1000, reply_id="r"), ReplyRejected
        ),
        "a reply where nobody can comment": Refusal(
            lambda: connector.publish_reply(asked(WALL, "5", "channel5"), "Ответ", reply_id="r"), AccessDenied
        ),
    }


class TestTelegramContract(ConnectorContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[ContractWorld]:
        async with (
            telegram_world([post("post", 0), comment("asked", 1)]) as world,
            world.connector(BOT, CLOSED_BOT) as connector,
            world.connector("5000000009:AA_a-token-that-nobody-ever-had_1") as dead,
        ):
            ids = world.emulator.ids
            body = b'{"update_id": 5, "message": {}}'
            yield ContractWorld(
                connector=connector,
                capabilities=frozenset(CAN),
                secrets=(BOT, CLOSED_BOT, BOT.partition(":")[2]),
                ledger=world.ledger,
                observed=world.observed,
                wall=WALL,
                thread=PostRef(WALL, str(ids["post"])),
                not_before=at(0),
                refusals=refusals(world, connector, dead),
                links=LINKS,
                wrong_links=WRONG,
                reply_to=asked(WALL, str(ids["asked"]), str(ids["post"])),
                webhook=SignedWebhook({"x-telegram-bot-api-secret-token": secret_token(PAGE, SECRET)}, body, SECRET),
            )
