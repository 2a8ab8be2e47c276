"""Pushed events as a page: what they tell, and beside their bodies what the bodies do not tell."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from app.storage.pushed_events import WaitingEvent
from connectors.sdk.contract import EventReader, Message, Page
from connectors.sdk.errors import UnexpectedResponse

METHOD = "push"


def pushed_page(told: Sequence[tuple[WaitingEvent, Message]]) -> Page:
    """The page of events that are believed, each with its message as it was completed from what we knew: branch, name, address."""
    request = [
        (len(event.body), event.received_at, message.root_id, message.author and message.author.name, message.url)
        for event, message in told
    ]
    raw = b"".join(event.body for event, _ in told)
    return Page(tuple(message for _, message in told), None, raw, METHOD, request=orjson.dumps(request).decode())


def read_pushed_page(reader: EventReader, request: str, raw: bytes) -> Page:
    """The page again, its events read as we would read them today; `UnexpectedResponse` for what cannot be read."""
    try:
        return Page(tuple(_messages(reader, orjson.loads(request), raw)), None, raw, METHOD, request=request)
    except (ValueError, TypeError):
        raise UnexpectedResponse("what completed the pushed events is not written as this release writes it") from None


def _messages(reader: EventReader, events: Sequence[Any], raw: bytes) -> Iterator[Message]:
    position = 0
    for length, received_at, root_id, name, *address in events:  # what was kept earlier had no address
        news = reader.read_event(raw[position : position + length], received_at=datetime.fromisoformat(received_at))
        position += length
        if news is not None:
            author, url = news.message.author, address[0] if address else news.message.url
            yield replace(news.message, root_id=root_id, author=None if author is None else replace(author, name=name), url=url)
