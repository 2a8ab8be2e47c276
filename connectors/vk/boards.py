"""Discussion boards: a topic is read as a post of the page, its comments as those of the post, flat and without threads.

A topic has the id `topic38446232` within its wall, so that it never meets a post of the same number. Its title is the
page's own word, whoever opened it: what the opener has to say is the topic's first comment.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.sdk.contract import Author, Message, MessageType, Page, PostCount, PostRef, Wall
from connectors.sdk.errors import AccessDenied, SourceGone
from connectors.sdk.fields import line, mapping, whole
from connectors.vk import settings
from connectors.vk.api import Answer
from connectors.vk.client import VkClient
from connectors.vk.fields import flag, moment
from connectors.vk.mapping import TOPIC, post_url, topic_of
from connectors.vk.paging import Paging
from connectors.vk.request import WallRequest, write_wall_request
from connectors.vk.schemas import Listing, Malformed, read_listing

TOPICS, COMMENTS = "board.getTopics", "board.getComments"
BY_LAST_UPDATE = 1


@dataclass(frozen=True, slots=True)
class VkTopic:
    """A topic of a board."""

    id: int
    title: str
    created: datetime
    updated: datetime
    comments: int
    is_closed: bool
    is_fixed: bool


def read_topics(answer: Answer) -> Listing[VkTopic]:
    """Topics of board.getTopics."""
    return read_listing(answer, _topic)


def _topic(entry: object) -> VkTopic:
    fields = mapping(entry)
    number, created = whole(fields.get("id")), moment(fields.get("created"))
    if not number or number < 0 or created is None:
        raise Malformed("no id or date")
    return VkTopic(
        id=number,
        title=line(fields.get("title")),
        created=created,
        updated=moment(fields.get("updated")) or created,
        comments=whole(fields.get("comments")) or 0,
        is_closed=flag(fields.get("is_closed")),
        is_fixed=flag(fields.get("is_fixed")),
    )


async def read_board(client: VkClient, wall: Wall, not_before: datetime) -> AsyncIterator[Page]:
    """The topics in which something was written since a moment; none for a page without a board, or with a closed one."""
    paging = Paging()
    while not paging.is_over:
        try:
            answer = await client.read(TOPICS, {**_place(wall, paging.offset), "order": BY_LAST_UPDATE})
        except (AccessDenied, SourceGone) as error:
            if isinstance(error, AccessDenied) and error.permanent:
                raise
            return
        listing = read_topics(answer)
        fresh = paging.accept(listing.ids, listing.total)
        if fresh is None:
            continue
        topics = [topic for topic in listing.entries if topic.id in fresh]
        yield page_of(answer, listing, WallRequest(wall, not_before, frozenset(listing.ids) - fresh))
        if any(topic.updated < not_before and not topic.is_fixed for topic in topics):
            return


def page_of(answer: Answer, listing: Listing[VkTopic], request: WallRequest) -> Page:
    """What a page of the board tells to who read it for this request."""
    topics = [topic for topic in listing.entries if topic.id not in request.again and topic.updated >= request.earliest]
    told = tuple(topic_message(request.wall, topic) for topic in topics)
    return Page(told, None, answer.raw, TOPICS, skipped=listing.skipped, request=write_wall_request(request))


async def count_topics(client: VkClient, topics: Collection[PostRef]) -> Mapping[PostRef, PostCount | None]:
    """Counters of topics, a call for each wall; those of a board that is closed just now are left out."""
    counts: dict[PostRef, PostCount | None] = {}
    for wall in {topic.wall for topic in topics}:
        asked = [topic for topic in topics if topic.wall == wall]
        names = [str(topic_of(topic.external_id)) for topic in asked]
        try:
            listing = read_topics(await client.read(TOPICS, {**_place(wall, 0), "topic_ids": names}))
        except AccessDenied as error:
            if error.permanent:
                raise
            continue
        found = {topic.id: topic for topic in listing.entries}
        for ref in asked:
            topic = found.get(topic_of(ref.external_id) or 0)
            if topic is not None:
                counts[ref] = PostCount(topic.comments, topic_message(wall, topic))
            elif not listing.skipped:
                counts[ref] = None
    return counts


def topic_message(wall: Wall, topic: VkTopic) -> Message:
    """A topic as a post in the page's own name."""
    post_id = f"{TOPIC}{topic.id}"
    return Message(
        type=MessageType.POST,
        external_id=post_id,
        wall=wall,
        url=post_url(wall, post_id),
        published_at=topic.created,
        author=Author(wall.external_id, is_community=True),
        text=topic.title,
        comment_count=topic.comments,
        comments_closed=topic.is_closed,
    )


def comments_parameters(post: PostRef, offset: int) -> dict[str, str | int]:
    """The next page of a topic's comments, newest first."""
    return {**_place(post.wall, offset), "topic_id": topic_of(post.external_id) or 0, "sort": "desc"}


def _place(wall: Wall, offset: int) -> dict[str, str | int]:
    return {"group_id": wall.external_id.removeprefix("-"), "offset": offset, "count": settings.PAGE_SIZE, "extended": 1}
