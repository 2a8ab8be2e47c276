"""What the emulated OK shows of topics, comments, groups and people, and how it turns pages."""

from base64 import b64decode
from typing import Any

import pytest

from connectors.ok.emulator import Quirks
from connectors.sdk.emulation.town import Town
from tests.connectors.ok.emulator_town import (
    ANNA,
    BORIS,
    CLOSED,
    DELETED,
    GROUP,
    PAGE,
    PAGES,
    PEOPLE,
    TOWN,
    VERA,
    Caller,
    Clock,
    at,
    calling,
    comment,
    emulate,
    post,
)

ALL = "comment.*"
BUSY = Town(PAGES, PEOPLE, (post("post", 0), *(comment(f"c{number}", 1 + number, f"№ {number}") for number in range(250))))


async def walked(call: Caller, topic_id: str, anchor: str, direction: str, **parameters: Any) -> list[list[str]]:
    """The texts of all pages from an end on."""
    pages, more = [], True
    while more:
        answer = await call.comments(topic_id, anchor=anchor, direction=direction, **parameters)
        pages.append([entry["text"] for entry in answer.get("comments", [])])
        anchor, more = answer["anchor"], answer["has_more"]
    return pages


async def test_topics_come_newest_first_with_what_clients_have_seen() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        answer = await call("mediatopic.getTopics", gid=PAGE, count=100, fields="media_topic.*")
    ids = {number: key for key, number in emulator.ids.items()}
    assert [ids[topic["id"]] for topic in answer["media_topics"]] == [
        "hidden comments",
        "closed comments",
        "repost",
        "resident",
        "post",
        "pinned",
    ]
    shown = {ids[topic["id"]]: topic for topic in answer["media_topics"]}
    assert shown["post"]["created_ms"] == int(at(1).timestamp() * 1000)
    assert shown["post"]["author_ref"] == shown["resident"]["owner_ref"] == f"group:{PAGE}"
    assert [block["type"] for block in shown["post"]["media"]] == ["text", "photo", "link"]
    assert shown["post"]["discussion_summary"] == {
        "discussion_id": emulator.ids["post"],
        "discussion_type": "GROUP_TOPIC",
        "comments_count": 9,
    }
    assert shown["resident"]["author_ref"] == f"user:{VERA}"
    assert shown["resident"]["media"][0]["text"] == "Яма на Лесной, 5"
    assert shown["pinned"]["is_pinned"]


async def test_topics_go_on_from_the_anchor() -> None:
    messages = tuple(post(f"p{number}", number, f"№ {number}") for number in range(45))
    async with calling(emulate(Town(PAGES, PEOPLE, messages))) as call:
        first = await call("mediatopic.getTopics", gid=PAGE)
        second = await call("mediatopic.getTopics", gid=PAGE, anchor=first["anchor"])
        third = await call("mediatopic.getTopics", gid=PAGE, anchor=second["anchor"])
    texts = [topic["media"][0]["text"] for page in (first, second, third) for topic in page["media_topics"]]
    assert texts == [f"№ {number}" for number in range(44, -1, -1)]
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]


async def test_an_empty_list_has_no_key() -> None:
    async with calling(emulate(Town(PAGES, PEOPLE, (post("post", 0),)))) as call:
        assert set(await call("mediatopic.getTopics", gid=GROUP)) == {"anchor", "has_more"}
        assert await call("mediatopic.getByIds", topic_ids="7") == {}


async def test_topics_by_ids_leave_out_what_a_stranger_may_not_see() -> None:
    emulator = emulate()
    asked = ["post", "short-lived", "among ourselves", "elsewhere"]
    async with calling(emulator) as call:
        ids = ",".join(emulator.ids[key] for key in asked)
        answer = await call("mediatopic.getByIds", topic_ids=ids, media_limit=1)
        assert [topic["id"] for topic in answer["media_topics"]] == [emulator.ids["post"], emulator.ids["elsewhere"]]
        assert len(answer["media_topics"][0]["media"]) == 1
        assert await call.refused("mediatopic.getByIds", topic_ids=ids) == 100
        assert await call.refused("mediatopic.getByIds", topic_ids="7", media_limit=4) == 100
        assert await call.refused("mediatopic.getByIds", topic_ids=",".join(["7"] * 101), media_limit=1) == 100


async def test_comments_are_read_from_either_end_and_pages_join() -> None:
    emulator = emulate(BUSY, Clock(1000))
    async with calling(emulator) as call:
        forward = await walked(call, emulator.ids["post"], "FIRST", "FORWARD")
        backward = await walked(call, emulator.ids["post"], "LAST", "BACKWARD", count=80)
    texts = [f"№ {number}" for number in range(250)]
    assert [text for page in forward for text in page] == texts
    assert [len(page) for page in forward] == [100, 100, 50]
    assert [text for page in reversed(backward) for text in page] == texts
    assert [len(page) for page in backward] == [80, 80, 80, 10]


