"""Every way in which people write the address of a bot."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.sdk.errors import InvalidLink
from connectors.viber import settings

SHORT = re.compile(r"viber:(?://)?.+", re.IGNORECASE)
"""Addresses without a host that are Viber's alone."""

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
SCHEME = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
NAME = re.compile(r"[0-9a-z_.-]{2,80}")
SERVICE_PAGES = frozenset({"download", "en", "ru", "app", "blog", "business", "products", "terms", "about", "support"})
BOTS = frozenset({"pa", "pa/info"})
EXAMPLES = "a bot's address looks like https://chats.viber.com/zarechny or viber://pa?chatURI=zarechny"


def parse_link(link: str) -> str:
    """The name of the bot in addresses, in lower case; `InvalidLink` explains what is wrong and what a right one looks like."""
    text = INVISIBLE.sub("", link).strip()
    try:
        parts = urlsplit(text if SCHEME.match(text) or text.lower().startswith("viber:") else f"//{text}")
        host, query = parts.hostname or "", parse_qs(parts.query)
    except ValueError:
        raise InvalidLink(f"{_shown(link)} cannot be read as an address; {EXAMPLES}") from None
    if parts.scheme == "viber":
        return _of_program("/".join(filter(None, (host, parts.path.strip("/")))), query, link)
    if host not in settings.HOSTS:
        raise InvalidLink(f"{_shown(link)} is not on Viber; {EXAMPLES}")
    if host == "invite.viber.com":
        raise InvalidLink(f"{_shown(link)} invites into a community or a channel, which no bot can read; {EXAMPLES}")
    if host == "vb.me":
        raise InvalidLink(f"{_shown(link)} is a shortened address: open it and give the one that it leads to; {EXAMPLES}")
    first, *_ = [part for part in parts.path.split("/") if part] or [""]
    return _named(first, link)


def _of_program(what: str, query: dict[str, list[str]], link: str) -> str:
    """An address that opens the program: viber://pa?chatURI=name, viber://pa/info?uri=name."""
    if what.lower() not in BOTS:
        raise InvalidLink(f"{_shown(link)} opens something else than a bot; {EXAMPLES}")
    by_name = {name.lower(): values[0] for name, values in query.items()}
    return _named(by_name.get("chaturi") or by_name.get("uri") or "", link)


def _named(place: str, link: str) -> str:
    name = unquote(place).lower()
    if name in SERVICE_PAGES or not NAME.fullmatch(name):
        raise InvalidLink(f"{_shown(link)} names no bot; {EXAMPLES}")
    return name


def _shown(link: str) -> str:
    return repr(link.strip()[:80])
