"""Pushed events: how VK writes them to a callback server and to a long poll, and what each tells.

The two ways carry the same envelope, `{"type", "group_id", "event_id", "object", …}`; only a callback adds our secret.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.sdk.contract import Message, MessageType, PostRef, PushedChange, PushedEvent, PushedNews, Wall
from connectors.sdk.errors import AuthenticationFailed, UnexpectedResponse
from connectors.sdk.fields import mapping, whole
from connectors.vk.mapping import TOPIC, comment_message, comment_url, direct_message, post_message, wall_of
from connectors.vk.schemas import Malformed, read_comment, read_post

CONFIRMATION = "confirmation"
MOST_LETTERS = 100
MOST_RETRIES = 1000
FIRST_CHAT = 2_000_000_000
"""Peer ids from here on are chats of several people."""
UNPUBLISHED = frozenset({"suggest", "postpone"})


def parse_envelope(headers: Mapping[str, str], body: bytes, *, secret: str) -> PushedEvent:
    """The event of a callback; `AuthenticationFailed` unless it carries the secret that we gave VK.

    VK asks for confirmation before it knows the secret, so that request alone may come without one.
    """
    envelope = read_envelope(body)
    shown = envelope.get("secret")
    is_shown = hmac.compare_digest((shown if isinstance(shown, str) else "").encode("utf-8", "replace"), secret.encode())
    asks_confirmation = envelope["type"] == CONFIRMATION
    if not is_shown and not (asks_confirmation and shown is None):
        raise AuthenticationFailed("the event does not carry the secret that VK was given")
    retries = max(0, whole(headers.get("x-retry-counter")) or 0)
    return replace(kept_event(envelope), asks_confirmation=asks_confirmation, retries=min(retries, MOST_RETRIES))


def read_envelope(body: bytes) -> dict[str, Any]:
    """The envelope with its type and community; `UnexpectedResponse` for anything else."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        raise UnexpectedResponse("the event is no JSON") from None
    kind = envelope.get("type") if isinstance(envelope, dict) else None
    if not isinstance(kind, str) or not 0 < len(kind) <= MOST_LETTERS or (whole(envelope.get("group_id")) or 0) <= 0:
        raise UnexpectedResponse("the event has no type or no group_id")
    return dict(envelope)


def kept_event(envelope: Mapping[str, Any]) -> PushedEvent:
    """An envelope as it is kept: without the secret. One without an id (before 5.103) gets the digest of what it says."""
    kept = {name: value for name, value in envelope.items() if name != "secret"}
    raw = json.dumps(kept, separators=(",", ":"), sort_keys=True).encode()
    given = envelope.get("event_id")
    is_fit = isinstance(given, str) and 0 < len(given) <= MOST_LETTERS and given.isprintable() and given.isascii()
    event_id = str(given) if is_fit else hashlib.sha256(raw).hexdigest()
    return PushedEvent(event_id, wall_of(whole(envelope.get("group_id")) or 0), raw)


def read_event(raw: bytes, *, received_at: datetime) -> PushedNews | None:
    """What a kept event tells; `None` for the many kinds that are of no interest."""
    envelope = read_envelope(raw)
    reader = READERS.get(envelope["type"])
    if reader is None:
        return None
    change, read = reader
    try:
        message = read(wall_of(whole(envelope["group_id"]) or 0), mapping(envelope.get("object")), change, received_at)
    except Malformed as error:
        raise UnexpectedResponse(f"the event {envelope['type']} cannot be read: {error}") from None
    return None if message is None else PushedNews(change, message)


def read_wall_post(wall: Wall, entry: Mapping[str, Any], change: PushedChange, received_at: datetime) -> Message | None:
    """A post of the wall that all can see: suggested and postponed ones are none yet, and are pushed again once they are."""
    if entry.get("post_type") in UNPUBLISHED or not stands_on(wall, entry):
        return None
    return post_message(read_post(entry, int(wall.external_id)), {})


def stands_on(wall: Wall, entry: Mapping[str, Any]) -> bool:
    """Whether it stands on the community's own wall: what others write on theirs is no news of the page."""
    return (whole(entry.get("owner_id")) or int(wall.external_id)) == int(wall.external_id)


def read_wall_reply(wall: Wall, entry: Mapping[str, Any], change: PushedChange, received_at: datetime) -> Message | None:
    post_id = whole(entry.get("post_id"))
    if not post_id:
        raise Malformed("no post_id")
    if not stands_on(wall, entry):
        return None
    post = PostRef(wall, str(post_id))
    return stub(post, entry, received_at) if change is PushedChange.DELETED else comment_message(read_comment(entry), post, {})


def read_board_post(wall: Wall, entry: Mapping[str, Any], change: PushedChange, received_at: datetime) -> Message:
    topic_id = whole(entry.get("topic_id"))
    if not topic_id or topic_id < 0:
        raise Malformed("no topic_id")
    topic = PostRef(wall, f"{TOPIC}{topic_id}")
    return stub(topic, entry, received_at) if change is PushedChange.DELETED else comment_message(read_comment(entry), topic, {})


def read_direct(wall: Wall, entry: Mapping[str, Any], change: PushedChange, received_at: datetime) -> Message | None:
    """A private message; those of group chats are none of a resident's own."""
    fields = mapping(entry.get("message")) or entry
    peer_id = whole(fields.get("peer_id")) or 0
    if not 0 < peer_id < FIRST_CHAT:
        return None
    within_dialogue = whole(fields.get("conversation_message_id")) or whole(fields.get("id"))
    return direct_message(read_comment({**fields, "id": within_dialogue}), wall, peer_id)


def stub(post: PostRef, entry: Mapping[str, Any], received_at: datetime) -> Message:
    """All that VK tells of a deleted comment is its id: it stands under the moment at which we heard of it."""
    comment_id = whole(entry.get("id"))
    if not comment_id:
        raise Malformed("no id")
    url = comment_url(post, str(comment_id), None)
    return Message(MessageType.COMMENT, str(comment_id), post.wall, url, received_at, None, None, post_id=post.external_id, deleted=True)


Reader = Callable[[Wall, Mapping[str, Any], PushedChange, datetime], Message | None]

READERS: Mapping[str, tuple[PushedChange, Reader]] = {
    "wall_post_new": (PushedChange.APPEARED, read_wall_post),
    "wall_reply_new": (PushedChange.APPEARED, read_wall_reply),
    "wall_reply_edit": (PushedChange.EDITED, read_wall_reply),
    "wall_reply_delete": (PushedChange.DELETED, read_wall_reply),
    "wall_reply_restore": (PushedChange.RESTORED, read_wall_reply),
    "message_new": (PushedChange.APPEARED, read_direct),
    "message_reply": (PushedChange.APPEARED, read_direct),
    "message_edit": (PushedChange.EDITED, read_direct),
    "board_post_new": (PushedChange.APPEARED, read_board_post),
    "board_post_edit": (PushedChange.EDITED, read_board_post),
    "board_post_delete": (PushedChange.DELETED, read_board_post),
    "board_post_restore": (PushedChange.RESTORED, read_board_post),
}
"""VK pushes no edits and no deletions of posts: those are found by polling only. `wall_repost` tells of posts on other people's walls."""
