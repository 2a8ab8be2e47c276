"""Reads the topics of a group, newest first."""

from collections.abc import AsyncIterator
from datetime import datetime

from connectors.ok import settings
from connectors.ok.api import Answer, Parameters
from connectors.ok.client import OkClient
from connectors.ok.cursor import WallCursor, read_wall_cursor, write_wall_cursor
from connectors.ok.mapping import group_id_of, topic_message
from connectors.ok.paging import Anchors
from connectors.ok.request import WallRequest, write_wall_request
from connectors.ok.schemas import Listing, OkTopic, read_topics
from connectors.sdk.contract import Cursor, Page, Wall

METHOD = "mediatopic.getTopics"


async def read_wall(client: OkClient, wall: Wall, since: Cursor | None, not_before: datetime) -> AsyncIterator[Page]:
    """Pages down to the cursor's moment and some topics beyond; only the last one carries a checkpoint.

    The cursor is a moment, not an id: the newest topic may be deleted, and topics appear with an earlier date. A topic that
    OK shows out of its time, as a pinned one, ends nothing: ten older ones do. After an uncertain end the cursor stays.
    """
    cursor, anchors = read_wall_cursor(since), Anchors(None, settings.TOPICS_PER_PAGE)
    stop_at = cursor.newest_at if cursor else not_before
    earliest = min(not_before, stop_at - settings.WALL_LAG) if cursor else not_before
    newest_at, older = stop_at, 0
    while True:
        answer = await client.read(METHOD, parameters(wall, anchors.anchor))
        listing = read_topics(answer)
        fresh = anchors.accept(listing)
        topics = [topic for topic in listing.entries if topic.id in fresh]
        newest_at = max([newest_at, *(topic.created_at for topic in topics)])
        older += sum(topic.created_at <= stop_at and not topic.is_pinned for topic in topics)
        has_met_older = older >= settings.TOPICS_OVERLAP
        reached = newest_at if has_met_older or anchors.is_certain else stop_at
        is_last = has_met_older or anchors.is_over
        request = WallRequest(wall, earliest, frozenset(listing.ids) - fresh)
        yield page_of(answer, listing, request, write_wall_cursor(WallCursor(reached)) if is_last else None)
        if is_last:
            return


def parameters(wall: Wall, anchor: str | None) -> Parameters:
    page: Parameters = {"gid": group_id_of(wall), "count": settings.TOPICS_PER_PAGE, "fields": settings.TOPIC_FIELDS}
    return {**page, "anchor": anchor} if anchor else page


def page_of(answer: Answer, listing: Listing[OkTopic], request: WallRequest, checkpoint: Cursor | None) -> Page:
    """What a page of the wall tells to who read it for this request."""
    topics = [topic for topic in listing.entries if topic.id not in request.again]
    messages = tuple(topic_message(topic, request.wall) for topic in topics if topic.is_pinned or topic.created_at >= request.earliest)
    return Page(messages, checkpoint, answer.raw, METHOD, skipped=listing.skipped, request=write_wall_request(request))
