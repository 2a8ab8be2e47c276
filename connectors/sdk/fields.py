"""Single fields of a network's JSON, however it writes them; what cannot be read is `None`, "" or empty."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.sdk.text import clean_text

LARGEST = 2**63 - 1
NUMBER = re.compile(r"-?[0-9]{1,19}")
LATEST_SECOND = 2**33
"""Seconds past this (the year 2242) are no moment of publication but a broken field."""


def whole(value: Any) -> int | None:
    """A whole number of 64 bits (7, 7.0, "7")."""
    if (isinstance(value, float) and value.is_integer()) or (isinstance(value, str) and NUMBER.fullmatch(value)):
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
    return value if is_whole else None


def line(value: Any) -> str:
    """A text that can be stored."""
    return clean_text(value) if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """An object, empty for anything else."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, empty for anything else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
