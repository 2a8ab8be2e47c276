"""A list read by OK's anchors: where the next page begins, what is new on a page, and whether the end is really the end."""

from connectors.ok.schemas import Entry, Listing


class Anchors:
    """Walks one list; `anchor` is what to ask next with.

    An anchor may repeat the entry that it stands at. `has_more` tells the end; where OK has never given it, a page without
    anything new does. An empty page after more was promised may be a hiccup: the list is over but its end not certain, and
    a reader does not move its checkpoint.
    """

    def __init__(self, anchor: str | None, page_size: int) -> None:
        self.anchor = anchor
        self.is_over = False
        self.is_certain = False
        self._page_size = page_size
        self._seen: set[str] = set()
        self._says_more = False

    def accept(self, listing: Listing[Entry]) -> frozenset[str]:
        """The ids on the page that no page before has told."""
        fresh = frozenset(listing.ids) - self._seen
        self._seen |= fresh
        self._says_more = self._says_more or listing.has_more is not None
        is_stuck = not fresh or not listing.anchor
        is_bare_end = is_stuck and bool(self._seen) and len(listing.ids) < self._page_size
        self.is_certain = listing.has_more is False or (not self._says_more and is_bare_end)
        self.is_over = self.is_certain or is_stuck
        self.anchor = listing.anchor or self.anchor
        return fresh
