"""People as OK writes them: the addresses of their pages, and the marking of their names in texts."""

import re
from urllib.parse import urlsplit

from connectors.ok import settings

PAGE = re.compile(r"profile/(\d{1,20})")
OWN = re.compile(r"user:(\d{1,20})")
NOBODY = "…"


def person_behind(link: str) -> str | None:
    """The reference to the person whose page `https://ok.ru/profile/501` is; None for anything else."""
    text = link.strip().lower()
    if own := OWN.fullmatch(text):
        return f"user:{own.group(1)}"
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return None
    found = PAGE.fullmatch(parts.path.strip("/")) if parts.hostname in settings.HOSTS else None
    return f"user:{int(found.group(1))}" if found else None


def without_person(text: str, author_id: str) -> str:
    """The text with «…» for the person's name: `{user:5}Анна{user}, добрый день` names her, `…, добрый день` nobody."""
    return re.sub(rf"\{{{re.escape(author_id)}\}}.{{0,300}}?\{{user\}}", NOBODY, text, flags=re.DOTALL)
