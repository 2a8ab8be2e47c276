"""Where reading goes on, as versioned JSON. A cursor that cannot be read is as good as none: reading starts afresh,
which costs calls but loses nothing, as messages are stored by their ids."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.ok.fields import milliseconds, moment
from connectors.sdk.contract import Cursor

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
    return _written("wall", {"at": milliseconds(cursor.newest_at)})


def read_wall_cursor(cursor: Cursor | None) -> WallCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    at = moment(_fields("wall", cursor).get("at"))
    return WallCursor(at) if at else None


def write_thread_cursor(cursor: ThreadCursor) -> Cursor:
    at = milliseconds(cursor.newest_at) if cursor.newest_at else None
    return _written("thread", {"at": at, **({"anchor": cursor.anchor} if cursor.anchor else {})})


def read_thread_cursor(cursor: Cursor | None) -> ThreadCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    fields = _fields("thread", cursor)
    at, anchor = moment(fields.get("at")), fields.get("anchor")
    is_readable = "at" in fields and (fields["at"] is None or at is not None) and isinstance(anchor, str | None)
    return ThreadCursor(at, anchor) if is_readable else None


def _written(kind: str, fields: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps({"v": VERSION, "kind": kind, **fields}, separators=(",", ":")))


def _fields(kind: str, cursor: Cursor | None) -> Mapping[str, Any]:
    try:
        fields = json.loads(cursor or "null")
    except (ValueError, RecursionError):
        return {}
    known = isinstance(fields, dict) and fields.get("v") == VERSION and fields.get("kind") == kind
    return fields if known else {}
