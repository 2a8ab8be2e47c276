"""Failures of the emulated network, on real connections where the wire matters."""

import asyncio

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.loopback import serve
from connectors.vk.emulator import Quirks
from tests.connectors.vk.emulator_town import PAGE, SERVICE, calling, emulate
from tests.patience import PATIENCE_SECONDS

ASK = {"owner_id": str(-PAGE), "v": "5.199", "access_token": SERVICE}


@pytest.mark.parametrize(
    ("kind", "status"), [(FaultKind.HTTP_500, 500), (FaultKind.HTTP_502, 502), (FaultKind.HTML, 200), (FaultKind.CUT_JSON, 200)]
)
async def test_a_spoiled_answer_is_no_readable_json(kind: FaultKind, status: int) -> None:
    async with calling(emulate(faults=Faults(seed=1, rate=1, kinds=(kind,)))) as call:
        answer = await call.client.get("/method/wall.get", params=ASK)
    assert answer.status_code == status
    with pytest.raises(ValueError, match="line 1"):
        answer.json()


@pytest.mark.parametrize("code", [1, 6, 10])
async def test_a_refusal_carries_the_code_asked_for(code: int) -> None:
    async with calling(emulate(faults=Faults(seed=1, rate=1, kinds=(FaultKind.REFUSAL,), codes=(code,)))) as call:
        answer = await call.client.get("/method/wall.get", params=ASK)
    assert answer.json()["error"]["error_code"] == code


async def test_a_dropped_connection_breaks_in_the_middle_of_the_answer() -> None:
    emulator = emulate(faults=Faults(seed=1, rate=1, kinds=(FaultKind.DROP,)))
    async with serve(emulator.app()) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/method/wall.get", params=ASK)
        emulator.break_with(None)
        assert (await client.get("/method/wall.get", params=ASK)).json()["response"]


async def test_a_stalled_answer_outlasts_the_patience_of_the_client() -> None:
    emulator = emulate(faults=Faults(seed=1, rate=1, kinds=(FaultKind.STALL,), stall_seconds=30))
    async with serve(emulator.app()) as url, httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(PATIENCE_SECONDS, read=0.1)) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/method/wall.get", params=ASK)


async def test_a_stalled_answer_comes_in_the_end() -> None:
    emulator = emulate(faults=Faults(seed=1, rate=1, kinds=(FaultKind.STALL,), stall_seconds=0.05))
    async with serve(emulator.app()) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        assert (await client.get("/method/wall.get", params=ASK)).status_code == 200


async def test_a_server_that_ends_does_not_wait_for_a_stalled_answer() -> None:
    inner = emulate(faults=Faults(seed=1, rate=1, kinds=(FaultKind.STALL,), stall_seconds=60)).app()
    has_arrived = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            has_arrived.set()
        await inner(scope, receive, send)

    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        async with serve(app) as url:
            waiting = group.create_task(outcome(client, url))
            await has_arrived.wait()
        assert await waiting == "broken"


async def outcome(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(f"{url}/method/wall.get", params=ASK, timeout=PATIENCE_SECONDS)
    except httpx.TransportError:
        return "broken"
    return "broken" if answer.is_error else "answered"


async def test_booleans_come_in_both_spellings() -> None:
    async with calling(emulate(quirks=Quirks(seed=2))) as call:
        items = [item for _ in range(5) for item in (await call("wall.get", owner_id=-PAGE))["items"]]
    spellings = {type(item["comments"]["can_post"]) for item in items}
    assert spellings == {bool, int}


async def test_unknown_attachments_without_payload_and_unknown_fields_appear() -> None:
    async with calling(emulate(quirks=Quirks(seed=2))) as call:
        items = [item for _ in range(5) for item in (await call("wall.get", owner_id=-PAGE))["items"]]
    assert any(part == {"type": "mini_app_card", "mini_app_card": None} for item in items for part in item["attachments"])
    assert any("reaction_summary" in item for item in items)


async def test_irregularities_can_be_had_one_by_one() -> None:
    plain = Quirks(mixed_booleans=False, unknown_attachments=False, unknown_fields=False)
    async with calling(emulate(quirks=plain)) as call, calling(emulate()) as other:
        assert await call("wall.get", owner_id=-PAGE) == await other("wall.get", owner_id=-PAGE)
