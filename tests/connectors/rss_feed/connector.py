"""The connector: reads blogs and the comments under their posts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.sdk.contract import ConnectorContext, Cursor, Page, PostRef, ResolvedSource, Wall
from connectors.sdk.errors import InvalidLink

from .api import RssApi
from .cursor import read_cursor, write_cursor
from .mapping import PageRequest, map_page, moment_of, page_of

PER_PAGE = 10
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class RssConnector:
    """Reads; has no way to answer."""

    network = "rss"

    def __init__(self, context: ConnectorContext) -> None:
        self._api = RssApi(context)

    async def close(self) -> None:
        await self._api.close()

    async def resolve(self, link: str) -> ResolvedSource:
        address = urlsplit(link.strip())
        name = address.path.strip("/")
        if address.hostname != "blogs.example" or not name or "/" in name:
            raise InvalidLink("a blog's address looks like https://blogs.example/name")
        await self._api.feed("feed", f"/{name}/feed", 1)
        return ResolvedSource(Wall(self.network, name), name, f"https://blogs.example/{name}")

    def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        return self._read("feed", f"/{wall.external_id}/feed", wall, since, not_before)

    def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        path = f"/{post.wall.external_id}/{post.external_id}/comments"
        return self._read("comments", path, post.wall, since, LONG_AGO, post_id=post.external_id)

    def map_page(self, method: str, request: str, raw: bytes) -> Page:
        return map_page(method, request, raw)

    async def _read(
        self, method: str, path: str, wall: Wall, since: Cursor | None, not_before: datetime, *, post_id: str | None = None
    ) -> AsyncIterator[Page]:
        """Newest first, so that only the last page carries a checkpoint; the range from the cursor is closed."""
        stop_at = newest_at = read_cursor(since) or not_before
        number, is_last = 1, False
        while not is_last:
            raw, items = await self._api.feed(method, path, number)
            newest_at = max([newest_at, *map(moment_of, items)])
            is_last = len(items) < PER_PAGE or min(map(moment_of, items)) < stop_at
            page = page_of(method, items, PageRequest(wall.external_id, post_id, stop_at), raw)
            yield replace(page, checkpoint=write_cursor(newest_at)) if is_last else page
            number += 1
