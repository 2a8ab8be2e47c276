"""Several keys: whose turn it is, which rest, and what stops all of them, in the ledger that all workers share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.storage.engine import Database
from connectors.ok.connector import OkConnector
from connectors.sdk.contract import ConnectorContext
from connectors.sdk.emulation.faults import FaultKind, Faults
from connectors.sdk.emulation.ledger import fingerprint
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, QuotaExhausted, RateLimited, SourceUnavailable
from connectors.sdk.testing import OpenLedger
from tests.connectors.ok.ok_world import FIRST, SECOND, STRANGE, WALL, OkWorld, app_secret, at, ok_world, pages_of, post
from tests.connectors.shared_ledger import shared_ledger

MESSAGES = [post("post", 0)]


@asynccontextmanager
async def worker(database: Database, world: OkWorld, *secrets: str) -> AsyncIterator[OkConnector]:
    """A connector over the shared ledger; two of them with the same keys are two workers."""
    ledger = await shared_ledger(database, "ok", [world.credential(secret) for secret in secrets], lambda: world.moment)
    async with world.connector(*secrets, ledger=ledger) as connector:
        yield connector


async def read(connector: OkConnector) -> None:
    await pages_of(connector.read_posts(WALL, None, not_before=at(0)))


def used(world: OkWorld) -> list[str]:
    """Which keys made the calls."""
    names = {fingerprint(f"token-{name}"): name for name in ("first", "second", "strange")}
    return [names[call.token] for call in world.emulator.calls]


async def test_keys_of_one_application_take_turns_and_others_wait_unused(database: Database) -> None:
    async with ok_world(MESSAGES) as world:
        with capture_logs() as logs:
            async with worker(database, world, FIRST, STRANGE, SECOND) as connector:
                for _ in range(4):
                    await read(connector)
        assert sorted(used(world)) == ["first", "first", "second", "second"]
        assert [entry["event"] for entry in logs] == ["ok_keys_of_other_applications_unused"]


async def test_a_blocked_address_stops_every_key_of_every_worker(database: Database) -> None:
    async with ok_world(MESSAGES) as world, worker(database, world, FIRST) as one, worker(database, world, SECOND) as another:
        world.emulator.block_address()
        with pytest.raises(RateLimited) as first:
            await read(one)
        assert first.value.retry_after == 900
        world.emulator.block_address(blocked=False)
        world.moment += timedelta(minutes=10)
        for connector in (one, another):
            with pytest.raises(RateLimited, match=r"OK error 9") as waiting:
                await read(connector)
            assert waiting.value.retry_after == 300
        assert len(world.emulator.calls) == 1, "nobody knocks at a closed door"
        world.moment += timedelta(minutes=5)
        await read(another)
        await read(one)


async def test_a_spent_limit_leaves_the_work_to_the_next_key_and_comes_back(database: Database) -> None:
    async with ok_world(MESSAGES, calls_per_day={"mediatopic.getTopics": 2}) as world, worker(database, world, FIRST, SECOND) as connector:
        for _ in range(4):
            await read(connector)
        with pytest.raises(QuotaExhausted) as spent:
            await read(connector)
        assert spent.value.until == world.moment + timedelta(minutes=15)
        before = len(world.emulator.calls)
        with pytest.raises(QuotaExhausted, match="no usable credential"):
            await read(connector)
        assert len(world.emulator.calls) == before
        world.moment += timedelta(days=1)
        await read(connector)


async def test_a_key_that_calls_too_fast_rests_while_another_goes_on(database: Database) -> None:
    async with ok_world(MESSAGES) as world, worker(database, world, FIRST, SECOND) as connector:
        world.emulator.break_with(Faults(seed=1, rate=1, kinds=(FaultKind.REFUSAL,), codes=(8,)))
        with pytest.raises(RateLimited):
            await read(connector)
        world.emulator.break_with(None)
        with pytest.raises(RateLimited, match="no usable credential"):
            await read(connector)
        world.moment += timedelta(minutes=2)
        await read(connector)


async def test_a_dead_key_is_never_tried_again(database: Database) -> None:
    async with ok_world(MESSAGES) as world, worker(database, world, FIRST, SECOND) as connector:
        world.emulator.revoke(FIRST)
        for _ in range(4):
            await read(connector)
        assert used(world).count("first") == 1
        world.emulator.revoke(SECOND)
        for _ in range(3):
            with pytest.raises(AuthenticationFailed, match="OK error 102"):
                await read(connector)
        assert used(world).count("second") == 5


async def test_a_missing_right_rests_one_method_only(database: Database) -> None:
    async with ok_world(MESSAGES) as world, worker(database, world, FIRST) as connector:
        world.emulator.withdraw(FIRST, "VALUABLE_ACCESS")
        for _ in range(3):
            with pytest.raises(AccessDenied, match="VALUABLE_ACCESS"):
                await read(connector)
        assert len(world.emulator.calls) == 1
        assert (await connector.probe())["author_names"] == "available"


async def test_a_malformed_key_is_passed_over_and_alone_says_what_it_lacks() -> None:
    async with ok_world(MESSAGES) as world:
        async with world.connector('{"access_token": "x"}', FIRST) as connector:
            await read(connector)
        async with world.connector('{"access_token": "x"}') as connector:
            with pytest.raises(AuthenticationFailed, match="lacks application_key, session_secret_key"):
                await read(connector)


async def test_without_a_key_reading_says_so() -> None:
    connector = OkConnector(ConnectorContext("http://ok.invalid", [], OpenLedger(), lambda: at(0)))
    with pytest.raises(AuthenticationFailed, match="no OK key has been given"):
        await read(connector)
    await connector.close()


@pytest.mark.parametrize(("name", "code"), [("forged", 103), ("first", 104)])
async def test_a_wrong_token_or_secret_is_a_dead_key(name: str, code: int) -> None:
    secret = app_secret(name).replace("secret-first", "another-secret")
    async with ok_world(MESSAGES) as world, world.connector(secret) as connector:
        with pytest.raises(AuthenticationFailed, match=f"OK error {code}"):
            await read(connector)


async def test_a_service_that_is_away_is_no_matter_of_keys(database: Database) -> None:
    away = Faults(seed=1, rate=1, kinds=(FaultKind.REFUSAL,), codes=(2,))
    async with ok_world(MESSAGES, faults=away) as world, worker(database, world, FIRST, SECOND) as connector:
        with pytest.raises(SourceUnavailable):
            await read(connector)
        world.emulator.break_with(None)
        await read(connector)
