"""Every way in which people write the address of a channel or a group."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from connectors.sdk.errors import InvalidLink
from connectors.telegram import settings

SHORT = re.compile(r"tg:(?://)?(?:resolve|privatepost)/?\?.+", re.IGNORECASE)
"""Addresses without a host that are Telegram's alone. `@name` is written of VK as well, and so needs its host."""

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
SCHEME = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
NAME = re.compile(r"[a-z][a-z0-9_]{2,31}")
PRIVATE = re.compile(r"[1-9]\d{0,15}")
SUPERGROUP = -1_000_000_000_000
"""Ids of channels and supergroups go down from here; addresses name the distance."""
SERVICE_PAGES = frozenset(
    {
        *("addstickers", "addemoji", "addtheme", "addlist", "share", "proxy", "socks", "iv", "login", "setlanguage", "bg", "boost"),
        *("giftcode", "contact", "invoice", "confirmphone", "msg", "auction", "nft"),
    }
)
EXAMPLES = "a channel's address looks like https://t.me/zarechny_city, or https://t.me/c/1234567890/5 (any post) where it has no name"


@dataclass(frozen=True, slots=True)
class NameLink:
    """A link by a public name, in lower case."""

    name: str

    @property
    def chat(self) -> str:
        """As the Bot API names it."""
        return f"@{self.name}"


@dataclass(frozen=True, slots=True)
class ChatLink:
    """A link into a chat without a public name, by its id in the Bot API."""

    chat_id: int

    @property
    def chat(self) -> int:
        """As the Bot API names it."""
        return self.chat_id


def parse_link(link: str) -> NameLink | ChatLink:
    """What the link names; `InvalidLink` explains what is wrong with it and what a right one looks like."""
    text = INVISIBLE.sub("", link).strip()
    try:
        parts = urlsplit(text if SCHEME.match(text) or text.lower().startswith("tg:") else f"//{text}")
        host, query = parts.hostname or "", parse_qs(parts.query)
    except ValueError:
        raise InvalidLink(f"{_shown(link)} cannot be read as an address; {EXAMPLES}") from None
    if parts.scheme == "tg":
        return _of_program(host or parts.path.strip("/"), query, link)
    if host not in settings.HOSTS:
        raise InvalidLink(f"{_shown(link)} is not on Telegram; {EXAMPLES}")
    first, *more = [part for part in parts.path.split("/") if part] or [""]
    if first == "s" and more:  # the preview in a browser: t.me/s/name
        first, *more = more
    if first == "c":
        return _private(more[0] if more else "", link)
    return _named(first, link)


def _of_program(what: str, query: dict[str, list[str]], link: str) -> NameLink | ChatLink:
    """An address that opens the program: tg://resolve?domain=name&post=5, tg://privatepost?channel=1234567890&post=5."""
    if what.lower() == "privatepost":
        return _private(query.get("channel", [""])[0], link)
    if what.lower() == "resolve":
        return _named(query.get("domain", [""])[0], link)
    raise InvalidLink(f"{_shown(link)} opens something else than a channel or a group; {EXAMPLES}")


def _named(place: str, link: str) -> NameLink:
    name = place.lower().removeprefix("@")
    if place.startswith("+") or name == "joinchat":
        raise InvalidLink(
            f"{_shown(link)} is an invitation, which a bot cannot follow: add the bot to the channel and give the address of any post"
            " there (https://t.me/c/1234567890/5)"
        )
    if name in SERVICE_PAGES or not NAME.fullmatch(name):
        raise InvalidLink(f"{_shown(link)} names no channel and no group; {EXAMPLES}")
    return NameLink(name)


def _private(digits: str, link: str) -> ChatLink:
    if not PRIVATE.fullmatch(digits):
        raise InvalidLink(f"{_shown(link)} names no channel and no group; {EXAMPLES}")
    return ChatLink(SUPERGROUP - int(digits))


def _shown(link: str) -> str:
    return repr(link.strip()[:80])
