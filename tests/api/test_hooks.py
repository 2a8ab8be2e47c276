"""Webhooks: what is stored, what is refused, and that neither a stranger nor a slow one does harm."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.api import hooks
from app.api.context import ApiContext
from app.domain.push_channel import PushMode
from app.domain.source import SourceId
from app.main import LARGEST_BODY
from app.storage import push_channels
from app.storage.credentials import SecretBox
from app.storage.engine import Database, create_engine
from app.storage.push_channels import NewChannel
from app.telemetry.metrics import HOOKS, PUSHED_EVENTS
from app.usecases.receive_webhook import Door
from connectors.sdk.contract import Connector, ConnectorContext
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.registry import plugins
from connectors.sdk.testing import OpenLedger
from tests.api.conftest import Api
from tests.applications import application
from tests.patience import PATIENCE_SECONDS
from tests.usecases.reading import Reader

SECRET = "s3cret-of-the-callback"
MOST_DELIVERIES = 5
BOX = SecretBox("a key of sixteen letters or more")


@dataclass(slots=True)
class Hook:
    """The webhook of one source, as VK calls it."""

    client: httpx.AsyncClient
    database: Database
    source_id: SourceId

    @property
    def path(self) -> str:
        return f"/hooks/vk/{self.source_id}"

    async def push(self, event_id: str = "e1", *, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        reply = {"id": 9, "from_id": 5, "date": 1773230000, "text": "Когда?", "post_id": 100, "parents_stack": []}
        event = {"type": "wall_reply_new", "group_id": 7, "event_id": event_id, "secret": SECRET, "object": reply} | fields
        return await self.client.post(self.path, json=event, headers=headers)

    async def inbox(self) -> list[tuple[str, int]]:
        async with self.database.read() as session:
            rows = await session.execute(text("SELECT event_id, retries FROM pushed_events ORDER BY id"))
            return [(row.event_id, row.retries) for row in rows]


def vk_connector(context: ApiContext) -> Connector:
    return plugins()["vk"].build(ConnectorContext("http://vk.invalid", (), OpenLedger(), context.now))


@pytest.fixture
async def hook(api: Api, reader: Reader) -> AsyncIterator[Hook]:
    """A source with an open channel, behind real HTTP."""
    connector = vk_connector(api.context)
    context = with_door(api.context, connector)
    async with context.database.write() as session:
        new = NewChannel(reader.source.id, PushMode.CALLBACK, BOX.lock(SECRET), "c0de", direct_messages=False)
        await push_channels.open_channel(session, new, now=context.now())
    async with serve(application(context)) as address, httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client:
        yield Hook(client, context.database, reader.source.id)
    await connector.close()


def with_door(context: ApiContext, connector: Connector, database: Database | None = None) -> ApiContext:
    def receiver_for(network: str) -> Connector | None:
        return connector if network == "vk" else None

    return replace(context, door=Door(database or context.database, context.region_id, BOX, receiver_for, context.now))


def counted(status: int) -> float:
    return float(HOOKS.labels(str(status))._value.get())


async def test_an_event_is_stored_and_acknowledged(hook: Hook) -> None:
    answer = await hook.push(headers={"X-Retry-Counter": "1"})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert await hook.inbox() == [("e1", 1)]


async def test_a_repeated_event_is_acknowledged_and_stored_once(hook: Hook) -> None:
    repeated = PUSHED_EVENTS.labels("vk", "repeated")._value
    before = repeated.get()
    answers = [await hook.push(), await hook.push(), *await asyncio.gather(*(hook.push("e2") for _ in range(20)))]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "ok")}
    assert [event for event, _ in await hook.inbox()] == ["e1", "e2"]
    assert repeated.get() == before + 20


async def test_a_burst_is_stored_completely(hook: Hook) -> None:
    """A machine that is busy otherwise may put some off: the network, told so, repeats those, and `ok` always means stored."""
    everything = {f"e{number}" for number in range(300)}
    waiting = sorted(everything)
    for _ in range(MOST_DELIVERIES):
        answers = dict(zip(waiting, await asyncio.gather(*map(hook.push, waiting)), strict=True))
        waiting = [event for event, answer in answers.items() if answer.status_code == 503]
        assert all(answer.status_code == 200 or "Retry-After" in answer.headers for answer in answers.values())
        stored = [event for event, _ in await hook.inbox()]
        assert everything - set(waiting) <= set(stored)
        if not waiting:
            break
    assert sorted(stored) == sorted(everything)


async def test_the_address_proves_to_be_ours_by_the_code(hook: Hook) -> None:
    answer = await hook.client.post(hook.path, json={"type": "confirmation", "group_id": 7})
    assert (answer.status_code, answer.text) == (200, "c0de")
    assert await hook.inbox() == []


async def test_the_code_is_told_to_the_own_community_only(hook: Hook) -> None:
    answer = await hook.client.post(hook.path, json={"type": "confirmation", "group_id": 8})
    assert answer.status_code == 403
    assert "c0de" not in answer.text


@pytest.mark.parametrize(
    "fields", [{"secret": "wrong"}, {"secret": None}, {"group_id": 8}], ids=["wrong secret", "no secret", "foreign group"]
)
async def test_an_event_that_is_not_ours_is_refused_counted_and_harmless(hook: Hook, fields: dict[str, Any]) -> None:
    before = counted(403)
    answer = await hook.push(**fields)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:otklik:problem:refused"
    assert SECRET not in answer.text
    assert counted(403) == before + 1
    assert await hook.inbox() == []


@pytest.mark.parametrize("path", ["/hooks/vk/99999", "/hooks/ok/1", "/hooks/telegram/1"])
async def test_an_unknown_webhook_is_not_there(hook: Hook, path: str) -> None:
    before = counted(404)
    assert (await hook.client.post(path, json={"type": "confirmation", "group_id": 7})).status_code == 404
    assert counted(404) == before + 1


async def test_a_source_that_is_only_polled_has_no_webhook(hook: Hook) -> None:
    async with hook.database.write() as session:
        assert await push_channels.close_channel(session, hook.source_id)
    assert (await hook.push()).status_code == 404


async def test_a_new_secret_counts_at_once(hook: Hook) -> None:
    assert (await hook.push("e1")).status_code == 200
    async with hook.database.write() as session:
        await session.execute(text("UPDATE push_channels SET secret = :secret"), {"secret": BOX.lock("another-secret")})
    assert (await hook.push("e2", secret="another-secret")).status_code == 200
    assert (await hook.push("e3")).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b'{"type": 5}'])
async def test_what_is_no_event_is_refused_and_counted(hook: Hook, body: bytes) -> None:
    before = counted(400)
    answer = await hook.client.post(hook.path, content=body)
    assert answer.status_code == 400
    assert counted(400) == before + 1


@pytest.mark.parametrize("announced", [True, False])
async def test_a_huge_body_is_refused_without_being_read(hook: Hook, announced: bool) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 100_000
            yield b"x" * 100_000

    before = counted(413)
    headers = {"Content-Length": "10000000"} if announced else {}
    answer = await hook.client.post(hook.path, content=body(), headers=headers)
    assert answer.status_code == 413
    assert counted(413) == before + 1
    assert LARGEST_BODY == 1_000_000


async def test_a_body_that_drips_is_given_up(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "BODY_SECONDS", 0.2)
    before = counted(408)
    url = hook.client.base_url
    reading, writing = await asyncio.open_connection(url.host, url.port)
    writing.write(f"POST {hook.path} HTTP/1.1\r\nHost: hook\r\nContent-Length: 500\r\n\r\n{{".encode())
    answer = await asyncio.wait_for(reading.readline(), PATIENCE_SECONDS)
    writing.close()
    assert b"408" in answer
    monkeypatch.undo()
    assert counted(408) == before + 1
    assert (await hook.push()).status_code == 200


async def test_without_the_database_the_network_is_asked_to_come_again(api: Api) -> None:
    away = Database(create_engine("postgresql://127.0.0.1:1/nowhere"))
    connector = vk_connector(api.context)
    app = application(with_door(api.context, connector, away))
    before = counted(503)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://otklik.test") as client:
        answer = await client.post("/hooks/vk/1", content=json.dumps({"type": "confirmation", "group_id": 7}))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert counted(503) == before + 1
    await connector.close()
    await away.close()
