"""Groups as OK keeps them: topics by time, under each topic one level of comments by time."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from operator import attrgetter

from connectors.sdk.emulation.town import TownMessage

Order = tuple[int, int]
"""Place in a list by time: Unix milliseconds, then the number in the order of publication."""

by_order = attrgetter("order")


@dataclass(slots=True, eq=False)
class Entry:
    """One message under its OK id. `comments` are the present comments of a topic, oldest first."""

    message: TownMessage
    id: str
    number: int
    topic: "Entry | None" = None
    reply_to: "Entry | None" = None
    order: Order = (0, 0)
    is_present: bool = False
    comments: list["Entry"] = field(default_factory=list)


def settle(level: list[Entry], entry: Entry, order: Order, *, is_present: bool) -> None:
    """Puts the entry where it belongs in its list, or takes it out."""
    if entry.is_present and (not is_present or order != entry.order):
        del level[bisect_left(level, entry.order, key=by_order)]
        entry.is_present = False
    entry.order = order
    if is_present and not entry.is_present:
        insort(level, entry, key=by_order)
        entry.is_present = True


def stretch_after(level: list[Entry], place: Order, count: int) -> list[Entry]:
    """So many entries that come after the place, oldest first."""
    first = bisect_left(level, (place[0], place[1] + 1), key=by_order)
    return level[first : first + count]


def stretch_before(level: list[Entry], place: Order, count: int) -> list[Entry]:
    """So many entries that come just before the place, oldest first."""
    end = bisect_left(level, place, key=by_order)
    return level[max(0, end - count) : end]
