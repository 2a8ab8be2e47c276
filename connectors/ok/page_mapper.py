"""Makes a page again from its body and what it was read for."""

import json

from connectors.ok import thread, wall
from connectors.ok.api import Answer
from connectors.ok.request import read_thread_request, read_wall_request
from connectors.ok.schemas import read_comments, read_topics
from connectors.sdk.contract import Page
from connectors.sdk.errors import UnexpectedResponse


def map_page(method: str, request: str, raw: bytes) -> Page:
    """The page without its checkpoint; `UnexpectedResponse` for what cannot be read."""
    answer = _answer(method, raw)
    match method:
        case wall.METHOD:
            return wall.page_of(answer, read_topics(answer), read_wall_request(request), None)
        case thread.METHOD:
            return thread.page_of(answer, read_comments(answer), read_thread_request(request), None)
        case _:
            raise UnexpectedResponse(f"{method} is no method by which pages are read")


def _answer(method: str, raw: bytes) -> Answer:
    try:
        return Answer(method, json.loads(raw), raw)
    except (ValueError, RecursionError):
        raise UnexpectedResponse(f"{method}: the body is no JSON") from None
