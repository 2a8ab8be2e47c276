"""Makes a page again from its body and what it was read for."""

import json

from connectors.sdk.contract import Page
from connectors.sdk.errors import UnexpectedResponse
from connectors.vk import boards, thread, videos, wall
from connectors.vk.api import Answer
from connectors.vk.request import read_thread_request, read_wall_request
from connectors.vk.schemas import read_comments, read_posts


def map_page(method: str, request: str, raw: bytes) -> Page:
    """The page without its checkpoint; `UnexpectedResponse` for what cannot be read."""
    answer = _answer(method, raw)
    match method:
        case wall.METHOD:
            wanted = read_wall_request(request)
            return wall.page_of(answer, read_posts(answer, owner_id=int(wanted.wall.external_id)), wanted, None)
        case boards.TOPICS:
            return boards.page_of(answer, boards.read_topics(answer), read_wall_request(request))
        case videos.VIDEOS:
            return videos.page_of(answer, videos.read_videos(answer), read_wall_request(request))
        case thread.METHOD | boards.COMMENTS | videos.COMMENTS:
            return thread.page_of(answer, read_comments(answer), read_thread_request(request), None)
        case _:
            raise UnexpectedResponse(f"{method} is no method by which pages are read")


def _answer(method: str, raw: bytes) -> Answer:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or "response" not in document:
        raise UnexpectedResponse(f"{method}: the body holds no response")
    return Answer(method, document["response"], raw)
