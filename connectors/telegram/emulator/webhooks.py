"""Delivers updates to a bot's webhook: one after another, each until it is taken."""

from datetime import datetime

import httpx

from connectors.telegram.emulator.bots import Bot


async def deliver_to(bot: Bot, client: httpx.AsyncClient, now: datetime) -> int:
    """Sends what waits; how many updates were taken before one was not."""
    taken = 0
    bot.forget(now)
    while bot.webhook is not None and bot.waiting:
        headers = {"X-Telegram-Bot-Api-Secret-Token": bot.webhook.secret}
        try:
            answer = await client.post(bot.webhook.url, json=bot.waiting[0][1], headers=headers, timeout=10)
            trouble = "" if answer.is_success else f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        except httpx.HTTPError:
            trouble = "Connection refused"
        if trouble:
            bot.webhook.last_error = (now, trouble)
            break
        bot.waiting.pop(0)
        taken += 1
    return taken
