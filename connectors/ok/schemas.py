"""OK's answers as values: unknown fields are passed over, missing ones tolerated, unreadable entries counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from connectors.ok.api import Answer
from connectors.ok.fields import flag, moment, moscow_moment, number_id, opaque_id, reference
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.fields import line, mapping, records, whole

Entry = TypeVar("Entry")

GONE_TYPES = ("REMOVED", "DELETED")
"""Beginnings of `type` of a comment that is only a stub; a standing one is an ACTIVE_MESSAGE."""


class Malformed(ValueError):
    """An entry of a list that lacks what every entry has."""


@dataclass(frozen=True, slots=True)
class OkTopic:
    """A topic as OK shows it. `author` is a reference ("group:7", "user:5"); `blocks` counts its media."""

    id: str
    created_at: datetime
    text: str
    author: str | None
    attachments: tuple[str, ...] = ()
    blocks: int = 0
    comment_count: int | None = None
    is_pinned: bool = False
    comments_closed: bool = False


@dataclass(frozen=True, slots=True)
class OkComment:
    """A comment as OK shows it; a removed one has neither author nor text. `author` is a reference."""

    id: str
    published_at: datetime
    author: str | None
    text: str | None
    author_name: str | None = None
    reply_to_comment_id: str | None = None
    reply_to_id: str | None = None
    attachments: tuple[str, ...] = ()
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class OkGroup:
    """A group of `group.getInfo`."""

    id: str
    name: str
    shortname: str | None
    is_closed: bool
    members: int | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """A page of entries. `ids` are those of unreadable entries too; `has_more` is `None` where OK does not say.

    `subject` is the discussion that OK says it has listed.
    """

    entries: tuple[Entry, ...]
    ids: tuple[str, ...]
    anchor: str
    has_more: bool | None
    names: Mapping[str, str] = field(repr=False)
    subject: str | None = None
    skipped: int = 0


def read_topics(answer: Answer) -> Listing[OkTopic]:
    """Topics of mediatopic.getTopics and mediatopic.getByIds; a missing key is an empty list."""
    return _listing(answer, "media_topics", read_topic, number_id)


def read_comments(answer: Answer) -> Listing[OkComment]:
    """Comments of discussions.getComments, or of discussions.getDiscussionComments with its odd key."""
    key = "commentss" if "commentss" in mapping(answer.document) else "comments"
    return _listing(answer, key, read_comment, opaque_id)


def read_counts(answer: Answer) -> dict[str, int]:
    """Counters of mediatopic.getByIds by topic; a topic without one has no discussion yet."""
    found = {number_id(entry.get("id")): entry for entry in records(mapping(answer.document).get("media_topics"))}
    return {topic_id: _comment_count(entry) or 0 for topic_id, entry in found.items() if topic_id}


def read_groups(answer: Answer) -> tuple[OkGroup, ...]:
    """Groups of group.getInfo."""
    if not isinstance(answer.document, list | None):
        raise UnexpectedResponse(f"{answer.method}: no list of groups in the answer")
    return tuple(_group(entry) for entry in records(answer.document) if number_id(entry.get("uid")))


def read_address(answer: Answer) -> tuple[str, str] | None:
    """Kind and id of what url.getInfo found; `None` when it knows nothing of the address."""
    if not isinstance(answer.document, dict | None):
        raise UnexpectedResponse(f"{answer.method}: no object in the answer")
    fields = mapping(answer.document)
    kind, found = line(fields.get("type")).upper(), number_id(fields.get("objectIdStr")) or number_id(fields.get("objectId"))
    return (kind, found) if kind and kind != "UNKNOWN" and found else None


def read_names(answer: Answer) -> dict[str, str]:
    """Names of users.getInfo by reference."""
    return _names({"users": answer.document})


def read_new_comment(answer: Answer) -> str | None:
    """The id of a comment just written, in any shape that has been described for it."""
    document = answer.document
    inner = mapping(document).get("comment", document)
    fields = mapping(inner)
    return opaque_id(inner) or opaque_id(fields.get("id")) or opaque_id(fields.get("comment_id"))


def read_topic(entry: Mapping[str, Any]) -> OkTopic:
    """One topic with the texts of all its blocks."""
    topic_id, created_at = number_id(entry.get("id")), moment(entry.get("created_ms"))
    if topic_id is None or created_at is None:
        raise Malformed("no id or moment")
    blocks = records(entry.get("media"))
    return OkTopic(
        id=topic_id,
        created_at=created_at,
        text="\n".join(filter(None, (_block_text(block) for block in blocks))),
        author=reference(entry.get("author_ref")),
        attachments=tuple(kind for block in blocks if (kind := line(block.get("type")).lower()) and kind != "text"),
        blocks=len(blocks),
        comment_count=_comment_count(entry),
        is_pinned=flag(entry.get("is_pinned")) or flag(entry.get("pinned")),
        comments_closed=flag(entry.get("is_commenting_denied")),
    )


def read_comment(entry: Mapping[str, Any]) -> OkComment:
    """One comment; its moment comes from the milliseconds, or else from the date by Moscow's clock."""
    comment_id, published_at = opaque_id(entry.get("id")), moment(entry.get("date_ms")) or moscow_moment(entry.get("date"))
    if comment_id is None or published_at is None:
        raise Malformed("no id or moment")
    is_removed = line(entry.get("type")).upper().startswith(GONE_TYPES)
    author = None if is_removed else _author(entry)
    if author is None and not is_removed:
        raise Malformed("no author")
    return OkComment(
        id=comment_id,
        published_at=published_at,
        author=author,
        text=None if is_removed else line(entry.get("text")),
        author_name=None if is_removed else line(entry.get("author_name")).strip() or None,
        reply_to_comment_id=opaque_id(entry.get("reply_to_comment_id")),
        reply_to_id=number_id(entry.get("reply_to_id")),
        attachments=() if is_removed else _attachments(entry),
        is_removed=is_removed,
    )


