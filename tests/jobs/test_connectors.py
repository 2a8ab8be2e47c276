"""The pool of connectors while keys come, go and are refused."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.domain.quota import step_of
from app.jobs import connectors
from app.jobs.connectors import ConnectorPool, Rates, Secret
from app.storage import credentials
from app.storage.calls.ledger import Key, SharedLedger
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from connectors.sdk.contract import Credential, PostReader
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited
from connectors.sdk.registry import plugins
from tests.connectors.vk.vk_world import SECOND_SERVICE, SERVICE, START, WALL, messages_of, post, vk_world

BOX = SecretBox("a secret key of the test")


ONE, TWO = Secret("vk_service", "one", SERVICE), Secret("vk_service", "two", SECOND_SERVICE)
APP = [Secret("ok_app", name, json.dumps({"application_key": "KEY", "access_token": name})) for name in ("one", "two")]
LIMITS = {"wall.get": 5000, "wall.getComments": 400}


@asynccontextmanager
async def open_pool(
    database: Database,
    now: datetime,
    secrets: Sequence[Secret],
    per_day: Mapping[str, int] | None = None,
    *,
    address: str = "http://no.invalid",
) -> AsyncIterator[ConnectorPool]:
    """A worker's pool; the first of a network's kinds of keys has the daily limits."""
    found = {network: plugins()[network] for network in ("vk", "ok")}
    rates = {"vk_service": Rates(3, per_day or {}), "vk_community": Rates(20), "ok_app": Rates(3)}
    pool = ConnectorPool(database, BOX, found, secrets, dict.fromkeys(found, address), rates, lambda: now, ZoneInfo("Europe/Moscow"))
    await pool.refresh()
    yield pool
    await pool.close()


async def test_a_key_that_is_added_interrupts_nothing_that_is_under_way(
    database: Database, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = [post(f"p{number}", number) for number in range(150)]
    async with vk_world(wall) as world, open_pool(database, noon, [ONE], address=world.base_url) as pool:
        reader = pool.connector_for("vk")
        assert isinstance(reader, PostReader)
        reading = reader.read_posts(WALL, None, not_before=START)
        first = await anext(reading)
        async with database.write() as session:
            await credentials.add(session, BOX, kind="vk_service", name="two", secret=SECOND_SERVICE, now=noon)
        await pool.refresh()

        assert len(messages_of([first, *[page async for page in reading]])) == 150
        assert pool.connector_for("vk") is not reader

        reading = reader.read_posts(WALL, None, not_before=START)
        monkeypatch.setattr(connectors, "REPLACED_KEPT_FOR", 0.0)
        await pool.refresh()
        with pytest.raises(RuntimeError, match="closed"):
            await anext(reading)


async def refuse(database: Database, now: datetime, secret: Secret, method: str, error: ConnectorError, *, calls: int = 1) -> None:
    """The last of so many calls of a method is refused, as another worker has it."""
    key = Credential(secret.kind, secret.name, secret.value)
    ledger = SharedLedger(database.engine, "any", [Key(secret.budget, secret.kind, secret.name, 3)], now=lambda: now)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO call_counts (budget, method, began_at, calls) VALUES (:budget, :method, :step, :calls)"),
            {"budget": secret.budget, "method": method, "step": step_of(now), "calls": calls - 1},
        )
    with pytest.raises(type(error)):
        async with ledger.call(method, [key]):
            raise error


async def test_polls_are_planned_with_what_a_day_of_the_wall_holds_over_the_keys_that_work(database: Database, noon: datetime) -> None:
    async with open_pool(database, noon, [ONE, TWO], LIMITS) as pool:
        assert pool.polls_per_day() == {"vk": 10_000}, "comments have a day of their own"
        both = pool.looks_per_day()["vk"]
        await refuse(database, noon, TWO, "wall.get", AuthenticationFailed("error 5"))
        found = await pool.method_quotas()
        assert pool.polls_per_day() == {"vk": 5000}
        assert pool.looks_per_day() == {"vk": both / 2}
        assert {one.method for one in pool.limited_by_day(found)} == {"wall.get"}


@pytest.mark.parametrize(
    ("error", "polls"),
    [
        (AccessDenied("error 28", permanent=True), 5000),
        (AuthenticationFailed("error 17", retry_after=3600), 5000),
        (RateLimited("error 9", retry_after=300), 10_000),
        (QuotaExhausted("error 29", method="wall.get", until=None), 5000 + 4000),
    ],
    ids=["no right", "a human is needed", "a flood passes", "a lower limit is learnt"],
)
async def test_a_refusal_changes_the_plan_by_what_it_says_of_the_key(
    database: Database, noon: datetime, error: ConnectorError, polls: float
) -> None:
    async with open_pool(database, noon, [ONE, TWO], LIMITS) as pool:
        await refuse(database, noon, TWO, "wall.get", error, calls=4000)
        await pool.credentials_in_use()
        assert pool.polls_per_day() == {"vk": polls}


async def test_a_network_that_says_nothing_of_its_day_is_planned_with_what_its_refusals_taught(database: Database, noon: datetime) -> None:
    async with open_pool(database, noon, APP) as pool:
        (unknown,) = pool.polls_per_day().values()
        assert unknown == 2 * 3 * 86_400 / 4
        await refuse(
            database, noon, APP[0], "discussions.getComments", QuotaExhausted("error 11", method="discussions.getComments"), calls=9
        )
        await pool.credentials_in_use()
        assert pool.polls_per_day() == {"ok": unknown}, "walls are not read by it"
        await refuse(database, noon, APP[0], "mediatopic.getTopics", QuotaExhausted("error 11", method="mediatopic.getTopics"), calls=700)
        await pool.credentials_in_use()
        assert pool.polls_per_day() == {"ok": 1400}, "its other key is taken to have the same"
    async with open_pool(database, noon + timedelta(days=4), APP) as later:
        await later.credentials_in_use()
        assert later.polls_per_day() == {"ok": unknown}
