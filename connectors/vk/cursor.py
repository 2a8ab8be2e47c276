"""Where reading goes on, as versioned JSON. A cursor that cannot be read is as good as none: reading starts afresh,
which costs calls but loses nothing, as messages are stored by their ids."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.sdk.contract import Cursor
from connectors.vk.fields import moment, whole

VERSION = 1
PACKED_FROM = 500
"""Characters of thread list from which it is compressed."""

LARGEST_LIST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WallCursor:
    """The date of the newest post that was read."""

    newest_at: datetime


@dataclass(frozen=True, slots=True)
class Replies:
    """What was seen of a root's thread: how many replies the root counts, and the newest reply's id (0 without any)."""

    count: int
    newest_id: int


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """What was seen of a post's comments: how many in all, the newest root, and each root that has replies."""

    total: int = 0
    newest_root_id: int = 0
    replies: Mapping[int, Replies] = field(default_factory=dict)

    @property
    def newest_id(self) -> int:
        """The newest comment of any level."""
        return max(self.newest_root_id, *(seen.newest_id for seen in self.replies.values())) if self.replies else self.newest_root_id


def write_wall_cursor(cursor: WallCursor) -> Cursor:
    return _written("wall", {"at": int(cursor.newest_at.timestamp())})


def read_wall_cursor(cursor: Cursor | None) -> WallCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    at = moment(_fields("wall", cursor).get("at"))
    return WallCursor(at) if at else None


def write_thread_cursor(cursor: ThreadCursor) -> Cursor:
    rows = [[root_id, seen.count, seen.newest_id] for root_id, seen in sorted(cursor.replies.items())]
    replies: Any = rows
    text = json.dumps(rows, separators=(",", ":"))
    if len(text) >= PACKED_FROM:
        replies = b85encode(zlib.compress(text.encode(), 9)).decode()
    return _written("thread", {"total": cursor.total, "root": cursor.newest_root_id, "replies": replies})


def read_thread_cursor(cursor: Cursor | None) -> ThreadCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    fields = _fields("thread", cursor)
    total, root_id = whole(fields.get("total")), whole(fields.get("root"))
    rows = _unpacked(fields.get("replies"))
    if total is None or root_id is None or rows is None:
        return None
    return ThreadCursor(total, root_id, {row[0]: Replies(row[1], row[2]) for row in rows})


def _written(kind: str, fields: Mapping[str, Any]) -> Cursor:
    return Cursor(json.dumps({"v": VERSION, "kind": kind, **fields}, separators=(",", ":")))


def _fields(kind: str, cursor: Cursor | None) -> Mapping[str, Any]:
    try:
        fields = json.loads(cursor or "null")
    except (ValueError, RecursionError):
        return {}
    known = isinstance(fields, dict) and fields.get("v") == VERSION and fields.get("kind") == kind
    return fields if known else {}


def _unpacked(replies: Any) -> list[list[int]] | None:
    try:
        rows = json.loads(zlib.decompressobj().decompress(b85decode(replies), LARGEST_LIST)) if isinstance(replies, str) else replies
    except (ValueError, RecursionError, zlib.error):
        return None
    is_list = isinstance(rows, list) and all(isinstance(row, list) and len(row) == 3 and None not in map(whole, row) for row in rows)
    return rows if is_list else None
