"""Messages as VK writes them in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sdk.emulation.town import edited_at
from connectors.vk.emulator.wall import Entry
from connectors.vk.emulator.world import World

Shape = dict[str, Any]

PICTURE = "https://vk.invalid/picture"
"""Pictures are named but never served; their host cannot exist."""


@dataclass(frozen=True, slots=True)
class CommentView:
    """How much of a comment the caller wants: characters of text (0: all), replies of its thread, likes."""

    preview_length: int = 90
    thread_items_count: int = 0
    with_likes: bool = False


def post_shape(world: World, entry: Entry, *, is_pinned: bool, copy_history_depth: int) -> Shape:
    """A post of a wall with its counters; `edited` appears once it was edited."""
    is_closed = entry.message.comments_closed or entry.message.comments_hidden
    shape = base_post_shape(world, entry) | {
        "inner_type": "wall_wallpost",
        "type": "post",
        "comments": {
            "count": entry.present_comments,
            "can_post": 0 if is_closed else 1,
            "can_view": 0 if entry.message.comments_hidden else 1,
            "groups_can_post": not is_closed,
        },
        "likes": likes_shape(entry) | {"can_publish": 1},
        "reposts": {"count": entry.id % 3, "user_reposted": 0},
        "views": {"count": 100 + entry.id * 7 % 900},
        "hash": f"hash{entry.id}",
    }
    if is_pinned:
        shape["is_pinned"] = 1
    if edited := edited_at(entry.message, world.now):
        shape["edited"] = int(edited.timestamp())
    if history := copy_history(world, entry, copy_history_depth):
        shape["copy_history"] = history
    return shape


def base_post_shape(world: World, entry: Entry) -> Shape:
    """What a post shows of itself also when it is repeated on another wall."""
    return {
        "id": entry.id,
        "owner_id": entry.owner_id,
        "from_id": entry.message.author_id,
        "date": int(entry.message.at.timestamp()),
        "post_type": "post",
        "text": world.text_of(entry),
        "attachments": attachments_shape(entry),
        "post_source": {"type": "vk"},
    }


def copy_history(world: World, entry: Entry, depth: int) -> list[Shape]:
    """The posts that this one repeats, the nearest first."""
    history: list[Shape] = []
    above = world.entry_of(entry.message.repost_of_key)
    while above and above.is_listed and len(history) < depth:
        history.append(base_post_shape(world, above))
        above = world.entry_of(above.message.repost_of_key)
    return history


def comment_shape(world: World, entry: Entry, view: CommentView) -> Shape:
    """A comment with its thread, or the stub that VK leaves of a deleted one: no author, no text."""
    shape = present_comment_shape(world, entry, view) if entry.is_present else stub_shape(entry)
    if entry.root is None:
        shape["thread"] = thread_shape(world, entry, view)
    return shape


def stub_shape(entry: Entry) -> Shape:
    return {"id": entry.id, "parents_stack": entry.parents_stack, "date": int(entry.message.at.timestamp()), "deleted": True}


def present_comment_shape(world: World, entry: Entry, view: CommentView) -> Shape:
    post = entry.post
    shape: Shape = {
        "id": entry.id,
        "from_id": entry.message.author_id,
        "date": int(entry.message.at.timestamp()),
        "text": preview(world.text_of(entry), view.preview_length),
        "video_id" if post and post.message.is_video else "post_id": post.id if post else 0,
        "owner_id": entry.owner_id,
        "parents_stack": entry.parents_stack,
    }
    if entry.message.attachments:
        shape["attachments"] = attachments_shape(entry)
    if view.with_likes:
        shape["likes"] = likes_shape(entry)
    if post and post.message.author_id == entry.message.author_id:
        shape["is_from_post_author"] = True
    if entry.reply_to:
        shape |= {"reply_to_user": entry.reply_to.message.author_id, "reply_to_comment": entry.reply_to.id}
    return shape


def thread_shape(world: World, root: Entry, view: CommentView) -> Shape:
    """The first replies under a comment, oldest first whatever the order of the level above."""
    post_author = root.post.message.author_id if root.post else 0
    is_open = can_comment(root.post)
    shape: Shape = {
        "count": len(root.replies),
        "items": [comment_shape(world, reply, view) for reply in root.replies[: view.thread_items_count]],
        "can_post": is_open,
        "show_reply_button": is_open,
        "groups_can_post": is_open,
    }
    if any(reply.is_present and reply.message.author_id == post_author for reply in root.replies):
        shape["author_replied"] = True
    return shape


def can_comment(post: Entry | None) -> bool:
    """Whether anybody may still write under the post."""
    return not (post and (post.message.comments_closed or post.message.comments_hidden))


def preview(text: str, length: int) -> str:
    """The text cut after the last whole word within `length` characters; 0 leaves it whole."""
    if not length or len(text) <= length:
        return text
    cut = text[:length]
    whole_words = cut[: cut.rfind(" ")] if " " in cut and not text[length].isspace() else cut
    return whole_words.rstrip() + "…"


def likes_shape(entry: Entry) -> Shape:
    return {"count": entry.id * 7 % 11, "user_likes": 0, "can_like": 1}


def attachments_shape(entry: Entry) -> list[Shape]:
    """Attachments by their kinds; one that is not known here comes with an empty payload, as VK sends new kinds."""
    date = int(entry.message.at.timestamp())
    known = attachment_payloads(entry.message.author_id, entry.id, date)
    return [{"type": kind, kind: known.get(kind)} for kind in entry.message.attachments]


def attachment_payloads(owner_id: int, number: int, date: int) -> Mapping[str, Shape]:
    own = {"id": number, "owner_id": owner_id}
    size = {"type": "x", "url": f"{PICTURE}/{number}.jpg", "width": 604, "height": 403}
    return {
        "photo": {**own, "album_id": -7, "date": date, "text": "", "access_key": f"key{number}", "sizes": [size]},
        "video": {**own, "title": "Видео", "date": date, "duration": 30},
        "doc": {**own, "title": "Документ", "date": date, "size": 1024, "ext": "pdf", "type": 1},
        "audio": {**own, "artist": "Исполнитель", "title": "Запись", "duration": 180},
        "link": {"url": "https://otklik.invalid/", "title": "Ссылка"},
        "sticker": {"sticker_id": number, "product_id": 1, "inner_type": "base_sticker_new"},
    }
