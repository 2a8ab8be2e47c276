"""The cursor: the moment of the newest item, with a version in front."""

from datetime import UTC, datetime

from connectors.sdk.contract import Cursor

VERSION = "1:"


def write_cursor(moment: datetime) -> Cursor:
    return Cursor(f"{VERSION}{int(moment.timestamp())}")


def read_cursor(cursor: Cursor | None) -> datetime | None:
    """The moment, `None` for no cursor or one that cannot be read."""
    number = (cursor or "").removeprefix(VERSION)
    return datetime.fromtimestamp(int(number), UTC) if cursor and cursor.startswith(VERSION) and number.isdecimal() else None
