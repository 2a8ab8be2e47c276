"""board.getTopics and board.getComments."""

from datetime import datetime
from typing import Any

from connectors.vk.emulator.call import READERS, Call, Method, existing_page
from connectors.vk.emulator.comments import place_of
from connectors.vk.emulator.profiles import extension
from connectors.vk.emulator.refusals import Refusal, invalid
from connectors.vk.emulator.shapes import attachments_shape, likes_shape
from connectors.vk.emulator.wall import Entry, Wall

MOST_TOPICS = MOST_COMMENTS = 100
ORDERS = ("0", "1", "2", "-1", "-2")


def get_topics(call: Call) -> dict[str, Any]:
    """Topics of a board, the fixed ones first."""
    parameters, board = call.parameters, open_board(call)
    if names := parameters.listing("topic_ids"):
        if len(names) > MOST_TOPICS:
            raise invalid(f"topic_ids should have at most {MOST_TOPICS} elements")
        shown = [topic for name in names if name.isdecimal() and (topic := board.topic(int(name)))]
    else:
        order = int(parameters.choice("order", ORDERS))
        ordered = sorted(board.topics, key=updated if abs(order) == 1 else created, reverse=order >= 0)
        ordered.sort(key=lambda topic: not topic.message.pinned)
        first = parameters.natural("offset", 0)
        shown = ordered[first : first + parameters.natural("count", 40, most=MOST_TOPICS)]
    found = {"count": len(board.topics), "items": [topic_shape(topic) for topic in shown], "default_order": 1, "can_add_topics": 0}
    return found | people(call, {topic.message.author_id for topic in shown})


def get_comments(call: Call) -> dict[str, Any]:
    """Comments of a topic: one level, no threads, no stubs of deleted ones."""
    parameters = call.parameters
    topic = open_board(call).topic(parameters.required("topic_id"))
    if topic is None:
        raise invalid("topic_id is incorrect")
    sort = parameters.choice("sort", ("asc", "desc"))
    level = [comment for comment in topic.replies if comment.is_present]
    level = level[::-1] if sort == "desc" else level
    first, position = parameters.integer("offset", 0), {}
    if parameters.text("start_comment_id"):
        first += place_of(level, parameters.required("start_comment_id"), sort)
        position = {"real_offset": first}
    shown = level[max(0, first) : max(0, first + parameters.natural("count", 20, most=MOST_COMMENTS))]
    items = [comment_shape(call, comment, with_likes=parameters.flag("need_likes")) for comment in shown]
    return {"count": len(level), "items": items, **position} | people(call, {comment.message.author_id for comment in shown})


def open_board(call: Call) -> Wall:
    """The board of a community that a stranger may read."""
    page = existing_page(call.world, -call.parameters.required("group_id"))
    wall = call.world.walls[page.id]
    if page.closed:
        raise Refusal(15)
    if not any(entry.message.on_board for entry in wall.entries.values()):
        raise Refusal(15, "topics are disabled in this community")
    return wall


def created(topic: Entry) -> tuple[float, int]:
    return topic.order


def updated(topic: Entry) -> tuple[float, int]:
    return max(topic.order, *((reply.message.at.timestamp(), reply.id) for reply in topic.replies if reply.is_present), topic.order)


def topic_shape(topic: Entry) -> dict[str, Any]:
    return {
        "id": topic.id,
        "title": topic.message.text,
        "created": seconds(topic.message.at),
        "created_by": topic.message.author_id,
        "updated": int(updated(topic)[0]),
        "updated_by": topic.message.author_id,
        "is_closed": int(topic.message.comments_closed),
        "is_fixed": int(topic.message.pinned),
        "comments": sum(reply.is_present for reply in topic.replies),
    }


def comment_shape(call: Call, comment: Entry, *, with_likes: bool) -> dict[str, Any]:
    about = {"id": comment.id, "from_id": comment.message.author_id, "date": seconds(comment.message.at)}
    shape: dict[str, Any] = about | {"text": call.world.text_of(comment)}
    if comment.message.attachments:
        shape["attachments"] = attachments_shape(comment)
    return shape | ({"likes": likes_shape(comment)} if with_likes else {})


def people(call: Call, authors: set[int]) -> dict[str, Any]:
    if not call.parameters.flag("extended"):
        return {}
    return extension(call.world, authors, call.parameters.listing("fields"))


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


METHODS = {"board.getTopics": Method(READERS, get_topics), "board.getComments": Method(READERS, get_comments)}
