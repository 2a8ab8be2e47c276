"""Every answer of the emulator against VK's published schema, in many states of the world."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from connectors.sdk.emulation.town import Town
from connectors.vk.emulator import Quirks
from tests.connectors.vk.emulator_town import (
    CLOSED,
    COMMUNITY,
    DELETED,
    GROUP,
    MESSAGES,
    PAGE,
    PAGES,
    PEOPLE,
    PERSON,
    SERVICE,
    TOWN,
    Clock,
    at,
    calling,
    comment,
    emulate,
    post,
)

SCHEMA = Path(__file__).resolve().parents[4] / "shared/reference/schemas/vk/vk_5.199_subset.tolerant.json"
pytestmark = pytest.mark.skipif(not SCHEMA.is_file(), reason="VK's schema bundle lies outside of the repository and is not here")

MOMENTS = (-1, 1, 5, 9, 13, 21, 60)
QUIRKS = (None, Quirks(seed=1))


@cache
def bundle() -> dict[str, Any]:
    """The schema; its `groups_group` forbids the very fields that `groups_group_full` adds to it, so that one word goes."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    del schema["definitions"]["groups_group"]["additionalProperties"]
    return schema


@cache
def validator(root: str) -> Draft7Validator:
    return Draft7Validator({"definitions": bundle()["definitions"], "$ref": f"#/definitions/{root}"})


def faults(root: str, answer: Any) -> list[str]:
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator(root).iter_errors(answer)]


