"""One level of a post's comments, read newest first: the top level, or the thread under one root."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from connectors.vk import settings
from connectors.vk.cursor import Replies
from connectors.vk.paging import Paging
from connectors.vk.schemas import Listing, VkComment


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a page adds to a level: comments newest first, and the closed range of ids that it shows completely.

    `None` for `first_id` or `last_id` is an open end. Without `is_complete` nothing may be said of what is missing.
    """

    comments: tuple[VkComment, ...]
    first_id: int | None
    last_id: int | None
    is_complete: bool

    def covers(self, comment_id: int) -> bool:
        """Whether a comment that is not among `comments` has gone."""
        above_first = self.first_id is None or comment_id >= self.first_id
        return self.is_complete and above_first and (self.last_id is None or comment_id <= self.last_id)


class Level:
    """How far a level has been read. `root_id` is `None` for the top level; `known` and `count` are of a thread."""

    def __init__(self, root_id: int | None = None, *, known: Replies | None = None, count: int = 0) -> None:
        self.root_id = root_id
        self.known = known
        self.count = count
        self.newest_id = 0
        self.lowest_id: int | None = None
        self.is_over = False
        self._paging = Paging()
        self._is_ordered = True
        self._new = 0

    @property
    def offset(self) -> int:
        """Where to read next."""
        return self._paging.offset

    def parameters(self, place: Mapping[str, str | int]) -> dict[str, str | int]:
        """The next page of the comments of a place."""
        scope = ("thread_items_count", settings.THREAD_ITEMS) if self.root_id is None else ("comment_id", self.root_id)
        page: dict[str, str | int] = {"offset": self._paging.offset, "count": settings.PAGE_SIZE, "sort": "desc"}
        return {**place, scope[0]: scope[1]} | page | {"need_likes": 0, "extended": 1}

    def take(self, listing: Listing[VkComment], *, newest_known_id: int | None) -> Stretch | None:
        """What the page adds; `None` when it does not join the one before and must be read again at another offset.

        Nothing is said of comments after `newest_known_id`: they may have been written since.
        """
        fresh = self._paging.accept(listing.ids, listing.level)
        if fresh is None:
            return None
        self._is_ordered = self._is_ordered and all(upper > lower for upper, lower in pairwise(listing.ids))
        comments = tuple(comment for comment in listing.entries if comment.id in fresh and not self._was_told(comment))
        is_complete = self._is_ordered and not listing.skipped and (bool(listing.ids) or listing.level == 0)
        last_id = newest_known_id if self.lowest_id is None else self.lowest_id - 1
        self.is_over = self._paging.is_over
        self.newest_id = max([self.newest_id, *listing.ids])
        self.lowest_id = min([*listing.ids, *([self.lowest_id] if self.lowest_id else [])], default=None)
        return Stretch(comments, None if self.is_over else self.lowest_id, last_id, is_complete)

    def has_passed(self, comment_id: int) -> bool:
        """Whether everything newer than the comment has been read."""
        return self.is_over or (self._is_ordered and self.lowest_id is not None and self.lowest_id <= comment_id)

    def stop_if_explained(self, stretch: Stretch, level_count: int) -> None:
        """Ends the reading of a thread once its new replies explain how far its count has moved."""
        if self.known is None:
            return
        newest_known_id = self.known.newest_id
        self._new += sum(reply.id > newest_known_id for reply in stretch.comments)
        if self.has_passed(newest_known_id) and self.known.count + self._new == level_count:
            self.is_over = True

    def _was_told(self, comment: VkComment) -> bool:
        return self._is_ordered and self.lowest_id is not None and comment.id >= self.lowest_id
