"""Every way in which people write the address of a VK community."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.sdk.errors import InvalidLink
from connectors.vk import settings

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
SCHEME = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
OPENED_ON_TOP = re.compile(r"(?:^|[&?])[wz]=([^&#]*)", re.IGNORECASE)
MENTION = re.compile(r"[@*]?\[([^|\]]+)\|.*\]")

SHORT = re.compile(r"@[\w.]+|-\d+|(?:club|public|event)\d+|[@*]?\[[^|\]]+\|.*\]", re.IGNORECASE)
"""Addresses without a host: `@name`, `-1`, `club1`, and VK's own marking `[club1|Имя]`."""

COMMUNITY = re.compile(r"(?:club|public|event|board)(\d{1,18})|-(\d{1,18})")
CONTENT = re.compile(r"(?:wall|topic|photo|video|clip|album|albums|videos|docs|market|product|story|page|podcast|write)-(\d{1,18})(?!\d).*")
PERSON = re.compile(r"\d+|(?:id|wall|albums|videos|write)\d+(?:_.*)?|(?:photo|video|album|clip|story)\d+_.*")
APPLICATION = re.compile(r"app-?\d+(?:_.*)?")
NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.]{0,62}[a-z0-9_])?")
SERVICE_PAGES = frozenset({"feed", "im", "search", "groups", "friends", "settings", "video", "audio", "apps", "market", "login"})
EXAMPLES = "a community's address looks like https://vk.com/zarechny_city, https://vk.com/club123 or @zarechny_city"


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A link that tells the community's id (positive)."""

    group_id: int


@dataclass(frozen=True, slots=True)
class NameLink:
    """A link by a short name, in lower case; VK must say whose it is."""

    screen_name: str


def parse_link(link: str) -> GroupLink | NameLink:
    """What the link names; `InvalidLink` explains what is wrong with it and what a right one looks like."""
    text = INVISIBLE.sub("", link).strip()
    if mention := MENTION.fullmatch(text):
        text = mention.group(1)
    place, on_top = _place_on_site(text, link)
    if opened := CONTENT.fullmatch(on_top):
        return _group(opened.group(1), link)
    return _named(place, link)


def _place_on_site(text: str, link: str) -> tuple[str, str]:
    """The first part of the path, and what the page opens on top of it (`?w=wall-1_5`), both in lower case."""
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"//{text}")
        host = parts.hostname
    except ValueError:
        raise InvalidLink(f"{_shown(link)} cannot be read as an address; {EXAMPLES}") from None
    if host in settings.HOSTS:
        on_top = OPENED_ON_TOP.search(parts.query)
        return parts.path.strip("/").split("/")[0].lower(), on_top.group(1).lower() if on_top else ""
    if "/" in text.rstrip("/"):
        raise InvalidLink(f"{_shown(link)} is not on VK; {EXAMPLES}")
    return re.split(r"[/?#]", text, maxsplit=1)[0].lower(), ""


def _named(place: str, link: str) -> GroupLink | NameLink:
    if place.startswith(("@", "*")):
        place = place[1:].split("-")[0]  # an article's address: "@name-title-of-the-article"
    if found := COMMUNITY.fullmatch(place) or CONTENT.fullmatch(place):
        return _group(next(filter(None, found.groups())), link)
    if PERSON.fullmatch(place):
        raise InvalidLink(f"{_shown(link)} leads to a person's page, and only communities are watched; {EXAMPLES}")
    if APPLICATION.fullmatch(place):
        raise InvalidLink(f"{_shown(link)} leads to an application, not to a community; {EXAMPLES}")
    if place in SERVICE_PAGES or not NAME.fullmatch(place):
        raise InvalidLink(f"{_shown(link)} names no community; {EXAMPLES}")
    return NameLink(place)


def _group(digits: str, link: str) -> GroupLink:
    if int(digits) == 0:
        raise InvalidLink(f"{_shown(link)} names no community; {EXAMPLES}")
    return GroupLink(int(digits))


def _shown(link: str) -> str:
    return repr(link.strip()[:80])
