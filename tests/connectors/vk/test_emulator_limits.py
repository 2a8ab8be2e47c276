"""Tokens, versions, rates and quotas of the emulator, and its ledger of calls."""

from typing import Any

import pytest

from connectors.sdk.emulation.faults import FaultKind, Faults
from tests.connectors.vk.emulator_town import COMMUNITY, PAGE, SERVICE, TOWN, Clock, calling, emulate


class Seconds:
    """A monotonic clock that the test drives."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("method", "token", "code"),
    [
        ("wall.get", COMMUNITY, 27),
        ("wall.getById", COMMUNITY, 27),
        ("wall.getComments", COMMUNITY, 27),
        ("wall.createComment", SERVICE, 28),
        ("groups.getTokenPermissions", SERVICE, 28),
        ("wall.get", "unknown", 5),
        ("wall.get", "", 5),
        ("wall.fly", SERVICE, 3),
    ],
)
async def test_a_wrong_token_or_method_is_refused(method: str, token: str, code: int) -> None:
    async with calling(emulate()) as call:
        assert await call.refused(method, token=token, owner_id=-PAGE) == code


@pytest.mark.parametrize("version", ["", "5.74", "five"])
async def test_a_call_without_a_living_version_is_refused(version: str) -> None:
    async with calling(emulate()) as call:
        assert await call.refused("wall.get", owner_id=-PAGE, v=version) == 8


async def test_a_revoked_token_is_refused_from_then_on() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        await call("wall.get", owner_id=-PAGE)
        emulator.revoke(SERVICE)
        assert await call.refused("wall.get", owner_id=-PAGE) == 5


@pytest.mark.parametrize("way", ["query", "form", "multipart", "header"])
async def test_parameters_and_token_come_in_every_documented_way(way: str) -> None:
    fields = {"owner_id": str(-PAGE), "v": "5.199"}
    signed = fields | {"access_token": SERVICE}
    sent: dict[str, dict[str, Any]] = {
        "query": {"method": "GET", "params": signed},
        "form": {"method": "POST", "data": signed},
        "multipart": {"method": "POST", "files": {name: (None, value) for name, value in signed.items()}},
        "header": {"method": "GET", "params": fields, "headers": {"Authorization": f"Bearer {SERVICE}"}},
    }
    async with calling(emulate()) as call:
        answer = await call.client.request(url="/method/wall.get", **sent[way])
    assert answer.json()["response"]["count"] == 6


async def test_a_refusal_echoes_the_parameters_of_the_call_and_a_token_among_them() -> None:
    async with calling(emulate()) as call:
        answer = await call.client.get("/method/wall.get", params={"owner_id": "x", "v": "5.199", "access_token": SERVICE})
    error = answer.json()["error"]
    assert answer.status_code == 200
    assert error["error_msg"].startswith("One of the parameters specified was missing or invalid")
    echoed = {pair["key"]: pair["value"] for pair in error["request_params"]}
    assert echoed == {"method": "wall.get", "oauth": "1", "owner_id": "x", "v": "5.199", "access_token": SERVICE}


async def test_the_rate_holds_in_any_second_not_in_whole_ones() -> None:
    seconds = Seconds()
    async with calling(emulate(monotonic=seconds, calls_per_second=3)) as call:

        async def code_at(moment: float) -> int:
            seconds.now = moment
            body = await call.raw("wall.get", owner_id=-PAGE)
            return int(body.get("error", {}).get("error_code", 0))

        assert [await code_at(moment) for moment in (10.5, 10.6, 10.7, 10.9, 11.4)] == [0, 0, 0, 6, 6]
        assert [await code_at(moment) for moment in (11.5, 11.55, 11.6, 11.7)] == [0, 6, 0, 0]


async def test_every_token_has_its_own_rate() -> None:
    emulator = emulate(service_tokens=["first", "second"], monotonic=Seconds(), calls_per_second=1)
    async with calling(emulator) as call:
        await call("wall.get", token="first", owner_id=-PAGE)
        await call("wall.get", token="second", owner_id=-PAGE)
        assert await call.refused("wall.get", token="first", owner_id=-PAGE) == 6
        for _ in range(20):
            await call("groups.getById", token=COMMUNITY)
        assert await call.refused("groups.getById", token=COMMUNITY) == 6


async def test_the_quota_of_a_day_ends_reading_walls_until_the_world_has_another_day() -> None:
    clock = Clock()
    async with calling(emulate(TOWN, clock, wall_get_per_day=3, service_tokens=[SERVICE, "another"])) as call:
        for _ in range(3):
            await call("wall.get", owner_id=-PAGE)
        assert await call.refused("wall.get", owner_id=-PAGE) == 29
        await call("wall.get", owner_id=-PAGE, token="another")
        await call("groups.getById", group_id=PAGE)
        clock.set(17 * 60)
        assert await call.refused("wall.get", owner_id=-PAGE) == 29
        clock.set(18 * 60)
        await call("wall.get", owner_id=-PAGE)


async def test_the_ledger_keeps_every_call_and_no_token() -> None:
    emulator = emulate()
    async with calling(emulator) as call:
        await call("wall.get", owner_id=-PAGE)
        await call.refused("wall.get")
        emulator.break_with(Faults(seed=1, rate=1, kinds=(FaultKind.REFUSAL,), codes=(10, 1)))
        await call.refused("wall.get", owner_id=-PAGE)
        emulator.break_with(None)
        await call("groups.getById", token=COMMUNITY)
    outcomes = [(entry.method, entry.outcome) for entry in emulator.calls]
    assert outcomes[:2] == [("wall.get", "ok"), ("wall.get", "error 100")]
    assert outcomes[2][1] in {"error 1", "error 10"}
    assert len({entry.token for entry in emulator.calls}) == 2
    assert SERVICE not in repr(emulator.calls)


async def test_the_peak_counts_the_calls_of_one_token_within_any_second() -> None:
    seconds = Seconds()
    emulator = emulate(monotonic=seconds)
    async with calling(emulator) as call:
        for moment in (1.0, 1.9, 2.0, 2.5, 2.89, 7.0):
            seconds.now = moment
            await call.raw("wall.get", owner_id=-PAGE)
        await call("groups.getById", token=COMMUNITY)
    assert emulator.peak_calls_per_second(SERVICE) == 4
    assert emulator.peak_calls_per_second("unknown") == 0
