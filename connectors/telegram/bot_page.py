"""The page that a bot serves: its channel, the group in which the channel's posts are discussed, and their names.

An update names neither the page it belongs to nor the bot that got it. Who receives updates knows both, and keeps them
beside each update; with a webhook, the secret token that Telegram hands back with every update carries them.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from connectors.sdk.contract import Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import line, whole
from connectors.telegram import settings
from connectors.telegram.links import SUPERGROUP

NAME = r"[A-Za-z0-9_]{0,32}"
CHANNEL, GROUP = "c", "g"
TOKEN = re.compile(rf"([{CHANNEL}{GROUP}])(\d{{1,16}})-(\d{{1,16}})-(\d{{1,16}})-({NAME})-({NAME})-({NAME})-(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class BotPage:
    """What a bot serves. `page` is the id under which the page is watched: the channel's, or the group's where there is none.

    `group` is where people write, 0 for a channel without discussion; a group that has moved to another id is not `page` any more.
    """

    bot: int
    page: int
    group: int
    is_channel: bool
    bot_name: str = ""
    name: str = ""
    group_name: str = ""

    @property
    def wall(self) -> Wall:
        return Wall(settings.NETWORK, str(self.page))

    def address(self, message: int) -> str:
        """Of a message of the page itself: a channel's post."""
        return address_of(self.page, self.name, message)

    def address_in_group(self, message: int, thread: int | None) -> str:
        """Of a message of the group, for who may open the group."""
        place = address_of(self.group, self.group_name, message)
        return place if thread is None else f"{place}?thread={thread}"

    def private_address(self, person: int, message: int) -> str:
        """Nobody can open a bot's dialogues: the address leads to the bot, and tells which message is meant."""
        return f"{settings.SITE}/{self.bot_name}?direct={person}-{message}"

    def kept(self) -> dict[str, Any]:
        """Beside an update."""
        return asdict(self)


def address_of(chat: int, name: str, message: int) -> str:
    """The address of a message, by the chat's name, or for its members only where it has none."""
    return f"{settings.SITE}/{name}/{message}" if name else f"{settings.SITE}/c/{SUPERGROUP - chat}/{message}"


def read_kept(fields: Mapping[str, Any]) -> BotPage:
    """What `kept` wrote; `UnexpectedResponse` for anything else."""
    numbers = [whole(fields.get(name)) for name in ("bot", "page", "group")]
    names = [line(fields.get(name)) for name in ("bot_name", "name", "group_name")]
    if any(number is None for number in numbers) or not numbers[0] or not numbers[1]:
        raise UnexpectedResponse("the update is not kept with the page that it belongs to")
    bot, page, group = (number or 0 for number in numbers)
    return BotPage(bot, page, group, fields.get("is_channel") is True, *names)


def secret_token(page: BotPage, secret: str) -> str:
    """What Telegram is to hand back: the page, then the secret. Only letters, digits, "_" and "-" may stand there, 256 at most."""
    numbers = (f"{CHANNEL if page.is_channel else GROUP}{page.bot}", str(-page.page), str(-page.group))
    return "-".join([*numbers, page.bot_name, page.name, page.group_name, secret])


def read_secret_token(token: str) -> tuple[BotPage, str] | None:
    """The page and the secret in it; `None` for a token that is not of this form."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return None
    kind, bot, page, group, *names, secret = found.groups()
    return BotPage(int(bot), -int(page), -int(group), kind == CHANNEL, *names), secret
