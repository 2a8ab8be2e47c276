"""Whether a token has the form of one, and what its bot may do."""

import re
from collections.abc import Mapping

from connectors.sdk.contract import Credential
from connectors.sdk.fields import mapping
from connectors.telegram.client import TelegramClient

TOKEN = re.compile(r"\d{3,16}:[A-Za-z0-9_-]{20,}")
GROUPS_CLOSED = "the bot may not be added to groups: allow it at @BotFather (Bot Settings, Allow Groups)"
PRIVACY = "privacy mode is on: only as an administrator of a group does the bot hear its comments"


async def check_credential(client: TelegramClient, credential: Credential) -> Mapping[str, str]:
    """By capability what stands against the bot, "" where nothing does; `AuthenticationFailed` for a dead token."""
    about = mapping((await client.read(credential, "getMe", {})).result)
    is_closed = about.get("can_join_groups") is False
    is_private = about.get("can_read_all_group_messages") is not True
    hears = GROUPS_CLOSED if is_closed else PRIVACY if is_private else ""
    return {"resolve": "", "updates": hears, "publish_reply": GROUPS_CLOSED if is_closed else ""}


def fault_of_secret(kind: str, secret: str) -> str:
    """What is wrong with the form of a token: people paste addresses and whole messages of @BotFather."""
    if "://" in secret or "/" in secret:
        return "it is an address: paste the token alone, what stands between /bot and the next /"
    if not TOKEN.fullmatch(secret):
        return "a bot's token is a number, a colon, and some thirty Latin letters, digits, hyphens and underscores, as @BotFather gives it"
    return ""
