"""discussions.getComments in both directions, its older offset sibling, one comment, the count, and writing."""

import sys
from collections.abc import Sequence
from typing import Any

from connectors.ok.emulator.call import BASIC, WRITING, Call, Method, open_page, read_anchor, write_anchor
from connectors.ok.emulator.refusals import Refusal, invalid
from connectors.ok.emulator.shapes import comment_shape, group_shape, person_shape
from connectors.ok.emulator.wall import Entry, Order, stretch_after, stretch_before
from connectors.sdk.emulation.town import TownMessage

MOST_COMMENTS = 100
LONGEST_COMMENT = 3000
BEGINNING: Order = (-1, 0)
END: Order = (sys.maxsize, 0)
ENDS = {"FIRST": BEGINNING, "LAST": END, "UNREAD": END, "": END}
DIRECTIONS = ("BACKWARD", "FORWARD")


def get_comments(call: Call) -> dict[str, Any]:
    """A page beside the anchor, oldest first; `anchor` is its far end. Without comments their key is missing."""
    topic = subject(call, "discussionId", "discussionType")
    anchor, direction = call.parameters.text("anchor"), call.parameters.choice("direction", DIRECTIONS)
    place = ENDS[anchor] if anchor in ENDS else read_anchor(anchor)
    count, repeats = call.parameters.count(20, most=MOST_COMMENTS), call.quirks.anchors_repeat and anchor not in ENDS
    if direction == "FORWARD":
        shown = stretch_after(topic.comments, (place[0], place[1] - 1) if repeats else place, count)
        far = shown[-1].order if shown else place
        has_more = bool(stretch_after(topic.comments, far, 1))
    else:
        shown = stretch_before(topic.comments, (place[0], place[1] + 1) if repeats else place, count)
        far = shown[0].order if shown else place
        has_more = bool(stretch_before(topic.comments, far, 1))
    answer: dict[str, Any] = {"anchor": write_anchor(far), "has_more": has_more, "discussionId": topic.id, "discussionType": "GROUP_TOPIC"}
    return answer | listed(call, shown)


def listed(call: Call, shown: Sequence[Entry]) -> dict[str, Any]:
    if not shown:
        return {}
    answer: dict[str, Any] = {"comments": [comment_shape(call, comment) for comment in shown]}
    return answer | ({"entities": entities(call, shown)} if call.quirks.entities else {})


def entities(call: Call, shown: Sequence[Entry]) -> dict[str, Any]:
    """Those who wrote, each once."""
    ids, replay = dict.fromkeys(comment.message.author_id for comment in shown), call.world.replay
    people = [person_shape(replay.people[number]) for number in ids if number in replay.people]
    groups = [group_shape(replay.pages[-number], ("uid", "name")) for number in ids if -number in replay.pages]
    return {"users": people, "groups": groups}


def get_comment(call: Call) -> dict[str, Any]:
    topic = subject(call, "discussionId", "discussionType")
    return {"comment": comment_shape(call, standing(call, topic, "comment_id"))}


def get_discussion_comments(call: Call) -> dict[str, Any]:
    """Comments by offset, oldest first, under OK's odd key."""
    topic, offset = subject(call, "entityId", "entityType"), call.parameters.text("offset") or "0"
    if not offset.isdecimal():
        raise invalid("offset", offset)
    shown = topic.comments[int(offset) :][: call.parameters.count(20, most=MOST_COMMENTS)]
    return {"commentss": [comment_shape(call, comment) for comment in shown]} if shown else {}


def get_discussion_comments_count(call: Call) -> dict[str, Any]:
    return {"commentsCount": len(subject(call, "entityId", "entityType").comments)}


def add_discussion_comment(call: Call) -> dict[str, Any]:
    """Writes as the group (`as_admin`) for its administrator; OK knows no key against repeats here."""
    topic, text = subject(call, "entityId", "entityType"), call.parameters.required("comment")
    page_id = topic.message.page_id
    if call.parameters.flag("as_admin") and page_id not in call.administered:
        raise Refusal(50, "User is not an administrator of the group")
    if not call.parameters.flag("as_admin"):
        raise Refusal(10, "The emulated token has no person behind it")
    if topic.message.comments_closed:
        raise Refusal(458, "Commenting is switched off")
    if len(text) > LONGEST_COMMENT:
        raise invalid("comment", "too long")
    above = standing(call, topic, "reply_to_comment_id") if call.parameters.text("reply_to_comment_id") else None
    message = TownMessage(
        key=f"written:{page_id}:{len(call.world.entries) + 1}",
        page_id=page_id,
        author_id=-page_id,
        at=call.world.now,
        text=text,
        post_key=topic.message.key,
        reply_to_key=above.message.key if above else None,
    )
    call.world.replay.write(message)
    return {"comment": comment_shape(call, call.world.entries[message.key])}


def subject(call: Call, identifier: str, kind: str) -> Entry:
    """The topic under discussion, refused where a stranger may not read its comments."""
    topic_id, discussion_type = call.parameters.required(identifier), call.parameters.required(kind)
    topic = call.world.topic(topic_id) if discussion_type == "GROUP_TOPIC" else None
    if topic is None:
        raise Refusal(300, f"Discussion {topic_id[:30]} is not found")
    open_page(call.world, topic.message.page_id)
    if topic.message.comments_hidden:
        raise Refusal(458, "Comments are hidden")
    return topic


def standing(call: Call, topic: Entry, parameter: str) -> Entry:
    """The comment that a parameter names."""
    comment = call.world.comment(topic, call.parameters.required(parameter))
    if comment is None:
        raise Refusal(700, "Comment is not found")
    return comment


READING = {
    "discussions.getComments": Method(BASIC, get_comments),
    "discussions.getComment": Method(BASIC, get_comment),
    "discussions.getDiscussionComments": Method(BASIC, get_discussion_comments),
    "discussions.getDiscussionCommentsCount": Method(BASIC, get_discussion_comments_count),
}
WRITE = {"discussions.addDiscussionComment": Method(WRITING, add_discussion_comment)}
