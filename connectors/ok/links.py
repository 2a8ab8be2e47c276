"""Every way in which people write the address of an OK group."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.ok import settings
from connectors.sdk.errors import InvalidLink

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
SCHEME = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
OWN_ID = re.compile(r"group:?(\d{1,19})")
DIGITS = re.compile(r"\d{1,19}")
NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
PEOPLE = frozenset({"profile", "friends", "guests", "messages", "feed"})
APPLICATIONS = frozenset({"game", "games", "app", "apps"})
OTHER_PAGES = frozenset({"dk", "gifts", "group", "groups", "help", "live", "market", "music", "product", "search", "topic", "video"})
EXAMPLES = "a group's address looks like https://ok.ru/group/53038939046008 or https://ok.ru/zarechny"


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A link that tells the group's id."""

    group_id: str


@dataclass(frozen=True, slots=True)
class NameLink:
    """A link by a short name, in lower case; OK must say whose it is."""

    shortname: str


def parse_link(link: str) -> GroupLink | NameLink:
    """What the link names; `InvalidLink` explains what is wrong with it and what a right one looks like."""
    places, query = _place_on_site(INVISIBLE.sub("", link).strip(), link)
    first, second = (*places, "", "")[:2]
    if first == "group" and DIGITS.fullmatch(second):
        return _group(second, link)
    if own := OWN_ID.fullmatch(first):
        return _group(own.group(1), link)
    if first == "dk" and (asked := DIGITS.fullmatch(query.get("st.groupid", ""))):
        return _group(asked.group(), link)
    if first in PEOPLE or "st.friendid" in query:
        raise InvalidLink(f"{_shown(link)} leads to a person's page, and only groups are watched; {EXAMPLES}")
    if first in APPLICATIONS:
        raise InvalidLink(f"{_shown(link)} leads to an application, not to a group; {EXAMPLES}")
    if first in OTHER_PAGES or not NAME.fullmatch(first):
        raise InvalidLink(f"{_shown(link)} names no group; {EXAMPLES}")
    return NameLink(first)


def _place_on_site(text: str, link: str) -> tuple[list[str], dict[str, str]]:
    """The parts of the path and of the query, in lower case."""
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"//{text}")
        host = parts.hostname
    except ValueError:
        raise InvalidLink(f"{_shown(link)} cannot be read as an address; {EXAMPLES}") from None
    if host in settings.HOSTS:
        query = {name.lower(): values[0].lower() for name, values in parse_qs(parts.query).items()}
        return [unquote(part).lower() for part in parts.path.split("/") if part], query
    if "/" in text.rstrip("/") or SCHEME.match(text):
        raise InvalidLink(f"{_shown(link)} is not on OK; {EXAMPLES}")
    return [re.split(r"[/?#]", text, maxsplit=1)[0].lower()], {}


def _group(digits: str, link: str) -> GroupLink:
    if int(digits) == 0:
        raise InvalidLink(f"{_shown(link)} names no group; {EXAMPLES}")
    return GroupLink(str(int(digits)))


def _shown(link: str) -> str:
    return repr(link.strip()[:80])
