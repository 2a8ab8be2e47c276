"""Adds up what a reading has seen of the top level until it explains how far VK's two counters have moved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from connectors.vk.cursor import ThreadCursor
from connectors.vk.schemas import Listing, VkComment


@dataclass
class Counter:
    """One of VK's counters: the value that the cursor's one has moved to by what was seen, what was seen in all, and what VK showed.

    A long thread moves while it is read, so that any value between the least and the greatest shown is a right one.
    """

    moved_to: int
    seen: int = 0
    shown: list[int] = field(default_factory=list)

    def is_explained(self) -> bool:
        return min(self.shown) <= self.moved_to <= max(self.shown)

    def settled(self, *, is_complete: bool) -> int:
        """The value to go on from: of those shown the nearest to what was seen."""
        return sorted((min(self.shown), self.seen if is_complete else self.moved_to, max(self.shown)))[1]


class Tally:
    """Counts all comments and the top level forward from what the cursor knew. `is_complete` once the whole level was seen."""

    def __init__(self, known: ThreadCursor | None) -> None:
        self.is_complete = False
        self._known = known or ThreadCursor()
        self._total = Counter(self._known.total)
        self._roots = Counter(self._known.roots)

    def add(self, listing: Listing[VkComment], roots: Sequence[VkComment], vanished: Collection[int]) -> None:
        """Takes in a page: its roots, and the roots with replies that are no longer where they were."""
        replies = sum(root.thread_count for root in roots)
        replies_before = sum(self.replies_before(number) for number in (*(root.id for root in roots), *vanished))
        came = sum(root.id > self._known.newest_root_id for root in roots) - len(vanished)
        self._total.moved_to += came + replies - replies_before
        self._total.seen += len(roots) + replies
        self._total.shown.append(listing.total)
        self._roots.moved_to += came
        self._roots.seen += len(roots)
        self._roots.shown.append(listing.level)

    def explains(self) -> bool:
        """Whether both counters stand where the pages so far lead to, so that nothing else has changed."""
        return self._total.is_explained() and self._roots.is_explained()

    def settled(self) -> tuple[int, int]:
        """All comments and the top level as the next reading shall know them; only after a page."""
        return self._total.settled(is_complete=self.is_complete), self._roots.settled(is_complete=self.is_complete)

    def replies_before(self, root_id: int) -> int:
        """How many replies the root had when the cursor was written."""
        before = self._known.replies.get(root_id)
        return before.count if before else 0