def _listing(answer: Answer, key: str, read: Callable[[Mapping[str, Any]], Entry], read_id: Callable[[Any], str | None]) -> Listing[Entry]:
    """Raises `UnexpectedResponse` for a shape that holds no list, and when of several entries none can be read."""
    document = {} if answer.document in (None, []) else answer.document
    items = document.get(key) or [] if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise UnexpectedResponse(f"{answer.method}: no list of entries in the answer")
    entries = tuple(entry for item in items if (entry := _readable(read, item)) is not None)
    if len(items) > 1 and not entries:
        raise UnexpectedResponse(f"{answer.method}: none of {len(items)} entries can be read")
    skipped = len(items) - len(entries)
    if skipped:
        structlog.get_logger(__name__).warning("ok_entries_skipped", method=answer.method, skipped=skipped, entries=len(items))
    ids = tuple(found for item in records(items) if (found := read_id(item.get("id"))) is not None)
    more = document.get("has_more")
    has_more = None if more is None else flag(more)
    names, subject = _names(mapping(document.get("entities"))), number_id(document.get("discussionId"))
    return Listing(entries, ids, line(document.get("anchor")), has_more, names, subject, skipped)


def _readable(read: Callable[[Mapping[str, Any]], Entry], item: Any) -> Entry | None:
    try:
        return read(mapping(item))
    except Malformed:
        return None


def _author(entry: Mapping[str, Any]) -> str | None:
    """Who wrote, as a reference; a group is named by `author_ref` or by `author_type`."""
    author_ref, author_id = reference(entry.get("author_ref")), number_id(entry.get("author_id"))
    is_group = line(entry.get("author_type")).upper() == "GROUP"
    if author_ref and (author_ref.startswith("group:") or not is_group):
        return author_ref
    return f"{'group' if is_group else 'user'}:{author_id}" if author_id else None


def _attachments(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(kind for part in records(entry.get("attachments")) if (kind := line(part.get("type")).lower()))


def _block_text(block: Mapping[str, Any]) -> str:
    """The text of a text block, put together from its tokens where it is not given whole."""
    if line(block.get("type")).lower() != "text":
        return ""
    return line(block.get("text")) or "".join(line(token.get("text")) for token in records(block.get("text_tokens")))


def _comment_count(entry: Mapping[str, Any]) -> int | None:
    return whole(mapping(entry.get("discussion_summary")).get("comments_count"))


def _group(entry: Mapping[str, Any]) -> OkGroup:
    return OkGroup(
        id=number_id(entry.get("uid")) or "",
        name=line(entry.get("name")).strip(),
        shortname=line(entry.get("shortname")) or None,
        is_closed=flag(entry.get("private")),
        members=whole(entry.get("members_count")),
    )


def _names(entities: Mapping[str, Any]) -> dict[str, str]:
    """Names of people and groups by reference."""
    names = {}
    for kind, entries in (("user", entities.get("users")), ("group", entities.get("groups"))):
        for entry in records(entries):
            full = f"{line(entry.get('first_name'))} {line(entry.get('last_name'))}".strip()
            names[f"{kind}:{number_id(entry.get('uid'))}"] = line(entry.get("name")).strip() or full
    return {author: name for author, name in names.items() if name}
