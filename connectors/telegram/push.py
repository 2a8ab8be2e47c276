"""Has Telegram send a bot's updates to our address, or keep them to be fetched; and says what stands against their coming."""

from datetime import UTC, datetime
from typing import Any

from connectors.sdk.contract import Credential, Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError
from connectors.sdk.fields import line, mapping, whole
from connectors.telegram import settings
from connectors.telegram.api import Parameters
from connectors.telegram.bot_page import secret_token
from connectors.telegram.client import Serving, TelegramClient
from connectors.telegram.schemas import moment

WELL = "ok"


async def open_webhook(client: TelegramClient, wall: Wall, address: str, *, secret: str) -> str:
    """Sets the webhook, drops nothing that waits, and names the channel by its address."""
    serving = await client.serving(wall, afresh=True)
    await _must_hear(client, serving)
    wanted: Parameters = {
        "url": address,
        "secret_token": secret_token(serving.page, secret),
        "allowed_updates": list(settings.UPDATES),
        "max_connections": settings.WEBHOOK_CONNECTIONS,
        "drop_pending_updates": False,
    }
    await client.write(serving.credential, "setWebhook", wanted)
    return address


async def open_long_poll(client: TelegramClient, wall: Wall) -> None:
    """Takes the webhook away, so that updates can be fetched; those that wait stay."""
    serving = await client.serving(wall, afresh=True)
    await _must_hear(client, serving)
    await remove_webhook(client, serving.credential)


async def close_webhook(client: TelegramClient, address: str) -> None:
    """Has Telegram send nothing more to the address, also where the bot has left its page; what comes is kept for a day.

    A bot that is refused may be another page's: it stands in the way of none that is found.
    """
    refused: ConnectorError | None = None
    is_found = False
    for credential in client.bots:
        try:
            state = mapping((await client.read(credential, "getWebhookInfo", {})).result)
        except (AccessDenied, AuthenticationFailed) as error:
            refused = error
            continue
        if state.get("url") == address:
            is_found = True
            await remove_webhook(client, credential)
    if refused is not None and not is_found:
        raise refused


async def remove_webhook(client: TelegramClient, credential: Credential) -> None:
    await client.write(credential, "deleteWebhook", {"drop_pending_updates": False})


async def webhook_state(client: TelegramClient, wall: Wall, address: str) -> str:
    """Telegram's word for the webhook: how many updates wait, and the last error; "" when it is not ours."""
    state = await _webhook(client, await client.serving(wall))
    if state.get("url") != address:
        return ""
    waiting, error = whole(state.get("pending_update_count")) or 0, _last_error(state)
    return ", ".join([WELL, *([f"{waiting} updates wait"] if waiting else []), *([error] if error else [])])


async def push_trouble(client: TelegramClient, wall: Wall, server: str | None) -> str:
    """Why updates would not come now: the bot has left, may not read, or its webhook fails or is another's. "" when they do."""
    serving = await client.serving(wall, afresh=True)
    if deaf := await deafness(client, serving):
        return deaf
    state = await _webhook(client, serving)
    url, waiting = line(state.get("url")), whole(state.get("pending_update_count")) or 0
    if server is None:
        return "a webhook is set for the bot, so that nothing can be fetched: run `otklik source push` again" if url else ""
    if url != server:
        return "another address is set as the bot's webhook" if url else "the bot's webhook is not set: run `otklik source push` again"
    error = _last_error(state)
    return f"{waiting} updates wait, {error}" if waiting and error else ""


async def deafness(client: TelegramClient, serving: Serving) -> str:
    """Why the bot would hear no comments although it stands in the chats."""
    page = serving.page
    if not page.group:
        return "the channel has no discussion group, so that nobody can comment: link one in its settings"
    status = await client.status(serving.credential, page.group)
    if status in {"creator", "administrator"}:
        return ""
    about = mapping((await client.read(serving.credential, "getMe", {})).result)
    if about.get("can_read_all_group_messages") is not True:
        return "the bot's privacy mode hides comments from it: make it an administrator of the group, or switch the mode off at @BotFather"
    return ""


async def _must_hear(client: TelegramClient, serving: Serving) -> None:
    if deaf := await deafness(client, serving):
        raise AccessDenied(f"the bot {serving.credential.name!r} would hear nothing here: {deaf}", permanent=True)


async def _webhook(client: TelegramClient, serving: Serving) -> dict[str, Any]:
    return dict(mapping((await client.read(serving.credential, "getWebhookInfo", {})).result))


def _last_error(state: dict[str, Any]) -> str:
    said, at = line(state.get("last_error_message")), moment(state.get("last_error_date"))
    return f"last error at {at.astimezone(UTC):%Y-%m-%d %H:%M}Z: {said}" if said and isinstance(at, datetime) else ""
