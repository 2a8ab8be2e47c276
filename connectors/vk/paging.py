"""A list read by offsets while it changes: each page repeats the end of the one before, to prove that nothing slipped out."""

from collections.abc import Sequence

from connectors.sdk.errors import SourceUnavailable
from connectors.vk import settings


class Paging:
    """Walks one list; `offset` is where to read next, `is_over` tells that there is no more to read.

    When entries before the offset are deleted, the rest moves up, and a plain next page would skip some of it. So a page
    that holds nothing of the page before is refused and the offset moved back until one joins.
    """

    def __init__(self) -> None:
        self.offset = 0
        self.is_over = False
        self._before: frozenset[int] = frozenset()
        self._brought_nothing = False
        self._steps_back = 0

    def accept(self, ids: Sequence[int], total: int) -> frozenset[int] | None:
        """The ids on the page that the page before had not; `None` when it does not join and `offset` has moved back."""
        if not self._joins(ids):
            self._step_back()
            return None
        fresh = frozenset(ids) - self._before
        self.is_over = self.offset + settings.PAGE_SIZE >= total or not ids
        self.offset += settings.PAGE_SIZE - settings.PAGE_OVERLAP
        self._before = frozenset(ids) or self._before
        self._brought_nothing = not fresh
        return fresh

    def _joins(self, ids: Sequence[int]) -> bool:
        """A page read after one that showed only known entries joins as well: VK leaves gaps where it hides an entry."""
        return self.offset == 0 or self._brought_nothing or not self._before.isdisjoint(ids)

    def _step_back(self) -> None:
        self._steps_back += 1
        if self._steps_back > settings.MOST_STEPS_BACK:
            raise SourceUnavailable("the list changes faster than it can be read")
        self.offset = max(0, self.offset - settings.STEP_BACK)
