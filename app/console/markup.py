"""Residents' texts as they are shown, without the markup of networks. Escaping comes after, in the templates."""

from app.domain.readable import readable


def excerpt(text: str, size: int = 280) -> str:
    """The beginning of a text on one line."""
    flat = " ".join(readable(text).split())
    return flat if len(flat) <= size else flat[: size - 1].rstrip() + "…"


def outside(address: str | None) -> str:
    """An address on a network, empty when there is none to see, or anything that a browser would do more with than open it."""
    return address if address is not None and address.startswith(("https://", "http://")) else ""
