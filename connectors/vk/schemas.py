"""VK's answers as values: unknown fields are passed over, missing ones tolerated, unreadable entries counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import line, mapping, records, whole
from connectors.vk.api import Answer
from connectors.vk.fields import flag, is_no, moment

Entry = TypeVar("Entry")


class Malformed(ValueError):
    """An entry of a list that lacks what every entry has."""


@dataclass(frozen=True, slots=True)
class VkPost:
    """A post as VK shows it. `comments_closed` when neither people nor communities may comment; `None` where VK does not tell."""

    id: int
    owner_id: int
    from_id: int
    date: datetime
    text: str
    edited: datetime | None = None
    is_pinned: bool = False
    is_deleted: bool = False
    comment_count: int | None = None
    comments_closed: bool | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VkComment:
    """A comment as VK shows it; a deleted one has neither author nor text. `thread` holds its first replies."""

    id: int
    date: datetime
    from_id: int | None
    text: str | None
    is_deleted: bool = False
    parents: tuple[int, ...] = ()
    reply_to: int | None = None
    attachments: tuple[str, ...] = ()
    thread_count: int = 0
    thread: tuple["VkComment", ...] = ()


@dataclass(frozen=True, slots=True)
class VkCommunity:
    """A community of `groups.getById`; `is_gone` when it was deleted or blocked."""

    id: int
    name: str
    screen_name: str | None
    is_closed: bool
    is_gone: bool
    members: int | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """A page of entries. `ids` are those of unreadable entries too; `level` counts this level, `total` all below as well."""

    entries: tuple[Entry, ...]
    ids: tuple[int, ...]
    total: int
    level: int
    names: Mapping[int, str] = field(repr=False)
    skipped: int = 0


def read_posts(answer: Answer, *, owner_id: int | None = None) -> Listing[VkPost]:
    """Posts of wall.get and wall.getById, the latter also as the bare list of older versions."""
    return read_listing(answer, lambda entry: read_post(entry, owner_id))


def read_comments(answer: Answer) -> Listing[VkComment]:
    """Comments of wall.getComments."""
    return read_listing(answer, read_comment)


def read_communities(answer: Answer) -> tuple[VkCommunity, ...]:
    """Communities of groups.getById: `{"groups": […]}`, or the bare list before 5.139."""
    response = answer.response
    entries = response.get("groups") if isinstance(response, dict) else response
    if not isinstance(entries, list):
        raise UnexpectedResponse(f"{answer.method}: no list of communities in the answer")
    return tuple(_community(entry) for entry in records(entries) if whole(entry.get("id")))


def read_people(answer: Answer) -> dict[str, str]:
    """Names of users.get by id."""
    return {str(number): name for number, name in _names({"profiles": answer.response}).items()}


def read_screen_name(answer: Answer) -> tuple[str, int] | None:
    """Kind and id of utils.resolveScreenName; `None` for an unknown name, which VK tells by an empty list."""
    response = answer.response
    if response in ([], {}, None):
        return None
    kind, found = (response.get("type"), whole(response.get("object_id"))) if isinstance(response, dict) else (None, None)
    if not isinstance(kind, str) or found is None:
        raise UnexpectedResponse(f"{answer.method}: neither type nor id in the answer")
    return kind, found


def read_comment_id(answer: Answer) -> tuple[int, tuple[int, ...]]:
    """Id and ancestors of the comment that wall.createComment has made."""
    response = answer.response
    comment_id = whole(response.get("comment_id")) if isinstance(response, dict) else None
    if comment_id is None:
        raise UnexpectedResponse(f"{answer.method}: no comment_id in the answer")
    return comment_id, _parents(response)


def read_post(entry: Any, owner_id: int | None = None) -> VkPost:
    """One post; `owner_id` stands in where an old shape leaves it out."""
    number, date = _identity(entry)
    owner = whole(entry.get("owner_id")) or owner_id
    if owner is None:
        raise Malformed("no owner")
    comments = mapping(entry.get("comments"))
    history = ("repost",) if records(entry.get("copy_history")) else ()
    return VkPost(
        id=number,
        owner_id=owner,
        from_id=whole(entry.get("from_id")) or owner,
        date=date,
        text=line(entry.get("text")),
        edited=moment(entry.get("edited")),
        is_pinned=flag(entry.get("is_pinned")),
        is_deleted=flag(entry.get("is_deleted")),
        comment_count=whole(comments.get("count")),
        comments_closed=_comments_closed(comments),
        attachments=_attachments(entry) + history,
    )


def read_comment(entry: Any) -> VkComment:
    """One comment with the replies that came with it; an unreadable reply is left out, and so the thread looks incomplete."""
    number, date = _identity(entry)
    is_deleted = flag(entry.get("deleted"))
    thread = mapping(entry.get("thread"))
    replies = tuple(reply for item in records(thread.get("items")) if (reply := _readable(read_comment, item)))
    return VkComment(
        id=number,
        date=date,
        from_id=None if is_deleted else whole(entry.get("from_id")) or None,
        text=None if is_deleted else line(entry.get("text")),
        is_deleted=is_deleted,
        parents=_parents(entry),
        reply_to=whole(entry.get("reply_to_comment")) or None,
        attachments=() if is_deleted else _attachments(entry),
        thread_count=whole(thread.get("count")) or len(replies),
        thread=replies,
    )


def read_listing(answer: Answer, read: Callable[[Any], Entry]) -> Listing[Entry]:
    """A page of entries, each by `read`, which raises `Malformed`.

    Raises `UnexpectedResponse` for a shape that is no list at all, and when of several entries none can be read."""
    response = answer.response
    items = response.get("items") if isinstance(response, dict) else response
    if not isinstance(items, list):
        raise UnexpectedResponse(f"{answer.method}: no list of entries in the answer")
    entries = tuple(entry for item in items if (entry := _readable(read, item)) is not None)
    if len(items) > 1 and not entries:
        raise UnexpectedResponse(f"{answer.method}: none of {len(items)} entries can be read")
    skipped = len(items) - len(entries)
    if skipped:
        structlog.get_logger(__name__).warning("vk_entries_skipped", method=answer.method, skipped=skipped, entries=len(items))
    extra = mapping(response)
    total, level = _counts(extra, len(items))
    ids = tuple(number for item in records(items) if (number := whole(item.get("id"))) is not None)
    return Listing(entries, ids, total, level, _names(extra), skipped)


def _counts(response: Mapping[str, Any], found: int) -> tuple[int, int]:
    """Total and level; a recorded answer has the two the other way round, but a level never exceeds the total."""
    count = whole(response.get("count"))
    level = whole(response.get("current_level_count"))
    counts = [number for number in (count, level) if number is not None] or [found]
    return max(counts), min(counts)


def _readable(read: Callable[[Any], Entry], item: Any) -> Entry | None:
    try:
        return read(item)
    except Malformed:
        return None


def _identity(entry: Any) -> tuple[int, datetime]:
    if not isinstance(entry, dict):
        raise Malformed("not an object")
    number, date = whole(entry.get("id")), moment(entry.get("date"))
    if not number or number < 0 or date is None:
        raise Malformed("no id or date")
    return number, date


def _parents(entry: Mapping[str, Any]) -> tuple[int, ...]:
    stack = entry.get("parents_stack")
    return tuple(number for item in stack if (number := whole(item))) if isinstance(stack, list) else ()


def _attachments(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(kind for item in records(entry.get("attachments")) if (kind := line(item.get("type"))))


def _comments_closed(comments: Mapping[str, Any]) -> bool | None:
    """A service key may never comment, so that a lone `can_post` of no says nothing; communities must be shut out too."""
    told = [comments.get(name) for name in ("can_post", "groups_can_post")]
    if any(value is not None and not is_no(value) for value in told):
        return False
    return True if None not in told else None


def _community(entry: Mapping[str, Any]) -> VkCommunity:
    return VkCommunity(
        id=whole(entry.get("id")) or 0,
        name=line(entry.get("name")),
        screen_name=line(entry.get("screen_name")) or None,
        is_closed=(whole(entry.get("is_closed")) or 0) > 0,
        is_gone=bool(entry.get("deactivated")),
        members=whole(entry.get("members_count")),
    )


def _names(response: Mapping[str, Any]) -> dict[int, str]:
    """Names by author id, communities under their negative id."""
    names = {}
    for person in records(response.get("profiles")):
        names[whole(person.get("id")) or 0] = f"{line(person.get('first_name'))} {line(person.get('last_name'))}".strip()
    for community in records(response.get("groups")):
        names[-(whole(community.get("id")) or 0)] = line(community.get("name")).strip()
    return {number: name for number, name in names.items() if number and name}
