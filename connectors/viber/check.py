"""Whether a token has the form of one, and what its bot may do."""

import re
from collections.abc import Mapping

from connectors.sdk.contract import Credential
from connectors.viber.client import ViberClient

TOKEN = re.compile(r"[0-9A-Za-z]{8,40}(?:-[0-9A-Za-z]{8,40}){2}")
NOWHERE = "no webhook is set: `otklik source push ID --callback URL --direct-messages` sets it"


async def check_credential(client: ViberClient, credential: Credential) -> Mapping[str, str]:
    """By capability what stands against the bot, "" where nothing does; `AuthenticationFailed` for a dead token."""
    account = await client.account(credential)
    silent = "" if account.webhook else NOWHERE
    return {"resolve": "", "webhook": silent, "publish_reply": silent}


def fault_of_secret(kind: str, secret: str) -> str:
    """What is wrong with the form of a token."""
    if not TOKEN.fullmatch(secret):
        return "a bot's token is three groups of Latin letters and digits with hyphens between them, as the bot's Edit info shows it"
    return ""
