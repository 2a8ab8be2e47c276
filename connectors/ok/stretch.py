"""What the pages of a thread show completely, so that what we hold and a page lacks has been deleted.

OK's ids are no numbers, so a stretch is one of time. Pages may split a second, and dates may come without milliseconds:
the seconds at which one page ends and the next begins are left out.
"""

from datetime import datetime, timedelta
from itertools import pairwise

from connectors.ok.schemas import Listing, OkComment
from connectors.sdk.contract import Coverage, PostRef

SECOND = timedelta(seconds=1)
LEAST = timedelta(milliseconds=1)


class Stretches:
    """Follows the pages of one reading. `edge` is the moment that has been read up to, `None` at the beginning of it."""

    def __init__(self, post: PostRef, *, is_forward: bool, edge: datetime | None = None) -> None:
        self._post = post
        self._is_forward = is_forward
        self._edge = edge
        self._is_ordered = True

    def take(self, listing: Listing[OkComment], *, is_end: bool) -> tuple[Coverage, ...]:
        """The stretch of the next page; none for one that may hide something. `is_end`: nothing comes after it for certain."""
        moments = [comment.published_at for comment in listing.entries]
        edge, self._edge = self._edge, self._next_edge(moments)
        self._is_ordered = self._is_ordered and self._follows(moments, edge)
        if not self._is_ordered or listing.skipped:
            return ()
        if not moments:
            is_whole = is_end and edge is None and listing.subject == self._post.external_id
            return (Coverage(self._post, None),) if is_whole else ()
        first_at, last_at = self._bounds(moments, edge, is_end=is_end)
        if first_at and last_at and first_at > last_at:
            return ()
        return (Coverage(self._post, None, first_at=first_at, last_at=last_at),)

    def _bounds(self, moments: list[datetime], edge: datetime | None, *, is_end: bool) -> tuple[datetime | None, datetime | None]:
        near = edge
        far = None if is_end else self._edge
        first, last = (near, far) if self._is_forward else (far, near)
        return (second_of(first) + SECOND if first else None), (second_of(last) - LEAST if last else None)

    def _next_edge(self, moments: list[datetime]) -> datetime | None:
        reached = [*moments, *([self._edge] if self._edge else [])]
        return (max if self._is_forward else min)(reached, default=None)

    def _follows(self, moments: list[datetime], edge: datetime | None) -> bool:
        """Whether the page is in the order of time and stands beside the one before."""
        is_sorted = all(one <= other for one, other in pairwise(moments)) or all(one >= other for one, other in pairwise(moments))
        beside = [second_of(moment) >= second_of(edge) if self._is_forward else moment <= edge for moment in moments] if edge else []
        return is_sorted and all(beside)


def second_of(moment: datetime) -> datetime:
    """The beginning of the moment's second."""
    return moment.replace(microsecond=0)
