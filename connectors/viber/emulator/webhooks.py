"""Calls a bot's webhook as Viber does: signed by the bot's token, again and again for an hour until it is answered with 200."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from connectors.sdk.emulation.wire import encode
from connectors.viber.emulator.bots import KEPT, Bot

TRY_SECONDS = 5


async def deliver_to(bot: Bot, client: httpx.AsyncClient, now: datetime) -> int:
    """Sends what waits; how many events were taken. None waits for another."""
    taken, left = 0, []
    for one in [one for one in bot.waiting if one.since > now - KEPT]:
        one.tries += 1
        if await call_webhook(bot, bot.webhook, one.event, client):
            taken += 1
        else:
            left.append(one)
    bot.waiting = left
    return taken


async def try_webhook(bot: Bot, url: str, now: datetime) -> bool:
    """The call with which Viber tries an address that a bot is about to get."""
    event = {"event": "webhook", "timestamp": int(now.timestamp() * 1000), "message_token": bot.token_of_next()}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await call_webhook(bot, url, event, client)


async def call_webhook(bot: Bot, url: str, event: Mapping[str, Any], client: httpx.AsyncClient) -> bool:
    body = encode(event)
    headers = {"Content-Type": "application/json", "X-Viber-Content-Signature": signature(bot.token, body)}
    try:
        answer = await client.post(url, content=body, headers=headers, timeout=TRY_SECONDS)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


def signature(token: str, body: bytes) -> str:
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
