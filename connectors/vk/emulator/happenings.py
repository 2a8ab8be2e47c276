"""What happens in the world as VK's events tell it: their type and object."""

from typing import Any

from connectors.vk.emulator.shapes import CommentView, base_post_shape, present_comment_shape
from connectors.vk.emulator.wall import Entry
from connectors.vk.emulator.world import Happening, World

WHOLE = CommentView(preview_length=0)
COMMENT_EVENTS = {
    Happening.APPEARED: "wall_reply_new",
    Happening.EDITED: "wall_reply_edit",
    Happening.DELETED: "wall_reply_delete",
    Happening.RESTORED: "wall_reply_restore",
}
BOARD_EVENTS = {
    Happening.APPEARED: "board_post_new",
    Happening.EDITED: "board_post_edit",
    Happening.DELETED: "board_post_delete",
    Happening.RESTORED: "board_post_restore",
}
DELETER = 1
"""Who deletes is told, but never whether it was the author."""


def event_of(world: World, happening: Happening, entry: Entry) -> tuple[str, dict[str, Any]] | None:
    """Type and object of the event; `None` for what VK does not push (edits and deletions of posts) and for videos."""
    if entry.post is None and entry.message.on_board:
        return None
    if (entry.post or entry).message.is_video:
        return None
    if entry.post and entry.post.message.on_board:
        return board_event(world, happening, entry, entry.post.id)
    if entry.post is None:
        if happening is not Happening.APPEARED:
            return None
        return "wall_post_new", base_post_shape(world, entry) | {"comments": {"count": 0}, "created_by": entry.message.author_id}
    kind = COMMENT_EVENTS[happening]
    if happening is Happening.DELETED:
        return kind, {"owner_id": entry.owner_id, "id": entry.id, "deleter_id": DELETER, "post_id": entry.post.id}
    return kind, present_comment_shape(world, entry, WHOLE) | {"post_owner_id": entry.owner_id}


def board_event(world: World, happening: Happening, entry: Entry, topic_id: int) -> tuple[str, dict[str, Any]]:
    """A comment on a board: new topics are told by their first comment only."""
    place = {"topic_owner_id": entry.owner_id, "topic_id": topic_id, "id": entry.id}
    if happening is Happening.DELETED:
        return BOARD_EVENTS[happening], place
    about = {"from_id": entry.message.author_id, "date": int(entry.message.at.timestamp()), "text": world.text_of(entry)}
    return BOARD_EVENTS[happening], place | about
