"""Single fields of VK's JSON, however this version of VK writes them; what cannot be read is `None`, "" or empty."""

from datetime import UTC, datetime
from typing import Any

from connectors.sdk.fields import LATEST_SECOND, whole


def flag(value: Any) -> bool:
    """Whether it is a yes (true, 1, "1")."""
    return value is True or whole(value) == 1


def is_no(value: Any) -> bool:
    """Whether it is a plain no (false, 0, "0"), which a missing field is not."""
    return value is False or whole(value) == 0


def moment(value: Any) -> datetime | None:
    """Unix seconds as an aware moment."""
    second = whole(value)
    return datetime.fromtimestamp(second, UTC) if second is not None and 0 < second < LATEST_SECOND else None