async def test_comments_written_and_deleted_meanwhile_neither_hide_nor_repeat_others() -> None:
    emulator = emulate(BUSY, Clock(1000))
    async with calling(emulator) as call:
        first = await call.comments(emulator.ids["post"], anchor="FIRST", direction="FORWARD")
        emulator.change("c99", deleted_at=at(900))
        emulator.change("c5", deleted_at=at(900))
        emulator.add(comment("between", 50.5, "Между"))
        second = await call.comments(emulator.ids["post"], anchor=first["anchor"], direction="FORWARD")
    assert [entry["text"] for entry in second["comments"]] == [f"№ {number}" for number in range(100, 200)]


async def test_a_comment_shows_more_when_it_is_asked_for_more() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        plain, full = [await call.comments(emulator.ids["post"], fields=fields) for fields in ("", ALL)]
        some = await call.comments(emulator.ids["post"], fields="comment.DATE_MS,comment.AUTHOR_REF")
    ids = emulator.ids
    shown = {entry["id"]: entry for entry in full["comments"]}
    answer = shown[ids["answer"]]
    assert (answer["author_type"], answer["author_ref"], answer["author_id"]) == ("GROUP", f"group:{PAGE}", str(PAGE))
    assert (answer["reply_to_comment_id"], answer["reply_to_id"], answer["reply_to_name"]) == (ids["question"], str(ANNA), "Анна Ильина")
    assert answer["text"] == f"{{user:{ANNA}}}Анна Ильина{{user}}, До пятницы."
    assert (answer["date"], answer["date_ms"]) == ("2026-01-12 09:04:00", int(at(4).timestamp() * 1000))
    assert shown[ids["thanks"]]["text"].startswith(f"{{group:{PAGE}}}")
    assert shown[ids["sticker"]]["attachments"] == [{"type": "STICKER"}, {"type": "HOLOGRAM"}]
    assert "author_name" not in shown[ids["by a stranger"]]
    assert not {"date_ms", "author_ref", "author_name", "attachments"} & set().union(*map(set, plain["comments"]))
    assert all({"date_ms", "author_ref"} <= set(entry) and "author_name" not in entry for entry in some["comments"])


async def test_what_is_gone_leaves_no_trace_but_in_its_answers() -> None:
    clock = Clock(8.5)
    emulator = emulate(TOWN, clock)
    ids = emulator.ids
    async with calling(emulator) as call:
        before = [entry["id"] for entry in (await call.comments(ids["post"]))["comments"]]
        clock.set(15)
        between = {entry["id"]: entry for entry in (await call.comments(ids["post"]))["comments"]}
        clock.set(21)
        after = [entry["id"] for entry in (await call.comments(ids["post"]))["comments"]]
    assert {ids["gone"], ids["back"]} <= set(before)
    assert not {ids["gone"], ids["back"]} & set(between)
    assert between[ids["under it"]]["reply_to_comment_id"] == ids["gone"]
    assert ids["back"] in after


async def test_an_id_has_the_form_that_was_recorded() -> None:
    emulator = emulate()
    moment, odd, again, topic_id, version = b64decode(emulator.ids["question"]).decode().split(":")
    assert moment == again == str(int(at(2).timestamp() * 1000))
    assert int(odd) < 0
    assert (topic_id, version) == (emulator.ids["post"], "1")


async def test_the_older_methods_tell_the_same() -> None:
    emulator = emulate(BUSY, Clock(1000))
    topic = {"entityId": emulator.ids["post"], "entityType": "GROUP_TOPIC"}
    async with calling(emulator) as call:
        page = await call("discussions.getDiscussionComments", **topic, offset=240, count=100)
        assert [entry["text"] for entry in page["commentss"]] == [f"№ {number}" for number in range(240, 250)]
        assert await call("discussions.getDiscussionCommentsCount", **topic) == {"commentsCount": 250}
        named = {"discussionId": topic["entityId"], "discussionType": "GROUP_TOPIC"}
        one = await call("discussions.getComment", **named, comment_id=emulator.ids["c7"])
        assert one["comment"]["text"] == "№ 7"
        discussion = await call("discussions.get", **named)
        assert discussion["discussion"]["total_comments_count"] == 250
        assert discussion["entities"]["groups"] == [{"uid": str(PAGE), "name": "Администрация города"}]
        assert await call("discussions.get", **(named | {"discussionId": "7"})) == {}


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("mediatopic.getTopics", {"gid": CLOSED}, 456),
        ("mediatopic.getTopics", {"gid": DELETED}, 300),
        ("mediatopic.getTopics", {"gid": 999}, 160),
        ("mediatopic.getTopics", {"gid": "x"}, 100),
        ("mediatopic.getTopics", {}, 100),
        ("mediatopic.getTopics", {"gid": PAGE, "anchor": "?"}, 100),
        ("mediatopic.getTopics", {"gid": PAGE, "count": "many"}, 100),
        ("discussions.getComments", {"discussionId": 7, "discussionType": "GROUP_TOPIC"}, 300),
        ("discussions.getComments", {"discussionId": 7}, 100),
        ("url.getInfo", {"url": "https://vk.com/club1"}, 100),
        ("users.getInfo", {"uids": ANNA}, 100),
    ],
)
async def test_what_cannot_be_answered_is_refused(method: str, parameters: dict[str, Any], code: int) -> None:
    async with calling(emulate()) as call:
        assert await call.refused(method, **parameters) == code


