"""Groups, people, topics and comments as OK writes them in JSON. Keys without a value are left out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.ok.emulator.call import Call
from connectors.ok.emulator.wall import Entry
from connectors.ok.emulator.world import reference
from connectors.sdk.emulation.town import TownPage, TownPerson

Shape = dict[str, Any]

MOSCOW = ZoneInfo("Europe/Moscow")
PICTURE = "https://ok.invalid/picture"
"""Pictures are named but never served; their host cannot exist."""

NAMED_FIELDS = ("author_name", "author_ref", "author_type", "date_ms", "reply_to_name", "attachments")
"""Fields of a comment that come only when they are asked for."""


def moscow_date(moment: datetime) -> str:
    """A date without a zone, as OK writes it."""
    return moment.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")


def group_shape(page: TownPage, fields: Iterable[str]) -> Shape:
    """A group with the asked fields; the id always comes."""
    known: Shape = {
        "uid": str(page.id),
        "name": page.name,
        "shortname": page.screen_name,
        "description": page.name,
        "members_count": page.members,
        "pic_avatar": f"{PICTURE}/{page.id}.jpg",
        "private": page.closed,
    }
    return {name: known[name] for name in ("uid", *(field.strip().lower() for field in fields)) if name in known}


def person_shape(person: TownPerson) -> Shape:
    return {
        "uid": str(person.id),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": f"{person.first_name} {person.last_name}",
    }


def topic_shape(call: Call, topic: Entry, *, media_limit: int | None = None) -> Shape:
    """A topic; its text is the first block of its media."""
    text = call.world.text_of(topic)
    blocks: list[Shape] = [{"type": "text", "text": text, "text_tokens": [{"text": text}]}] if text else []
    blocks += [{"type": kind, f"{kind}_refs": [f"{kind}:{topic.id}"]} for kind in topic.message.attachments]
    if topic.message.repost_of_key:
        blocks.append({"type": "topic", "reshare": True})
    shape: Shape = {
        "id": topic.id,
        "created_ms": topic.order[0],
        "author_ref": reference(topic.message.author_id),
        "owner_ref": reference(-topic.message.page_id),
        "discussion_summary": {"discussion_id": topic.id, "discussion_type": "GROUP_TOPIC", "comments_count": len(topic.comments)},
        "like_summary": {"count": topic.number * 7 % 11, "like_id": f"like{topic.number}"},
        "reshare_summary": {"count": topic.number % 3},
    }
    if blocks:
        shape["media"] = blocks[:media_limit]
    if topic.message.pinned:
        shape["is_pinned"] = True
    if topic.message.comments_closed:
        shape["is_commenting_denied"] = True
    return shape


def comment_shape(call: Call, comment: Entry) -> Shape:
    """A comment with the fields that always come and those that were asked for."""
    author_id, reply_to = comment.message.author_id, comment.reply_to
    shape: Shape = {
        "id": comment.id,
        "author_id": str(abs(author_id)),
        "text": call.world.text_of(comment),
        "date": moscow_date(comment.message.at),
        "type": "ACTIVE_MESSAGE",
        "like_count": comment.number * 3 % 7,
        "liked_it": False,
        "attrs": {"flags": "l,s"},
    }
    if reply_to:
        shape |= {"reply_to_comment_id": reply_to.id, "reply_to_id": str(abs(reply_to.message.author_id))}
    named: Shape = {
        "author_name": call.world.name(author_id),
        "author_ref": reference(author_id),
        "author_type": "GROUP" if author_id < 0 else "",
        "date_ms": comment.order[0],
        "reply_to_name": call.world.name(reply_to.message.author_id) if reply_to else "",
        "attachments": [{"type": kind.upper()} for kind in comment.message.attachments],
    }
    return shape | {name: named[name] for name in NAMED_FIELDS if named[name] and call.parameters.wants("comment", name)}


def discussion_shape(call: Call, topic: Entry) -> Shape:
    """A topic as the subject of a discussion."""
    page = call.world.replay.pages[topic.message.page_id]
    text, author_id = call.world.text_of(topic), topic.message.author_id
    last = topic.comments[-1].message.at if topic.comments else topic.message.at
    return {
        "object_id": topic.id,
        "object_type": "GROUP_TOPIC",
        "title": text[:40],
        "message": text,
        "creation_date": moscow_date(topic.message.at),
        "last_activity_date": moscow_date(last),
        "total_comments_count": len(topic.comments),
        "new_comments_count": 0,
        "like_count": topic.number * 7 % 11,
        "liked_it": False,
        "owner_uid": str(abs(author_id)),
        "ref_objects": [{"type": "GROUP", "id": str(page.id)}],
        "attrs": {"flags": "l,s" if topic.message.comments_closed else "c,l,s"},
    }
