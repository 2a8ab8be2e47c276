"""mediatopic.getTopics, mediatopic.getByIds and discussions.get."""

import sys
from typing import Any

from connectors.ok.emulator.call import BASIC, Call, Method, open_page, read_anchor, write_anchor
from connectors.ok.emulator.refusals import Refusal, invalid
from connectors.ok.emulator.shapes import discussion_shape, group_shape, person_shape, topic_shape
from connectors.ok.emulator.wall import Entry, Order, stretch_after, stretch_before

MOST_TOPICS = 100
MOST_MEDIA = 3
END: Order = (sys.maxsize, 0)


def get_topics(call: Call) -> dict[str, Any]:
    """Topics of a group, newest first, from the anchor on; without topics their key is missing."""
    gid = call.parameters.required("gid")
    if not gid.isdecimal():
        raise invalid("gid", gid)
    page = open_page(call.world, int(gid))
    topics, anchor = call.world.topics[page.id], call.parameters.text("anchor")
    place, count = (read_anchor(anchor) if anchor else END), call.parameters.count(20, most=MOST_TOPICS)
    shown = stretch_before(topics, place, count)[::-1]
    if anchor and call.quirks.anchors_repeat:
        shown = [*stretch_after(topics, (place[0], place[1] - 1), 1), *shown]
    last = shown[-1].order if shown else place
    answer: dict[str, Any] = {"anchor": write_anchor(last), "has_more": bool(stretch_before(topics, last, 1))}
    return answer | ({"media_topics": [topic_shape(call, topic) for topic in shown]} if shown else {})


def get_by_ids(call: Call) -> dict[str, Any]:
    """The topics asked for that stand on open pages; the others are left out."""
    asked = call.parameters.listing("topic_ids", most=MOST_TOPICS)
    limit = call.parameters.text("media_limit")
    if len(asked) > 1 and not limit:
        raise invalid("media_limit")
    if limit and (not limit.isdecimal() or not 1 <= int(limit) <= MOST_MEDIA):
        raise invalid("media_limit", limit)
    found = [topic for topic_id in asked if (topic := readable_topic(call, topic_id))]
    shapes = [topic_shape(call, topic, media_limit=int(limit) if limit else None) for topic in found]
    return {"media_topics": shapes} if shapes else {}


def get_discussion(call: Call) -> dict[str, Any]:
    """A topic as a discussion with its group and its author; a hidden or missing one is an empty object."""
    topic = readable_topic(call, call.parameters.required("discussionId"))
    if call.parameters.required("discussionType") != "GROUP_TOPIC" or topic is None:
        return {}
    page, person = call.world.replay.pages[topic.message.page_id], call.world.replay.people.get(topic.message.author_id)
    entities: dict[str, Any] = {"groups": [group_shape(page, ("uid", "name"))], "themes": [{"id": topic.id}]}
    if person:
        entities["users"] = [person_shape(person)]
    return {"discussion": discussion_shape(call, topic), "entities": entities}


def readable_topic(call: Call, topic_id: str) -> Entry | None:
    """The topic when a stranger may see it."""
    topic = call.world.topic(topic_id)
    if topic is None:
        return None
    try:
        open_page(call.world, topic.message.page_id)
    except Refusal:
        return None
    return topic


METHODS = {
    "mediatopic.getTopics": Method(BASIC, get_topics),
    "mediatopic.getByIds": Method(BASIC, get_by_ids),
    "discussions.get": Method(BASIC, get_discussion),
}
