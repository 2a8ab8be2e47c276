"""Items of a feed as messages, pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from connectors.sdk.contract import Author, Message, MessageType, Page, Wall
from connectors.sdk.errors import SourceUnavailable, UnexpectedResponse
from connectors.sdk.text import clean_text

from .api import items_of


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What decides beside the body which messages a page tells, and under which post."""

    blog: str
    post_id: str | None
    stop_at: datetime


def page_of(method: str, items: Sequence[Element], request: PageRequest, raw: bytes) -> Page:
    """The page of a feed, without a checkpoint."""
    wall = Wall("rss", request.blog)
    told = tuple(message_of(item, wall, post_id=request.post_id) for item in items if moment_of(item) >= request.stop_at)
    return Page(told, None, raw, method, request=json.dumps(asdict(request), default=datetime.isoformat))


def map_page(method: str, request: str, raw: bytes) -> Page:
    """The same page again, from what was kept of it."""
    try:
        fields = json.loads(request)
        asked = PageRequest(fields["blog"], fields["post_id"], datetime.fromisoformat(fields["stop_at"]))
        return page_of(method, items_of(raw), asked, raw)
    except (SourceUnavailable, ValueError, KeyError, TypeError):
        raise UnexpectedResponse(f"{method}: what was kept of the page cannot be read") from None


def message_of(item: Element, wall: Wall, *, post_id: str | None = None) -> Message:
    """A post, or with `post_id` a comment under it."""
    author_id = text_of(item, "author")
    return Message(
        type=MessageType.COMMENT if post_id else MessageType.POST,
        external_id=text_of(item, "guid"),
        wall=wall,
        url=text_of(item, "link"),
        published_at=moment_of(item),
        author=Author(author_id, text_of(item, "creator") or None, is_community=author_id.startswith("-")),
        text=clean_text(text_of(item, "description")),
        post_id=post_id,
    )


def moment_of(item: Element) -> datetime:
    return parsedate_to_datetime(text_of(item, "pubDate")).astimezone(UTC)


def text_of(item: Element, name: str) -> str:
    return (item.findtext(name) or "").strip()
