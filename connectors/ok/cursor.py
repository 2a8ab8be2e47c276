"""Where reading goes on, as versioned JSON. A cursor that cannot be read is as good as none: reading starts afresh,
which costs calls but loses nothing, as messages are stored by their ids."""

from dataclasses import dataclass
from datetime import datetime

from connectors.ok.fields import milliseconds, moment
from connectors.sdk.contract import Cursor
from connectors.sdk.versioned import read_versioned, write_versioned

VERSION = 1


@dataclass(frozen=True, slots=True)
class WallCursor:
    """The moment of the newest topic that was read."""

    newest_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """The moment of the newest comment that was read, `None` before the first; `anchor` while the first reading is unfinished."""

    newest_at: datetime | None = None
    anchor: str | None = None


def write_wall_cursor(cursor: WallCursor) -> Cursor:
    return Cursor(write_versioned(VERSION, "wall", {"at": milliseconds(cursor.newest_at)}))


def read_wall_cursor(cursor: Cursor | None) -> WallCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    at = moment(read_versioned(VERSION, "wall", cursor).get("at"))
    return WallCursor(at) if at else None


def write_thread_cursor(cursor: ThreadCursor) -> Cursor:
    at = milliseconds(cursor.newest_at) if cursor.newest_at else None
    return Cursor(write_versioned(VERSION, "thread", {"at": at, **({"anchor": cursor.anchor} if cursor.anchor else {})}))


def read_thread_cursor(cursor: Cursor | None) -> ThreadCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    fields = read_versioned(VERSION, "thread", cursor)
    at, anchor = moment(fields.get("at")), fields.get("anchor")
    is_readable = "at" in fields and (fields["at"] is None or at is not None) and isinstance(anchor, str | None)
    return ThreadCursor(at, anchor) if is_readable else None
