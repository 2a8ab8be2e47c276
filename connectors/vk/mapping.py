"""VK's shapes as the core's messages.

The text stays as VK gives it: a mention remains written `[id123|Имя]`, as evidence and for an exact comparison of edits;
whom it addresses stands apart in `mentions`. Markup is a matter of showing, and the core may show the name only.
"""

import re
from collections.abc import Mapping

from connectors.sdk.contract import DIRECT_DIALOGUE, Author, Message, MessageType, PostRef, ResolvedSource, Wall
from connectors.vk import settings
from connectors.vk.schemas import VkComment, VkCommunity, VkPost

SITE = "https://vk.com"
MENTION = re.compile(r"\[(id|club|public|event)(\d{1,18})(?::[^\]|]{0,100})?\|[^\]]{0,300}\]")
"""`[id123|Имя]`, `[club1|Имя]`, and with a place in between: `[id123:bp-1_2|Имя]`."""


TOPIC = "topic"
"""Begins the id of a topic, which stands beside the posts of its page."""
VIDEO = "video"
"""The same for videos and live broadcasts."""
REPLY_ON_BOARD = re.compile(r"\[post(\d{1,18})\|[^\]]*\]")


def wall_of(group_id: int) -> Wall:
    """The wall of a community, by the community's positive id."""
    return Wall(settings.NETWORK, str(-group_id))


def topic_of(post_id: str) -> int | None:
    """The number of a topic, `None` for anything else."""
    return int(post_id.removeprefix(TOPIC)) if post_id.startswith(TOPIC) else None


def video_of(post_id: str) -> int | None:
    """The number of a video, `None` for anything else."""
    return int(post_id.removeprefix(VIDEO)) if post_id.startswith(VIDEO) else None


def post_url(wall: Wall, post_id: str) -> str:
    section = next((section for section in (TOPIC, VIDEO) if post_id.startswith(section)), "")
    return f"{SITE}/{section or 'wall'}{wall.external_id}_{post_id.removeprefix(section)}"


def comment_url(post: PostRef, comment_id: str, root_id: str | None) -> str:
    """The address that opens the page at the comment; of one in a thread with the thread unfolded."""
    if topic_of(post.external_id) is not None:
        return f"{post_url(post.wall, post.external_id)}?post={comment_id}"
    thread = f"&thread={root_id}" if root_id else ""
    return f"{post_url(post.wall, post.external_id)}?reply={comment_id}{thread}"


def post_message(post: VkPost, names: Mapping[int, str]) -> Message:
    """A post as a message of the wall it stands on."""
    wall = Wall(settings.NETWORK, str(post.owner_id))
    return Message(
        type=MessageType.POST,
        external_id=str(post.id),
        wall=wall,
        url=post_url(wall, str(post.id)),
        published_at=post.date,
        author=author(post.from_id, names),
        text=post.text,
        mentions=mentions(post.text),
        attachments=post.attachments,
        edited_at=post.edited,
        comment_count=post.comment_count,
        comments_closed=post.comments_closed,
    )


def comment_message(comment: VkComment, post: PostRef, names: Mapping[int, str], *, root_id: int | None = None) -> Message:
    """A comment as a message; `root_id` is the thread it was listed in, for answers that leave the ancestors out."""
    root = str(comment.parents[0]) if comment.parents else str(root_id) if root_id else None
    above = comment.reply_to or _replied_to(comment.text) or (comment.parents[-1] if comment.parents else root_id)
    return Message(
        type=MessageType.COMMENT,
        external_id=str(comment.id),
        wall=post.wall,
        url=comment_url(post, str(comment.id), root),
        published_at=comment.date,
        author=author(comment.from_id, names) if comment.from_id else None,
        text=comment.text,
        post_id=post.external_id,
        root_id=root,
        reply_to_id=str(above) if above else None,
        mentions=mentions(comment.text or ""),
        attachments=comment.attachments,
        deleted=comment.is_deleted,
    )


def _replied_to(text: str | None) -> int | None:
    """The comment that a comment on a board replies to: boards have no threads, but begin a reply with `[post123|Имя]`."""
    found = REPLY_ON_BOARD.match(text or "")
    return int(found.group(1)) if found else None


def direct_message(message: VkComment, wall: Wall, peer_id: int) -> Message:
    """A private message between a person and the community. What the community writes is addressed to the person."""
    inbox = f"{SITE}/gim{wall.external_id.removeprefix('-')}?sel={peer_id}&msgid={message.id}"
    is_own = str(message.from_id) == wall.external_id
    return Message(
        type=MessageType.DIRECT,
        external_id=str(message.id),
        wall=wall,
        url=inbox,
        published_at=message.date,
        author=author(message.from_id, {}) if message.from_id else None,
        text=message.text,
        post_id=f"{DIRECT_DIALOGUE}{peer_id}",
        mentions=(str(peer_id),) if is_own else (),
        attachments=message.attachments,
    )


def author(from_id: int, names: Mapping[int, str]) -> Author:
    """Who wrote: a person by a positive id, a community by the id of its wall."""
    return Author(str(from_id), names.get(from_id), is_community=from_id < 0)


def mentions(text: str) -> tuple[str, ...]:
    """Ids of the authors that the text addresses, each once, in their order."""
    found = (match.group(2) if match.group(1) == "id" else f"-{match.group(2)}" for match in MENTION.finditer(text))
    return tuple(dict.fromkeys(found))


def resolved_source(community: VkCommunity) -> ResolvedSource:
    """A community as the registry shows it; its address is the one that outlives a change of the short name."""
    return ResolvedSource(
        wall=wall_of(community.id),
        name=community.name,
        url=f"{SITE}/club{community.id}",
        screen_name=community.screen_name,
        closed=community.is_closed,
        members=community.members,
    )
