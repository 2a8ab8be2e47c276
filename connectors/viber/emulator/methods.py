"""The methods of Viber's API that a bot calls here. Each answers what stands beside `status`."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.viber.emulator.bots import FILTERED, Bot, Json

LONGEST_TEXT = 7000
LONGEST_SENDER = 28
LONGEST_DOCUMENT = 30 * 1024
STATUSES: Mapping[int, str] = {
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    10: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    12: "tooManyRequests",
}


class Refusal(Exception):
    """A refusal on its way to the caller."""

    def __init__(self, status: int) -> None:
        super().__init__(STATUSES.get(status, "generalError"))
        self.status = status


@dataclass(slots=True)
class Call:
    """A call of a bot. `try_webhook(bot, url)` calls an address as Viber does, and says whether it answers as it should."""

    bot: Bot
    fields: Mapping[str, Any]
    now: datetime
    try_webhook: Callable[[Bot, str], Awaitable[bool]]

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


async def get_account_info(call: Call) -> Json:
    return call.bot.account


async def set_webhook(call: Call) -> Json:
    url = call.fields.get("url")
    if not isinstance(url, str):
        raise Refusal(4)
    if url:
        parts = urlsplit(url)
        is_near = parts.hostname == "127.0.0.1"  # Viber itself takes HTTPS only
        if (not is_near and parts.scheme != "https") or not await call.try_webhook(call.bot, url):
            raise Refusal(1)
    wanted = call.fields.get("event_types")
    call.bot.webhook = url
    call.bot.event_types = [kind for kind in wanted if kind in FILTERED] if isinstance(wanted, list) else FILTERED
    call.bot.sends_names = call.fields.get("send_name") is True
    if not url:
        call.bot.waiting.clear()
    return {"event_types": ["message", "webhook", *call.bot.event_types]}


async def send_message(call: Call) -> Json:
    bot, receiver, said = call.bot, call.text("receiver"), call.text("text")
    sender = call.fields.get("sender")
    name = sender.get("name") if isinstance(sender, dict) else None
    if not bot.webhook:
        raise Refusal(10)
    if not receiver or not said or call.text("type") != "text" or not isinstance(name, str) or not name:
        raise Refusal(4)
    is_long = len(said) > LONGEST_TEXT or len(name) > LONGEST_SENDER
    if is_long or len(json.dumps(call.fields, ensure_ascii=False).encode()) > LONGEST_DOCUMENT:
        raise Refusal(3)
    if bot.is_blocked:
        raise Refusal(7)
    if receiver not in bot.people:
        raise Refusal(5)
    if receiver not in bot.subscribers:
        raise Refusal(6)
    number = bot.token_of_next()
    bot.sent[str(number)] = dict(call.fields)
    return {"message_token": number, "billing_status": 1}


METHODS: Mapping[str, Callable[[Call], Awaitable[Json]]] = {
    "get_account_info": get_account_info,
    "set_webhook": set_webhook,
    "send_message": send_message,
}
