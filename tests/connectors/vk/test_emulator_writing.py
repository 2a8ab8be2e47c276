"""wall.createComment of the emulator."""

from typing import Any

import pytest

from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.vk.emulator import VkEmulator
from tests.connectors.vk.emulator_town import ANNA, COMMUNITY, GROUP, PAGE, SERVICE, TOWN, Caller, Clock, at, calling, emulate


async def write(call: Caller, emulator: VkEmulator, **parameters: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"owner_id": -PAGE, "post_id": emulator.ids["post"], "message": "Отвечаем", "token": COMMUNITY} | parameters
    return await call.raw("wall.createComment", **given)


async def test_a_reply_stands_in_the_thread_at_once_in_the_name_of_the_community() -> None:
    emulator = emulate(TOWN, Clock(33))
    question = emulator.ids["question"]
    async with calling(emulator) as call:
        answer = (await write(call, emulator, reply_to_comment=question, from_group=PAGE))["response"]
        thread = await call("wall.getComments", owner_id=-PAGE, post_id=emulator.ids["post"], comment_id=question, count=100)
    assert answer["parents_stack"] == [question]
    reply = thread["items"][-1]
    assert (reply["id"], reply["from_id"], reply["text"]) == (answer["comment_id"], -PAGE, "Отвечаем")
    assert (reply["reply_to_comment"], reply["reply_to_user"]) == (question, ANNA)
    assert reply["date"] == int(at(33).timestamp())


async def test_a_reply_to_a_reply_joins_the_thread_of_the_root() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        answer = (await write(call, emulator, reply_to_comment=emulator.ids["nested"]))["response"]
    assert answer["parents_stack"] == [emulator.ids["question"]]


async def test_the_same_guid_again_writes_nothing_and_gives_the_first_comment() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        first = await write(call, emulator, guid="outbox-7")
        before = len(emulator.visible())
        assert await write(call, emulator, guid="outbox-7", message="Ещё раз") == first
        assert len(emulator.visible()) == before
        assert await write(call, emulator, guid="outbox-8") != first


async def test_without_a_guid_a_repeated_call_writes_twice() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        assert await write(call, emulator) != await write(call, emulator)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"token": SERVICE}, 28),
        ({"owner_id": -GROUP}, 15),
        ({"from_group": GROUP}, 15),
        ({"message": ""}, 100),
        ({"reply_to_comment": 9999}, 100),
        ({"post_id": 9999}, 213),
        ({"post_id": ""}, 100),
    ],
)
async def test_what_may_not_be_written_is_refused(parameters: dict[str, Any], code: int) -> None:
    emulator = emulate()
    before = emulator.visible().keys()
    async with calling(emulator) as call:
        assert (await write(call, emulator, **parameters))["error"]["error_code"] == code
    assert emulator.visible().keys() == before


@pytest.mark.parametrize(("key", "code"), [("closed comments", 213), ("hidden comments", 212)])
async def test_closed_threads_take_no_comment(key: str, code: int) -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        assert (await write(call, emulator, post_id=emulator.ids[key]))["error"]["error_code"] == code


async def test_a_token_without_the_right_to_the_wall_writes_nothing() -> None:
    emulator = emulate(rights={COMMUNITY: ("messages",)})
    async with calling(emulator) as call:
        error = (await write(call, emulator))["error"]
    assert (error["error_code"], error["error_subcode"]) == (15, 1133)


async def test_a_lost_answer_leaves_the_comment_written_or_not() -> None:
    emulator = emulate(faults=Faults(seed=4, rate=1, kinds=(FaultKind.HTTP_500,)))
    async with calling(emulator) as call:
        written = []
        for number in range(12):
            before = len(emulator.visible())
            fields = {
                "owner_id": -PAGE,
                "post_id": emulator.ids["post"],
                "message": "Да",
                "guid": number,
                "v": "5.199",
                "access_token": COMMUNITY,
            }
            assert (await call.client.post("/method/wall.createComment", data=fields)).status_code == 500
            written.append(len(emulator.visible()) - before)
    assert set(written) == {0, 1}
