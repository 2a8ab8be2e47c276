"""OK's shapes as the core's messages.

Walls and authors go by OK's own references: "group:7" for a group, as a wall and as an author alike, "user:5" for a person.
The text stays as OK gives it, a mention written `{user:5}Имя{user}` included; whom it addresses stands apart in `mentions`.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from connectors.ok import settings
from connectors.ok.fields import REFERENCE
from connectors.ok.schemas import OkComment, OkGroup, OkTopic
from connectors.sdk.contract import Author, Message, MessageType, PostRef, ResolvedSource, Wall
from connectors.sdk.errors import SourceGone

MENTION = re.compile(r"\{(user|group):(\d{1,20})\}.{0,300}?\{\1\}", re.DOTALL)


def wall_of(group_id: str) -> Wall:
    """The wall of a group by its id."""
    return Wall(settings.NETWORK, f"group:{group_id}")


def group_id_of(wall: Wall) -> str:
    """The group's id as OK's methods want it; `SourceGone` for what cannot be the wall of a group."""
    found = REFERENCE.fullmatch(wall.external_id)
    if found is None or found.group(1) != "group":
        raise SourceGone(f"{wall.external_id[:80]!r} is no group of OK; its wall has an id like 'group:53038939046008'")
    return found.group(2)


def group_url(group_id: str) -> str:
    """The address that outlives a change of the short name."""
    return f"{settings.SITE}/group/{group_id}"


def topic_url(wall: Wall, topic_id: str) -> str:
    return f"{group_url(wall.external_id.removeprefix('group:'))}/topic/{topic_id}"


def comment_url(post: PostRef, comment_id: str) -> str:
    """The address of the topic, as OK has none for a comment; behind the # is what tells it from the others."""
    return f"{topic_url(post.wall, post.external_id)}#{quote(comment_id, safe='')}"


def topic_message(topic: OkTopic, wall: Wall) -> Message:
    """A topic as a message of the wall it was read from."""
    author = topic.author or wall.external_id
    return Message(
        type=MessageType.POST,
        external_id=topic.id,
        wall=wall,
        url=topic_url(wall, topic.id),
        published_at=topic.created_at,
        author=Author(author, is_community=author.startswith("group:")),
        text=topic.text,
        mentions=mentions(topic.text),
        attachments=topic.attachments,
        comment_count=topic.comment_count,
        comments_closed=topic.comments_closed,
    )


def comment_message(comment: OkComment, post: PostRef, names: Mapping[str, str]) -> Message:
    """A comment as a message. OK keeps one level, so there are no roots; whom it answers is addressed as well."""
    reply_to = reply_target(comment, post.wall)
    return Message(
        type=MessageType.COMMENT,
        external_id=comment.id,
        wall=post.wall,
        url=comment_url(post, comment.id),
        published_at=comment.published_at,
        author=comment_author(comment, names),
        text=comment.text,
        post_id=post.external_id,
        reply_to_id=comment.reply_to_comment_id,
        mentions=tuple(dict.fromkeys([*([reply_to] if reply_to else []), *mentions(comment.text or "")])),
        attachments=comment.attachments,
        deleted=comment.is_removed,
    )


def comment_author(comment: OkComment, names: Mapping[str, str]) -> Author | None:
    if comment.author is None:
        return None
    name = comment.author_name or names.get(comment.author)
    return Author(comment.author, name, is_community=comment.author.startswith("group:"))


def reply_target(comment: OkComment, wall: Wall) -> str | None:
    """The author whom the comment answers: the wall's own group, or else a person."""
    if comment.reply_to_id is None or comment.is_removed:
        return None
    own_id = wall.external_id.removeprefix("group:")
    return wall.external_id if comment.reply_to_id == own_id else f"user:{comment.reply_to_id}"


def mentions(text: str) -> tuple[str, ...]:
    """References to the authors that the text addresses, each once, in their order."""
    return tuple(dict.fromkeys(f"{found.group(1)}:{found.group(2)}" for found in MENTION.finditer(text)))


def resolved_source(group: OkGroup) -> ResolvedSource:
    """A group as the registry shows it."""
    return ResolvedSource(
        wall=wall_of(group.id),
        name=group.name,
        url=group_url(group.id),
        screen_name=group.shortname,
        closed=group.is_closed,
        members=group.members,
    )
