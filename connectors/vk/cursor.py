"""Where reading goes on, as versioned JSON. A cursor that cannot be read is as good as none: reading starts afresh,
which costs calls but loses nothing, as messages are stored by their ids."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from connectors.sdk.contract import Cursor
from connectors.sdk.fields import whole
from connectors.sdk.versioned import read_versioned, write_versioned
from connectors.vk.fields import moment

VERSION = 1
PACKED_FROM = 500
"""Characters of thread list from which it is compressed."""

SECTIONS = ("board", "videos")
"""What a page has beside its wall."""

LARGEST_LIST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WallCursor:
    """The date of the newest post that was read, and when each section (board, videos) is to be looked at again."""

    newest_at: datetime
    looks: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replies:
    """What was seen of a root's thread: how many replies the root counts, and the newest reply's id (0 without any)."""

    count: int
    newest_id: int


@dataclass(frozen=True, slots=True)
class ThreadCursor:
    """What was seen of a post's comments: how many in all and on the top level, the newest root, each root that has replies."""

    total: int = 0
    roots: int = 0
    newest_root_id: int = 0
    replies: Mapping[int, Replies] = field(default_factory=dict)

    @property
    def newest_id(self) -> int:
        """The newest comment of any level."""
        return max(self.newest_root_id, *(seen.newest_id for seen in self.replies.values())) if self.replies else self.newest_root_id


def write_wall_cursor(cursor: WallCursor) -> Cursor:
    looks = {name: int(at.timestamp()) for name, at in cursor.looks.items()}
    return Cursor(write_versioned(VERSION, "wall", {"at": int(cursor.newest_at.timestamp()), **looks}))


def read_wall_cursor(cursor: Cursor | None) -> WallCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    fields = read_versioned(VERSION, "wall", cursor)
    at = moment(fields.get("at"))
    looks = {name: look for name in SECTIONS if (look := moment(fields.get(name)))}
    return WallCursor(at, looks) if at else None


def write_thread_cursor(cursor: ThreadCursor) -> Cursor:
    """The threads stand as three lists: steps from root to root, counts, and how far the newest reply is from its root."""
    roots = sorted(cursor.replies)
    seen = [cursor.replies[root_id] for root_id in roots]
    steps = [root_id - before for before, root_id in pairwise([0, *roots])]
    columns = [steps, [one.count for one in seen], [one.newest_id - root_id for root_id, one in zip(roots, seen, strict=True)]]
    counts = {"total": cursor.total, "roots": cursor.roots, "newest": cursor.newest_root_id}
    return Cursor(write_versioned(VERSION, "thread", {**counts, "replies": _packed(columns)}))


def read_thread_cursor(cursor: Cursor | None) -> ThreadCursor | None:
    """`None` for a cursor that is absent, of another version or damaged."""
    fields = read_versioned(VERSION, "thread", cursor)
    total, roots, newest_root_id = (whole(fields.get(name)) for name in ("total", "roots", "newest"))
    columns = _unpacked(fields.get("replies"))
    if total is None or roots is None or newest_root_id is None or columns is None:
        return None
    rows = zip(accumulate(columns[0]), columns[1], columns[2], strict=True)
    return ThreadCursor(total, roots, newest_root_id, {root_id: Replies(count, root_id + step) for root_id, count, step in rows})


def _packed(columns: list[list[int]]) -> str | list[list[int]]:
    text = json.dumps(columns, separators=(",", ":"))
    return b85encode(zlib.compress(text.encode(), 9)).decode() if len(text) >= PACKED_FROM else columns


def _unpacked(replies: Any) -> list[list[int]] | None:
    """Three lists of whole numbers of one length; `None` for anything else."""
    try:
        columns = json.loads(zlib.decompressobj().decompress(b85decode(replies), LARGEST_LIST)) if isinstance(replies, str) else replies
    except (ValueError, RecursionError, zlib.error):
        return None
    is_table = isinstance(columns, list) and len(columns) == 3 and isinstance(columns[0], list)
    return columns if is_table and all(_are_whole(column, len(columns[0])) for column in columns) else None


def _are_whole(numbers: Any, length: int) -> bool:
    return isinstance(numbers, list) and len(numbers) == length and all(type(number) is int for number in numbers)
