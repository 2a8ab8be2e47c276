"""The blogs of a recorded town as feeds, by the caller's clock."""

from collections.abc import Callable, Collection
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sdk.emulation.town import Town, TownMessage, is_present, text_at

PER_PAGE = 10


class RssEmulator:
    """`/<blog>/feed` and `/<blog>/<post>/comments`, ten items a page, for holders of a key."""

    def __init__(self, town: Town, *, now: Callable[[], datetime], keys: Collection[str]) -> None:
        self._town = town
        self._now = now
        self._keys = set(keys)
        self._names = {-page.id: page.name for page in town.pages} | {one.id: f"{one.first_name} {one.last_name}" for one in town.people}

    def app(self) -> Any:
        return Starlette(routes=[Route("/{blog}/feed", self._feed), Route("/{blog}/{post}/comments", self._comments)])

    async def _feed(self, request: Request) -> Response:
        return self._answer(request, None)

    async def _comments(self, request: Request) -> Response:
        return self._answer(request, request.path_params["post"])

    def _answer(self, request: Request, post: str | None) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._keys:
            return Response(status_code=401)
        page = next((page for page in self._town.pages if page.screen_name == request.path_params["blog"]), None)
        if page is None or page.deleted:
            return Response(status_code=404)
        if page.closed:
            return Response(status_code=403)
        shown = [one for one in self._town.messages if one.page_id == page.id and is_present(one, self._now())]
        if post is not None and not any(one.key == post and one.post_key is None for one in shown):
            return Response(status_code=404)
        listed = sorted((one for one in shown if one.post_key == post), key=lambda one: one.at, reverse=True)
        first = (int(request.query_params.get("paged", "1")) - 1) * PER_PAGE
        items = "".join(self._item(one, page.screen_name) for one in listed[first : first + PER_PAGE])
        return Response(f"<rss version='2.0'><channel>{items}</channel></rss>", media_type="application/rss+xml")

    def _item(self, one: TownMessage, blog: str) -> str:
        link = f"https://blogs.example/{blog}/{one.post_key or one.key}" + (f"#{one.key}" if one.post_key else "")
        fields = {
            "guid": one.key,
            "link": link,
            "pubDate": format_datetime(one.at),
            "author": str(one.author_id),
            "creator": self._names[one.author_id],
            "description": text_at(one, self._now()),
        }
        return "<item>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items()) + "</item>"
