"""Signatures, keys, rates, limits, failures and writing of the emulator, and its ledger of calls."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.ok.emulator.comments import READING, WRITE
from connectors.ok.emulator.groups import METHODS as GROUPS
from connectors.ok.emulator.topics import METHODS as TOPICS
from connectors.sdk.emulation.faults import FaultKind, Faults
from tests.connectors.ok.emulator_town import ANNA, APP, OTHER, PAGE, TOWN, Clock, at, calling, comment, emulate, signed

METHOD_LIST = Path(__file__).resolve().parents[4] / "shared/reference/schemas/ok/ok_methods.derived.json"
ASK: dict[str, Any] = {"gid": PAGE}


class Seconds:
    """A monotonic clock that the test drives."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sig": "0" * 32}, 104),
        ({"sig": ""}, 104),
        ({"gid": "201"}, 104),
        ({"added": "1"}, 104),
        ({"access_token": "unknown"}, 103),
        ({"access_token": ""}, 103),
        ({"application_key": "unknown"}, 101),
        ({"session_key": "is never signed"}, 0),
    ],
)
async def test_what_was_changed_after_signing_is_refused(change: Mapping[str, str], code: int) -> None:
    async with calling(emulate()) as call:
        answer = await call.client.post("/fb.do", data={**signed("mediatopic.getTopics", **ASK), **change})
    assert answer.json().get("error_code", 0) == code


async def test_a_refusal_comes_with_http_200_and_its_code_in_a_header() -> None:
    async with calling(emulate()) as call:
        answer = await call.raw("discussions.fly")
    assert (answer.status_code, answer.headers["invocation-error"]) == (200, "3")
    assert answer.json() == {"error_code": 3, "error_msg": "METHOD : Method discussions.fly not exist", "error_data": None}


@pytest.mark.parametrize("way", ["form", "query", "path and form", "path and query"])
async def test_a_call_comes_in_every_documented_way(way: str) -> None:
    by_path = way.startswith("path")
    path, fields = ("/api/mediatopic/getTopics", signed("", **ASK)) if by_path else ("/fb.do", signed("mediatopic.getTopics", **ASK))
    async with calling(emulate()) as call:
        answer = await (call.client.post(path, data=fields) if way.endswith("form") else call.client.get(path, params=fields))
    assert len(answer.json()["media_topics"]) == 6


async def test_a_revoked_key_a_withdrawn_right_and_a_blocked_address_are_refused() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        emulator.withdraw(APP, "VALUABLE_ACCESS")
        assert await call.refused("mediatopic.getTopics", **ASK) == 200
        assert await call("users.getInfo", uids=ANNA, fields="name")
        emulator.revoke(APP)
        assert await call.refused("mediatopic.getTopics", **ASK) == 102
        assert await call("mediatopic.getTopics", app=OTHER, **ASK)
        emulator.block_address()
        assert await call.refused("mediatopic.getTopics", app=OTHER, **ASK) == 9


async def test_the_rate_holds_in_any_second_and_for_each_key() -> None:
    seconds = Seconds()
    async with calling(emulate(monotonic=seconds, calls_per_second=2)) as call:
        codes = []
        for moment in (10.5, 10.9, 11.4, 11.5, 11.6, 12.5):
            seconds.now = moment
            codes.append((await call.raw("mediatopic.getTopics", **ASK)).json().get("error_code", 0))
        assert codes == [0, 0, 8, 0, 8, 0]
        assert await call("mediatopic.getTopics", app=OTHER, **ASK)


async def test_a_limit_ends_a_method_until_the_world_has_another_day_and_shows_what_is_left() -> None:
    clock = Clock()
    methods = "mediatopic.getTopics,group.getInfo"
    async with calling(emulate(TOWN, clock, calls_per_day={"mediatopic.getTopics": 2})) as call:
        await call("mediatopic.getTopics", **ASK)
        assert (await call("users.getCallsLeft", methods=methods)) == [
            {"name": "mediatopic.getTopics", "available": True, "callsLeft": 1},
            {"name": "group.getInfo", "available": True},
        ]
        await call("mediatopic.getTopics", **ASK)
        assert await call.refused("mediatopic.getTopics", **ASK) == 11
        assert not (await call("users.getCallsLeft", methods=methods))[0]["available"]
        clock.set(18 * 60)
        await call("mediatopic.getTopics", **ASK)


