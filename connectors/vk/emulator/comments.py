"""wall.getComments and wall.createComment."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from connectors.sdk.emulation.town import TownMessage
from connectors.vk.emulator.call import READERS, WRITERS, Call, Method, existing_page, readable_wall
from connectors.vk.emulator.profiles import authors, extension
from connectors.vk.emulator.refusals import Refusal, invalid
from connectors.vk.emulator.shapes import CommentView, can_comment, comment_shape
from connectors.vk.emulator.tokens import out_of_scope
from connectors.vk.emulator.wall import Entry, Wall

MOST_COMMENTS = 100
MOST_THREAD_ITEMS = 10
INTERESTING = {False: "smart", True: "interest"}
"""What VK calls the order of most replies under a post, and under a video."""
NO_POST = "post was not found check post_id param"


def get_comments(call: Call) -> dict[str, Any]:
    """One level of a post's comments. `count` counts the replies below it too, `current_level_count` this level only."""
    return comments_under(call, readable_post(call), preview_length=call.parameters.natural("preview_length", 90))


def comments_under(call: Call, post: Entry, *, preview_length: int) -> dict[str, Any]:
    """One level of the comments of a post or a video."""
    parameters = call.parameters
    root = named_root(call, post)
    sort = parameters.choice("sort", ("asc", "desc", INTERESTING[post.message.is_video]))
    level = sorted_level(root.replies if root else post.replies, sort)
    items = parameters.natural("thread_items_count", 0, most=MOST_THREAD_ITEMS)
    view = CommentView(preview_length, items, with_likes=parameters.flag("need_likes"))
    first, position = window(call, level, sort)
    shown = level[max(0, first) : max(0, first + parameters.natural("count", 10, most=MOST_COMMENTS))]
    return {
        "count": len(level) if root else post.listed_comments,
        "items": [comment_shape(call.world, comment, view) for comment in shown],
        "current_level_count": len(level),
        "can_post": can_comment(post),
        "show_reply_button": can_comment(post),
        "groups_can_post": can_comment(post),
        **position,
        **people(call, post, shown, view),
    }


def readable_post(call: Call) -> Entry:
    wall = readable_wall(call, call.parameters.required("owner_id"))
    post = wall.post(call.parameters.required("post_id")) if wall else None
    if post is None:
        raise Refusal(15, NO_POST)
    if post.message.comments_hidden:
        raise Refusal(212)
    return post


def named_root(call: Call, post: Entry) -> Entry | None:
    """The comment whose thread is asked for; `None` asks for the top level."""
    if not call.parameters.text("comment_id"):
        return None
    return named_comment(call, post, "comment_id")


def named_comment(call: Call, post: Entry, parameter: str) -> Entry:
    wall = call.world.walls[-post.owner_id]
    comment = wall.comment(post, call.parameters.required(parameter))
    if comment is None:
        raise invalid(f"{parameter} is incorrect")
    return comment


def sorted_level(level: list[Entry], sort: str) -> Sequence[Entry]:
    if sort in INTERESTING.values():
        return sorted(level, key=lambda comment: (-len(comment.replies), comment.id))
    return level[::-1] if sort == "desc" else level


def window(call: Call, level: Sequence[Entry], sort: str) -> tuple[int, dict[str, int]]:
    """The place of the first comment to show. Counted from `start_comment_id` it is told back and may be negative."""
    if not call.parameters.text("start_comment_id"):
        return call.parameters.natural("offset", 0), {}
    start_id = call.parameters.required("start_comment_id")
    first = place_of(level, start_id, sort) + call.parameters.integer("offset", 0)
    return first, {"real_offset": first}


def place_of(level: Sequence[Entry], comment_id: int, sort: str) -> int:
    """Where the comment stands, or would stand were it not gone."""
    if sort in INTERESTING.values():
        return next((place for place, comment in enumerate(level) if comment.id == comment_id), len(level))
    sign = -1 if sort == "desc" else 1
    return bisect_left(level, sign * comment_id, key=lambda comment: sign * comment.id)


def people(call: Call, post: Entry, shown: Sequence[Entry], view: CommentView) -> dict[str, Any]:
    if not call.parameters.flag("extended"):
        return {}
    ids = authors(shown, thread_items_count=view.thread_items_count)
    return {"post_author_id": post.message.author_id} | extension(call.world, ids, call.parameters.listing("fields"))


def create_comment(call: Call) -> dict[str, Any]:
    """Writes on the community's own wall in its name; the same `guid` again gives the first comment again."""
    group_id, guid = call.token.group_id, call.parameters.text("guid")
    post = own_post(call, group_id)
    wall = call.world.walls[group_id]
    written = wall.entries[call.guids[group_id, guid]] if guid and (group_id, guid) in call.guids else write(call, wall, post)
    if guid:
        call.guids[group_id, guid] = written.id
    return {"comment_id": written.id, "parents_stack": written.parents_stack}


def own_post(call: Call, group_id: int) -> Entry:
    """The post to write under, refused where this key may not write."""
    owner_id = call.parameters.integer("owner_id", -group_id)
    if "wall" not in call.token.rights:
        raise out_of_scope()
    if owner_id != -group_id or call.parameters.natural("from_group", group_id) != group_id:
        raise Refusal(15)
    existing_page(call.world, owner_id)
    post = call.world.walls[group_id].post(call.parameters.required("post_id"))
    if post and post.message.comments_hidden:
        raise Refusal(212)
    if post is None or post.message.comments_closed:
        raise Refusal(213)
    return post


def write(call: Call, wall: Wall, post: Entry) -> Entry:
    text, attachments = call.parameters.text("message"), call.parameters.listing("attachments")
    sticker = ["sticker"] if call.parameters.text("sticker_id") else []
    if not (text or attachments or sticker):
        raise invalid("message is undefined")
    reply_to = named_comment(call, post, "reply_to_comment") if call.parameters.text("reply_to_comment") else None
    message = TownMessage(
        key=f"written:{wall.page_id}:{wall.last_id + 1}",
        page_id=wall.page_id,
        author_id=-wall.page_id,
        at=call.world.now,
        text=text,
        post_key=post.message.key,
        reply_to_key=reply_to.message.key if reply_to else None,
        attachments=tuple(name.rstrip("-_0123456789") for name in attachments) + tuple(sticker),
    )
    call.world.replay.write(message)
    return call.world.entries[message.key]


METHODS = {"wall.getComments": Method(READERS, get_comments), "wall.createComment": Method(WRITERS, create_comment)}
