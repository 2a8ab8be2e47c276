"""Items of a feed as messages, pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from connectors.sdk.contract import Author, Message, MessageType, Wall
from connectors.sdk.text import clean_text


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
