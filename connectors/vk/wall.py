"""Reads a wall: newest first, the pinned post before all others whatever its date."""

from collections.abc import AsyncIterator
from datetime import datetime

from connectors.sdk.contract import Cursor, Page, Wall
from connectors.vk import settings
from connectors.vk.api import Answer
from connectors.vk.client import VkClient
from connectors.vk.cursor import WallCursor, read_wall_cursor, write_wall_cursor
from connectors.vk.mapping import post_message
from connectors.vk.paging import Paging
from connectors.vk.request import WallRequest, write_wall_request
from connectors.vk.schemas import Listing, VkPost, read_posts

METHOD = "wall.get"


async def read_wall(client: VkClient, wall: Wall, since: Cursor | None, not_before: datetime) -> AsyncIterator[Page]:
    """Pages down to the cursor's date and some posts beyond; only the last one carries a checkpoint.

    The cursor is a date, not an id: the newest post may be deleted, and posts appear with an earlier date. What a page
    holds of the overlap is told again. The pinned post is always told, as residents write under it whatever its age.
    """
    cursor, paging = read_wall_cursor(since), Paging()
    stop_at = cursor.newest_at if cursor else not_before
    earliest = min(not_before, stop_at - settings.WALL_LAG) if cursor else not_before
    newest_at, older, looks = stop_at, 0, cursor.looks if cursor else {}
    while True:
        answer = await client.read(METHOD, parameters(wall, paging.offset))
        listing = read_posts(answer, owner_id=int(wall.external_id))
        fresh = paging.accept(listing.ids, listing.total)
        if fresh is None:
            continue
        posts = [post for post in listing.entries if post.id in fresh]
        newest_at = max([newest_at, *(post.date for post in posts)])
        older += sum(post.date <= stop_at and not post.is_pinned for post in posts)
        is_last = paging.is_over or older >= settings.POSTS_OVERLAP
        request = WallRequest(wall, earliest, frozenset(listing.ids) - fresh)
        yield page_of(answer, listing, request, write_wall_cursor(WallCursor(newest_at, looks)) if is_last else None)
        if is_last:
            return


def parameters(wall: Wall, offset: int) -> dict[str, str | int]:
    return {"owner_id": wall.external_id, "offset": offset, "count": settings.PAGE_SIZE, "extended": 1}


def page_of(answer: Answer, listing: Listing[VkPost], request: WallRequest, checkpoint: Cursor | None) -> Page:
    """What a page of the wall tells to who read it for this request."""
    posts = [post for post in listing.entries if post.id not in request.again and not post.is_deleted]
    return Page(
        messages=tuple(post_message(post, listing.names) for post in posts if post.is_pinned or post.date >= request.earliest),
        checkpoint=checkpoint,
        raw=answer.raw,
        method=METHOD,
        skipped=listing.skipped,
        request=write_wall_request(request),
    )
