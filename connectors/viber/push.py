"""Has Viber send a bot's events to our address, and says what stands against their coming."""

from connectors.sdk.contract import Wall
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, SourceGone
from connectors.viber import account, settings
from connectors.viber.api import SETTING
from connectors.viber.client import ViberClient

WELL = "ok"
ONLY_PRIVATE = "all that is written to a Viber bot is private: say that you want it by --direct-messages"
ONLY_CALLS = "Viber keeps nothing to be fetched, it calls: give it an address by --callback https://… that it can reach"


async def signing_secret(client: ViberClient, wall: Wall, *, direct_messages: bool) -> str:
    """What the bot's events are checked by: its token, and whose it is."""
    must_be_wanted(direct_messages=direct_messages)
    serving = await client.serving(wall, afresh=True)
    return account.signing_secret(serving.account.page, serving.credential.secret)


async def open_webhook(client: ViberClient, wall: Wall, address: str, *, direct_messages: bool) -> str:
    """Sets the webhook, and names the channel by its address and the token that signs.

    Viber's first call comes before its answer: were it signed by another token than we were told of, the address would not be set.
    """
    must_be_wanted(direct_messages=direct_messages)
    serving = await client.serving(wall)
    wanted = {"url": address, "event_types": list(settings.EVENTS), "send_name": True, "send_photo": False}
    await client.write(serving.credential, SETTING, wanted)
    return f"{address}#{account.fingerprint(serving.credential.secret)}"


async def close_webhook(client: ViberClient, server: str) -> None:
    """Has Viber send nothing more to the address. A bot that is refused may be another page's: it stands in nobody's way."""
    address, _, _ = server.rpartition("#")
    refused: ConnectorError | None = None
    for credential in client.bots:
        try:
            if (await client.account(credential)).webhook == address:
                await client.write(credential, SETTING, {"url": ""})
                return
        except (AccessDenied, AuthenticationFailed, SourceGone) as error:
            refused = error
    if refused is not None:
        raise refused


async def webhook_state(client: ViberClient, wall: Wall, server: str) -> str:
    """Whether the bot's events go to the address; "" when they do not. How they arrive there, Viber does not tell."""
    serving = await client.serving(wall, afresh=True)
    return WELL if serving.account.webhook == server.rpartition("#")[0] else ""


async def push_trouble(client: ViberClient, wall: Wall, server: str | None) -> str:
    """Why events would not come, or would be refused; "" when they do."""
    if server is None:
        return ONLY_CALLS
    serving = await client.serving(wall, afresh=True)
    address, _, signed_by = server.rpartition("#")
    if serving.account.webhook != address:
        elsewhere = "another address is set as the bot's webhook" if serving.account.webhook else "the bot's webhook is not set"
        return f"{elsewhere}: run `otklik source push` again"
    if account.fingerprint(serving.credential.secret) != signed_by:
        return "the bot has another token than when push was opened, so that its events are refused: run `otklik source push` again"
    return ""


def must_be_wanted(*, direct_messages: bool) -> None:
    """Private messages are collected where somebody asks for them."""
    if not direct_messages:
        raise AccessDenied(ONLY_PRIVATE, permanent=True)
