"""How keys stand, over the API: nothing of the keys themselves."""

from datetime import timedelta

import httpx
import pytest

from app.storage import credentials
from app.storage.calls.ledger import Key, SharedLedger
from app.storage.credentials import SecretBox
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed, QuotaExhausted
from tests.api.conftest import Api

SECRET = "vk1.a.never-shown"


async def test_a_key_shows_its_state_pace_and_calls_and_not_itself(api: Api, admin: httpx.AsyncClient) -> None:
    now = api.clock[0]
    async with api.context.database.write() as session:
        await credentials.add(session, SecretBox("a secret key of the test"), kind="vk_service", name="main", secret=SECRET, now=now)
    ledger = SharedLedger(api.context.database.engine, "vk", [Key("digest", "vk_service", "main", 3)], now=lambda: now)
    await ledger.prepare()
    key = Credential("vk_service", "main", SECRET)
    async with ledger.call("wall.getById", [key]):
        pass
    spent = QuotaExhausted("error 29", method="wall.get", until=now + timedelta(minutes=30))
    for method, error in (("wall.get", spent), ("wall.getById", AuthenticationFailed("error 5"))):
        with pytest.raises(type(error)):
            async with ledger.call(method, [key]):
                raise error

    answer = await admin.get("/credentials")

    assert SECRET not in answer.text
    (shown,) = answer.json()["items"]
    assert (shown["network"], shown["name"], shown["state"], shown["until"], shown["error"]) == ("vk", "main", "dead", None, "error 5")
    assert (shown["calls_per_second"], shown["calls_per_second_limit"]) == (3, 3)
    assert [(one["method"], one["calls_24h"], one["refused"]) for one in shown["methods"]] == [
        ("wall.get", 1, "quota"),
        ("wall.getById", 2, None),
    ]

    async with api.context.database.write() as session:
        await credentials.remove(session, kind="vk_service", name="main")
    assert (await admin.get("/credentials")).json()["items"] == []


async def test_a_network_without_keys_has_an_empty_list(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/credentials")).json() == {"items": [], "next_cursor": None}
