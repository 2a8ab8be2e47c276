"""People as VK writes them: the addresses of their pages, and the marking of their names in texts."""

import re
from urllib.parse import urlsplit

from connectors.vk import settings

PAGE = re.compile(r"id(\d{1,18})")
NOBODY = "…"


def person_behind(link: str) -> str | None:
    """The id of the person whose page `https://vk.com/id501`, `id501` or `[id501|Имя]` is; None for anything else."""
    text = link.strip().lstrip("@*[").split("|")[0]
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return None
    place = parts.path.strip("/") if parts.hostname in settings.HOSTS else text
    found = PAGE.fullmatch(place.lower())
    return str(int(found.group(1))) if found else None


def without_person(text: str, author_id: str) -> str:
    """The text with «…» for the person's name: `[id501|Анна], добрый день` names her, `…, добрый день` nobody."""
    return re.sub(rf"\[id{re.escape(author_id)}(?::[^\]|]{{0,100}})?\|[^\]]{{0,300}}\]", NOBODY, text)
