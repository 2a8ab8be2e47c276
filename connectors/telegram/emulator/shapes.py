"""Telegram's JSON for what a town holds."""

from datetime import datetime
from typing import Any

from connectors.sdk.emulation.town import TownPage, TownPerson

SUPERGROUP = -1_000_000_000_000
CHANNELS, GROUPS = 1_000_000_000, 2_000_000_000
SERVICE_ACCOUNT = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
ANONYMOUS_BOT = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

Json = dict[str, Any]


def channel_id(page_id: int) -> int:
    return SUPERGROUP - CHANNELS - page_id


def group_id(page_id: int) -> int:
    return SUPERGROUP - GROUPS - page_id


def channel(page: TownPage) -> Json:
    shown: Json = {"id": channel_id(page.id), "title": page.name, "type": "channel"}
    return shown if page.closed else shown | {"username": page.screen_name}


def group(page: TownPage) -> Json:
    return {"id": group_id(page.id), "title": f"{page.name}: обсуждение", "type": "supergroup"}


def private(person: TownPerson) -> Json:
    return {"id": person.id, "type": "private", "first_name": person.first_name, "last_name": person.last_name}


def user(person: TownPerson) -> Json:
    return {"id": person.id, "is_bot": False, "first_name": person.first_name, "last_name": person.last_name}


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def without_depth(message: Json) -> Json:
    """A message as it stands inside of another: what it replies to is not told."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}