async def test_the_ledger_keeps_every_call_and_no_secret() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        await call("mediatopic.getTopics", **ASK)
        await call.refused("mediatopic.getTopics")
        emulator.break_with(Faults(seed=1, rate=1, kinds=(FaultKind.REFUSAL,), codes=(9999,)))
        assert await call.refused("mediatopic.getTopics", **ASK) == 9999
        emulator.break_with(Faults(seed=1, rate=1, kinds=(FaultKind.HTML,)))
        assert (await call.raw("mediatopic.getTopics", **ASK)).text.startswith("<!DOCTYPE")
    assert [entry.outcome for entry in emulator.calls] == ["ok", "error 100", "error 9999", "fault html"]
    assert {entry.method for entry in emulator.calls} == {"mediatopic.getTopics"}
    assert "token" not in repr([entry.token for entry in emulator.calls])
    assert emulator.peak_calls_per_second(APP) == 1


WRITING: dict[str, Any] = {"entityType": "GROUP_TOPIC", "comment": "Сделаем", "as_admin": "true"}


async def test_writing_is_unknown_until_it_is_brought_back() -> None:
    emulator = emulate()
    asked = WRITING | {"entityId": emulator.ids["post"]}
    async with calling(emulator) as call:
        assert await call.refused("discussions.addDiscussionComment", **asked) == 3
        emulator.allow_replies()
        answer = await call("discussions.addDiscussionComment", **asked, reply_to_comment_id=emulator.ids["question"], fields="comment.*")
    written = {message.id: message for message in emulator.visible().values()}[answer["comment"]["id"]]
    assert (written.author, written.text, written.reply_to_id) == (f"group:{PAGE}", "Сделаем", emulator.ids["question"])
    assert answer["comment"]["author_type"] == "GROUP"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"comment": ""}, 100),
        ({"comment": "а" * 3001}, 100),
        ({"as_admin": "false"}, 10),
        ({"as_admin": "perhaps"}, 100),
        ({"entityId": "7"}, 300),
        ({"reply_to_comment_id": "x"}, 700),
        ({"app": OTHER}, 50),
    ],
)
async def test_writing_that_is_not_right_is_refused(change: dict[str, Any], code: int) -> None:
    emulator = emulate(takes_replies=True, administered={"token": [PAGE]})
    async with calling(emulator) as call:
        assert await call.refused("discussions.addDiscussionComment", **(WRITING | {"entityId": emulator.ids["post"]} | change)) == code
        closed = WRITING | {"entityId": emulator.ids["closed comments"]}
        assert await call.refused("discussions.addDiscussionComment", **closed) == 458


async def test_a_fault_may_hide_a_comment_that_was_written() -> None:
    emulator = emulate(takes_replies=True, faults=Faults(seed=4, rate=1, kinds=(FaultKind.HTTP_500,)))
    async with calling(emulator) as call:
        before = len(emulator.visible())
        for _ in range(12):
            assert (await call.raw("discussions.addDiscussionComment", **(WRITING | {"entityId": emulator.ids["post"]}))).status_code == 500
    assert 0 < len(emulator.visible()) - before < 12


async def test_the_future_is_not_visible_and_comes_by_the_callers_clock() -> None:
    clock = Clock(3)
    emulator = emulate(TOWN, clock)
    assert set(emulator.visible()) == {"pinned", "post", "question", "neighbour"}
    emulator.add(comment("later", 30))
    clock.set(31)
    assert "later" in emulator.visible()
    assert "later" not in emulator.visible(at(29))
    emulator.close(PAGE)
    assert set(emulator.visible()) == {"elsewhere"}
    emulator.close(PAGE, closed=False)
    emulator.delete_page(PAGE)
    assert set(emulator.visible()) == {"elsewhere"}


@pytest.mark.skipif(not METHOD_LIST.is_file(), reason="the list of OK's methods lies outside of the repository and is not here")
def test_every_emulated_method_is_one_that_ok_has_or_had() -> None:
    known = {method["name"] for method in json.loads(METHOD_LIST.read_text(encoding="utf-8"))["methods"]}
    assert {*GROUPS, *TOPICS, *READING, *WRITE} <= known