@pytest.mark.parametrize(
    ("key", "parameters", "code"), [("hidden comments", {}, 458), ("among ourselves", {}, 456), ("post", {"direction": "AROUND"}, 100)]
)
async def test_comments_that_cannot_be_read_are_refused(key: str, parameters: dict[str, Any], code: int) -> None:
    emulator = emulate()
    asked = {"discussionId": emulator.ids[key], "discussionType": "GROUP_TOPIC"} | parameters
    async with calling(emulator) as call:
        assert await call.refused("discussions.getComments", **asked) == code


async def test_groups_and_people_come_with_the_fields_asked_for() -> None:
    async with calling(emulate()) as call:
        groups = await call(
            "group.getInfo", uids=f"{PAGE},{CLOSED},{DELETED},999", fields="uid,name,shortname,members_count,private,salary"
        )
        assert groups[0] == {"uid": "200", "name": "Администрация города", "shortname": "gorod", "members_count": 5000, "private": False}
        assert [group["uid"] for group in groups] == [str(PAGE), str(CLOSED)]
        assert await call("group.getInfo", uids="999") is None
        people = await call("users.getInfo", uids=f"{ANNA},{BORIS},77", fields="name")
        assert [person["name"] for person in people] == ["Анна Ильина", "Борис Ким"]


@pytest.mark.parametrize(
    ("address", "kind", "found"),
    [
        ("https://ok.ru/gorod", "GROUP", PAGE),
        (f"https://ok.ru/group/{GROUP}", "GROUP", GROUP),
        ("https://ok.ru/profile/1", "PROFILE", ANNA),
        ("https://ok.ru/person2", "PROFILE", BORIS),
        ("https://ok.ru/nobody", "UNKNOWN", 0),
        ("https://ok.ru/byvshie", "UNKNOWN", 0),
        ("https://ok.ru/", "UNKNOWN", 0),
    ],
)
async def test_an_address_tells_what_stands_at_it(address: str, kind: str, found: int) -> None:
    async with calling(emulate()) as call:
        answer = await call("url.getInfo", url=address)
    assert (answer["type"], answer["objectId"]) == (kind, found)


async def test_visible_is_what_the_methods_show() -> None:
    for minutes in (1, 5, 8.5, 15, 21, 60):
        emulator = emulate(TOWN, Clock(minutes))
        shown: dict[str, str] = {}
        async with calling(emulator) as call:
            for gid in (PAGE, GROUP):
                for topic in (await call("mediatopic.getTopics", gid=gid, count=100)).get("media_topics", []):
                    shown[topic["id"]] = topic["media"][0]["text"]
                    if topic["id"] != emulator.ids.get("hidden comments"):
                        shown |= {entry["id"]: entry["text"] for entry in (await call.comments(topic["id"])).get("comments", [])}
        assert shown == {message.id: message.text for message in emulator.visible().values()}


async def test_irregularities_appear_as_ordered() -> None:
    emulator = emulate(BUSY, Clock(1000), quirks=Quirks(newest_first=True, old_comments=True, silent_ends=True, entities=True))
    async with calling(emulator) as call:
        first = await call.comments(emulator.ids["post"], anchor="FIRST", direction="FORWARD", fields=ALL)
    assert [entry["text"] for entry in first["comments"][:2]] == ["№ 99", "№ 98"]
    assert "has_more" not in first
    assert not any("date_ms" in entry or "author_ref" in entry for entry in first["comments"])
    assert first["entities"]["users"][0]["name"] == "Анна Ильина"


async def test_an_anchor_may_repeat_its_entry_and_an_empty_list_be_an_empty_object() -> None:
    emulator = emulate(BUSY, Clock(1000), quirks=Quirks(anchors_repeat=True, bare_empty=True, unknown_parts=True))
    async with calling(emulator) as call:
        first = await call.comments(emulator.ids["post"], anchor="FIRST", direction="FORWARD")
        second = await call.comments(emulator.ids["post"], anchor=first["anchor"], direction="FORWARD")
        assert second["comments"][0]["id"] == first["comments"][-1]["id"]
        assert await call("mediatopic.getTopics", gid=GROUP) == {}
        assert any("reaction_summary_v2" in entry for entry in first["comments"])
