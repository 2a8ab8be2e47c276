"""Single fields of OK's JSON, however it writes them; what cannot be read is `None`, "" or empty."""

import re
from datetime import UTC, datetime
from typing import Any

from connectors.ok import settings
from connectors.sdk.fields import LATEST_SECOND, whole

DIGITS = re.compile(r"[0-9]{1,20}")
PRINTABLE = re.compile(r"[!-~]{1,200}")
REFERENCE = re.compile(r"(user|group):([0-9]{1,20})")


def flag(value: Any) -> bool:
    """Whether it is a yes (true, 1, "true")."""
    return value is True or value == "true" or whole(value) == 1


def number_id(value: Any) -> str | None:
    """The id of a person, a group or a topic: digits, which OK sends as a string and sometimes as a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text if isinstance(text, str) and DIGITS.fullmatch(text) and text.strip("0") else None


def opaque_id(value: Any) -> str | None:
    """The id of a comment: printable and without spaces."""
    return value if isinstance(value, str) and PRINTABLE.fullmatch(value) else None


def reference(value: Any) -> str | None:
    """A reference that names its kind: "user:5" or "group:7"."""
    return value if isinstance(value, str) and REFERENCE.fullmatch(value) else None


def moment(value: Any) -> datetime | None:
    """Unix milliseconds as an aware moment."""
    milliseconds = whole(value)
    if milliseconds is None or not 0 < milliseconds < LATEST_SECOND * 1000:
        return None
    second, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(second, UTC).replace(microsecond=rest * 1000)


def moscow_moment(value: Any) -> datetime | None:
    """A date without a zone ("2014-04-11 12:53:02") as OK means it: by the clock of Moscow as it went then."""
    try:
        local = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=settings.CLOCK)
        found = local.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 < found.timestamp() < LATEST_SECOND else None


def milliseconds(value: datetime) -> int:
    """A moment as Unix milliseconds."""
    return int(value.timestamp()) * 1000 + value.microsecond // 1000
