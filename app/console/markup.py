"""Residents' texts as they are shown, without the markup of networks. Escaping comes after, in the templates."""

import re

MENTION = re.compile(r"\[(?:id|club|public|event)\d+(?::[^\]|]*)?\|([^\]]*)\]")
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    """The text with people's names for mentions, and without marks that turn the reading direction of what stands around."""
    return DIRECTION_MARKS.sub("", MENTION.sub(r"\1", text))


def excerpt(text: str, size: int = 280) -> str:
    """The beginning of a text on one line."""
    flat = " ".join(readable(text).split())
    return flat if len(flat) <= size else flat[: size - 1].rstrip() + "…"


def outside(address: str) -> str:
    """An address on a network, empty when it is anything that a browser would do more with than open it."""
    return address if address.startswith(("https://", "http://")) else ""
