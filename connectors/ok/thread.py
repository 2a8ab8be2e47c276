"""Reads the comments of a topic: the first time from the oldest on, afterwards from the newest back to what is known.

The first reading may be left at any page and goes on from its anchor. A later one tells the newest page at least, with its
edits, and says of each page what it shows completely. What changes further down is found by the next reading without a cursor.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from connectors.ok import settings
from connectors.ok.api import Answer, Parameters, WrongParameter
from connectors.ok.client import OkClient
from connectors.ok.cursor import ThreadCursor, read_thread_cursor, write_thread_cursor
from connectors.ok.mapping import comment_message
from connectors.ok.names import Names
from connectors.ok.paging import Anchors
from connectors.ok.request import ThreadRequest, write_thread_request
from connectors.ok.schemas import Listing, OkComment, read_comments
from connectors.ok.stretch import Stretches, second_of
from connectors.sdk.contract import Coverage, Cursor, Page, PostRef

METHOD = "discussions.getComments"
FIRST, FORWARD = "FIRST", "FORWARD"
LAST, BACKWARD = "LAST", "BACKWARD"


def read_thread(client: OkClient, names: Names, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
    """Pages of comments that are new since the cursor and of those around them; all comments without one."""
    cursor = read_thread_cursor(since)
    if since is None or cursor is None:
        return _read_forward(client, names, post, ThreadCursor())
    if cursor.anchor:
        return _read_forward(client, names, post, cursor)
    return _read_back(client, names, post, since, cursor)


async def _read_forward(client: OkClient, names: Names, post: PostRef, cursor: ThreadCursor) -> AsyncIterator[Page]:
    """From the cursor's anchor, or from the oldest comment; every page carries a checkpoint."""
    answer, cursor = await _begin(client, post, cursor)
    anchors = Anchors(cursor.anchor or FIRST, settings.COMMENTS_PER_PAGE)
    stretches, newest_at = Stretches(post, is_forward=True, edge=cursor.newest_at), cursor.newest_at
    while True:
        listing = read_comments(answer)
        fresh = anchors.accept(listing)
        newest_at = latest(newest_at, listing)
        goes_on_at = None if anchors.is_certain or anchors.anchor == FIRST else anchors.anchor
        checkpoint = write_thread_cursor(ThreadCursor(newest_at, goes_on_at))
        coverage = stretches.take(listing, is_end=anchors.is_certain)
        request = await _request(names, post, listing, fresh, coverage)
        yield page_of(answer, listing, request, checkpoint)
        if anchors.is_over:
            return
        answer = await client.read(METHOD, parameters(post, anchors.anchor, FORWARD))


async def _begin(client: OkClient, post: PostRef, cursor: ThreadCursor) -> tuple[Answer, ThreadCursor]:
    """The first page and the cursor that it belongs to: the oldest comments when OK does not know the anchor any more."""
    try:
        return await client.read(METHOD, parameters(post, cursor.anchor or FIRST, FORWARD)), cursor
    except WrongParameter:
        if cursor.anchor is None:
            raise
    return await client.read(METHOD, parameters(post, FIRST, FORWARD)), ThreadCursor()


async def _read_back(client: OkClient, names: Names, post: PostRef, since: Cursor, cursor: ThreadCursor) -> AsyncIterator[Page]:
    """From the newest comment back until all of the cursor's second has been read; only the last page carries a checkpoint."""
    anchors, stretches, newest_at = Anchors(LAST, settings.COMMENTS_PER_PAGE), Stretches(post, is_forward=False), cursor.newest_at
    is_last = False
    while not is_last:
        answer = await client.read(METHOD, parameters(post, anchors.anchor, BACKWARD))
        listing = read_comments(answer)
        fresh = anchors.accept(listing)
        newest_at = latest(newest_at, listing)
        is_joined = cursor.newest_at is not None and any(one.published_at < second_of(cursor.newest_at) for one in listing.entries)
        is_last = is_joined or anchors.is_over
        checkpoint = write_thread_cursor(ThreadCursor(newest_at)) if is_joined or anchors.is_certain else since
        coverage = stretches.take(listing, is_end=anchors.is_certain)
        request = await _request(names, post, listing, fresh, coverage)
        yield page_of(answer, listing, request, checkpoint if is_last else None)


def parameters(post: PostRef, anchor: str | None, direction: str) -> Parameters:
    subject: Parameters = {"discussionId": post.external_id, "discussionType": settings.TOPIC}
    page: Parameters = {"anchor": anchor or FIRST, "direction": direction, "count": settings.COMMENTS_PER_PAGE}
    return {**subject, **page, "fields": settings.COMMENT_FIELDS}


def latest(known: datetime | None, listing: Listing[OkComment]) -> datetime | None:
    """The newest moment met so far."""
    return max([*([known] if known else []), *(comment.published_at for comment in listing.entries)], default=None)


async def _request(
    names: Names, post: PostRef, listing: Listing[OkComment], fresh: frozenset[str], coverage: tuple[Coverage, ...]
) -> ThreadRequest:
    """What the page is read for, with the names that OK told elsewhere."""
    asked = {author: name for author, name in (await names.of(listing)).items() if author not in listing.names}
    return ThreadRequest(post, frozenset(listing.ids) - fresh, asked, coverage)


def page_of(answer: Answer, listing: Listing[OkComment], request: ThreadRequest, checkpoint: Cursor | None) -> Page:
    """What a page of comments tells to who read it for this request."""
    names = {**request.names, **listing.names}
    told = {one.id: comment_message(one, request.post, names) for one in listing.entries if one.id not in request.again}
    coverage, written = request.coverage, write_thread_request(request)
    return Page(tuple(told.values()), checkpoint, answer.raw, METHOD, coverage, listing.skipped, written)