def questions(ids: dict[str, int]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, root of the schema and parameters of everything that can be asked in this state."""
    posts = ",".join(f"-{PAGE}_{number}" for number in ids.values())
    for extended, owner_id in product((0, 1), (PAGE, GROUP)):
        kind = "extended_response" if extended else "response"
        common = {"extended": extended, "fields": "members_count,verified,description"}
        yield "wall.get", f"wall_get_{kind}", common | {"owner_id": -owner_id, "count": 100}
        yield "wall.getById", f"wall_getById_{kind}", common | {"posts": posts or "-1_1"}
        for sort, likes in product(("asc", "desc", "smart"), (0, 1)):
            wanted = {"owner_id": -PAGE, "sort": sort, "need_likes": likes, "thread_items_count": 10 * likes, "count": 100}
            if "post" in ids:
                yield "wall.getComments", f"wall_getComments_{kind}", common | wanted | {"post_id": ids["post"]}
            if "neighbour" in ids:
                thread = {"post_id": ids["post"], "comment_id": ids["question"], "start_comment_id": ids["neighbour"], "offset": -1}
                yield "wall.getComments", f"wall_getComments_{kind}", common | wanted | thread
    names = f"{PAGE},podslushano,{CLOSED},{DELETED}"
    yield "groups.getById", "groups_getById_object_response", {"group_ids": names, "fields": "members_count,verified,site,activity"}
    yield "users.get", "users_get_response", {"user_ids": "1,2,id3"}
    for name in ("gorod", "podslushano", "id1"):
        yield "utils.resolveScreenName", "utils_resolveScreenName_response", {"screen_name": name}


def test_the_schema_finds_what_is_wrong() -> None:
    assert faults("wall_get_response", {"response": {"count": "many", "items": [{"comments": {"count": -1}}]}})


@pytest.mark.parametrize("quirks", QUIRKS, ids=["plain", "irregular"])
@pytest.mark.parametrize("minutes", MOMENTS)
async def test_every_answer_has_the_published_shape(minutes: int, quirks: Quirks | None) -> None:
    emulator = emulate(TOWN, Clock(minutes), quirks=quirks)
    ids = {key: number for key, number in emulator.ids.items() if key not in {"elsewhere", "unseen", "among ourselves"}}
    async with calling(emulator) as call:
        for method, root, parameters in questions(ids):
            assert not faults(root, {"response": await call(method, **parameters)}), (method, parameters)


async def test_the_answers_to_a_community_have_the_published_shape() -> None:
    emulator = emulate()
    parents = (None, emulator.ids["question"], emulator.ids["nested"])
    async with calling(emulator) as call:
        assert not faults("groups_getTokenPermissions_response", {"response": await call("groups.getTokenPermissions", token=COMMUNITY)})
        for parent in parents:
            asked = {"post_id": emulator.ids["post"], "message": "Да"} | ({"reply_to_comment": parent} if parent else {})
            written = await call("wall.createComment", token=COMMUNITY, **asked)
            assert not faults("wall_createComment_response", {"response": written})


@pytest.mark.parametrize(
    ("method", "token", "parameters"),
    [
        ("wall.get", SERVICE, {"owner_id": -CLOSED}),
        ("wall.get", SERVICE, {"owner_id": -DELETED}),
        ("wall.get", COMMUNITY, {"owner_id": -PAGE}),
        ("wall.get", "unknown", {}),
        ("wall.get", SERVICE, {"v": ""}),
        ("wall.getComments", SERVICE, {"owner_id": -PAGE, "post_id": 999}),
        ("wall.createComment", SERVICE, {}),
        ("no.such", SERVICE, {}),
    ],
)
async def test_every_refusal_has_the_published_shape(method: str, token: str, parameters: dict[str, Any]) -> None:
    async with calling(emulate()) as call:
        body = await call.raw(method, token=token, **parameters)
    assert not faults("base_error", body["error"])


async def test_the_settings_of_push_have_the_published_shape() -> None:
    emulator = emulate()
    async with calling(emulator) as call:

        async def ask(method: str, **fields: Any) -> Any:
            return {"response": await call(f"groups.{method}", token=COMMUNITY, group_id=PAGE, **fields)}

        added = await ask("addCallbackServer", url="https://otklik.invalid/hooks/vk/1", title="Otklik", secret_key="s")
        assert not faults("groups_addCallbackServer_response", added)
        await ask("setLongPollSettings", enabled=1, wall_reply_new=1)
        assert not faults("groups_getCallbackServers_response", await ask("getCallbackServers"))
        assert not faults("groups_getCallbackConfirmationCode_response", await ask("getCallbackConfirmationCode"))
        assert not faults("groups_getLongPollServer_response", await ask("getLongPollServer"))


async def test_a_board_has_the_published_shape() -> None:
    topic = post("topic", 1, "Вопросы главе", on_board=True, pinned=True)
    talk = (comment("asked", 2, post_key="topic"), comment("told", 3, post_key="topic", author_id=-PAGE, reply_to_key="asked"))
    emulator = emulate(Town(PAGES, PEOPLE, (topic, *talk)))
    number = emulator.ids["topic"]
    async with calling(emulator) as call:
        for extended, order, likes in product((0, 1), (0, 1, 2, -1, -2), (0, 1)):
            kind = "extended_response" if extended else "response"
            topics = await call("board.getTopics", group_id=PAGE, extended=extended, order=order)
            assert not faults(f"board_getTopics_{kind}", {"response": topics})
            asked: dict[str, Any] = {"group_id": PAGE, "topic_id": number, "extended": extended, "need_likes": likes}
            assert not faults(f"board_getComments_{kind}", {"response": await call("board.getComments", **asked)})


async def test_videos_have_the_published_shape() -> None:
    shown = (post("video", 1, "Отчёт\nСпрашивайте", is_video=True), post("live", 1, "Прямая линия", is_video=True, attachments=("live",)))
    talk = (comment("asked", 2, post_key="video"), comment("told", 3, post_key="video", author_id=-PAGE, reply_to_key="asked"))
    emulator = emulate(Town(PAGES, PEOPLE, (*shown, *talk)))
    number, root = emulator.ids["video"], emulator.ids["asked"]
    async with calling(emulator) as call:
        for video in (await call("video.get", token=PERSON, owner_id=-PAGE, extended=1))["items"]:
            assert not faults("video_video_full", video)
        for extended, sort, likes in product((0, 1), ("asc", "desc", "interest"), (0, 1)):
            asked = {"owner_id": -PAGE, "video_id": number, "extended": extended, "sort": sort, "need_likes": likes}
            root_name = f"video_getComments_{'extended_response' if extended else 'response'}"
            for scope in ({"thread_items_count": 10}, {"comment_id": root}):
                assert not faults(root_name, {"response": await call("video.getComments", token=PERSON, **asked, **scope)})


CALLBACKS = {
    "board_post_new": "callback_board_post_new",
    "board_post_edit": "callback_board_post_edit",
    "board_post_restore": "callback_board_post_restore",
    "board_post_delete": "callback_board_post_delete",
    "wall_reply_new": "callback_wall_reply_new",
    "wall_reply_edit": "callback_wall_reply_edit",
    "wall_reply_restore": "callback_wall_reply_restore",
    "wall_reply_delete": "callback_wall_comment_delete",
    "wall_post_new": "callback_wall_post_new",
}


async def test_every_pushed_event_has_the_published_shape() -> None:
    clock = Clock(0)
    topic = post("topic", 1, "Вопросы главе", on_board=True)
    life: dict[str, Any] = {"edits": ((at(3), "Когда же?"),), "deleted_at": at(4), "restored_at": at(5)}
    town = Town(PAGES, PEOPLE, (*MESSAGES, topic, comment("asked of the head", 2, post_key="topic", **life)))
    emulator = emulate(town, clock=clock)
    async with calling(emulator) as call:
        wanted = dict.fromkeys(CALLBACKS, 1)
        await call("groups.setLongPollSettings", token=COMMUNITY, group_id=PAGE, enabled=1, **wanted)
        clock.set(60)
        assert emulator.ids
    events = emulator.pushes.box(PAGE).since(1)
    assert {event["type"] for event in events} == set(CALLBACKS)
    for event in events:
        assert not faults(CALLBACKS[event["type"]], event["object"]), event


async def test_the_methods_take_the_tokens_that_the_schema_names() -> None:
    methods = json.loads(SCHEMA.with_name("vk_5.199_methods_subset.json").read_text(encoding="utf-8"))["methods"]
    wall = ("board.getTopics", "board.getComments", "wall.get", "wall.getById", "wall.getComments", "wall.createComment")
    others = ("groups.getById", "groups.getTokenPermissions", "utils.resolveScreenName", "users.get")
    push = tuple(name for name in schema_names(methods) if "allback" in name or "LongPoll" in name)
    assert len(push) == 9
    kinds = {"service": (SERVICE, 28), "group": (COMMUNITY, 27)}
    async with calling(emulate()) as call:
        for method, (kind, (token, refusal)) in product(wall + others + push, kinds.items()):
            code = (await call.raw(method, token=token)).get("error", {}).get("error_code", 0)
            assert (code != refusal) == (kind in schema_of(methods, method)["access_token_type"]), method
        for method in ("video.get", "video.getComments"):
            assert schema_of(methods, method)["access_token_type"] == ["user"]
            assert await call.refused(method, owner_id=-PAGE, video_id=1) == 28
            assert await call.refused(method, owner_id=-PAGE, video_id=1, token=COMMUNITY) == 27
            body = await call.raw(method, owner_id=-PAGE, video_id=1, token=PERSON)
            assert body.get("error", {}).get("error_msg", "") in ("", "Access denied: video not found")


def schema_names(methods: Any) -> list[str]:
    return list(methods) if isinstance(methods, dict) else [one["name"] for one in methods]


def schema_of(methods: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = methods[name] if isinstance(methods, dict) else next(one for one in methods if one["name"] == name)
    return found
