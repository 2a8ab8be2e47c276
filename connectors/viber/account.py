"""A bot as Viber shows it, and the page that it is to us.

An event names neither the bot that got it nor anything of it but its signature. So what is stored to check the signature by
tells whose it is, too.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from connectors.sdk.contract import ResolvedSource, Wall
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import line, whole
from connectors.viber import settings
from connectors.viber.api import Answer

ACCOUNT = re.compile(r"[0-9A-Za-z:_-]{1,80}")


@dataclass(frozen=True, slots=True)
class BotPage:
    """The page that a bot is: its id, and its name in addresses."""

    id: str
    uri: str = ""

    @property
    def wall(self) -> Wall:
        return Wall(settings.NETWORK, self.id)

    @property
    def url(self) -> str:
        return f"{settings.SITE}/{quote(self.uri)}"

    def private_address(self, message: str) -> str:
        """Nobody can open a bot's dialogues: the address leads to the bot, and tells which message is meant."""
        return f"{self.url}?direct={message}"

    def kept(self) -> dict[str, str]:
        """Beside an event."""
        return {"id": self.id, "uri": self.uri}


@dataclass(frozen=True, slots=True)
class Account:
    """A bot as it is now. `webhook` is where its events go, "" where they go nowhere; people answer under `name`."""

    page: BotPage
    name: str
    webhook: str
    subscribers: int | None


def read_account(answer: Answer) -> Account:
    """The bot that an answer tells of; who administers it is told as well, and let be."""
    fields = answer.document
    page = page_of(line(fields.get("id")), line(fields.get("uri")))
    if page is None:
        raise UnexpectedResponse(f"{answer.method}: no id in the answer")
    return Account(page, line(fields.get("name")).strip(), line(fields.get("webhook")), whole(fields.get("subscribers_count")))


def page_of(account: str, uri: str) -> BotPage | None:
    """`None` where the id is none."""
    return BotPage(account, uri.strip()) if ACCOUNT.fullmatch(account) else None


def resolved_source(account: Account) -> ResolvedSource:
    """A bot as the registry shows it: what is written to it, nobody else sees."""
    page = account.page
    return ResolvedSource(page.wall, account.name or page.url, page.url, page.uri or None, closed=True, members=account.subscribers)


def read_kept(fields: Mapping[str, Any]) -> BotPage:
    """What `kept` wrote; `UnexpectedResponse` for anything else."""
    page = page_of(line(fields.get("id")), line(fields.get("uri")))
    if page is None:
        raise UnexpectedResponse("the event is not kept with the page that it belongs to")
    return page


def signing_secret(page: BotPage, token: str) -> str:
    """The page and the token by which Viber signs its events."""
    return " ".join((page.id, quote(page.uri), token))


def read_signing_secret(secret: str) -> tuple[BotPage, str] | None:
    """The page and the token in it; `None` for what is not of this form."""
    account, _, rest = secret.partition(" ")
    uri, _, token = rest.partition(" ")
    page = page_of(account, unquote(uri))
    return None if page is None or not token else (page, token)


def fingerprint(token: str) -> str:
    """By which a token is known again, and which tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]
