"""Keys of VK in the ledger that all workers share: which is used, what a refusal closes, and who hears of it."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from app.storage.engine import Database
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, QuotaExhausted
from connectors.vk.connector import VkConnector
from tests.connectors.shared_ledger import shared_ledger
from tests.connectors.vk.vk_world import COMMUNITY, SECOND_SERVICE, SERVICE, WALL, VkWorld, at, pages_of, post, vk_world


@asynccontextmanager
async def worker(database: Database, world: VkWorld, *secrets: str, **rates: Any) -> AsyncIterator[VkConnector]:
    """A connector over the shared ledger; two of them with the same keys are two workers."""
    credentials = [world.credential(secret) for secret in secrets]
    ledger = await shared_ledger(database, "vk", credentials, lambda: world.moment, **rates)
    async with world.connector(*secrets, ledger=ledger) as connector:
        yield connector


async def read(connector: VkConnector) -> int:
    return len(await pages_of(connector.read_posts(WALL, None, not_before=at(0))))


def keys_used(world: VkWorld, method: str = "wall.get") -> list[int]:
    return sorted(Counter(call.token for call in world.emulator.calls if call.method == method).values())


async def test_calls_go_round_all_service_keys(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world, worker(database, world, SERVICE, SECOND_SERVICE, COMMUNITY) as connector:
        for _ in range(6):
            await read(connector)
        assert keys_used(world) == [3, 3]


async def test_two_workers_use_the_key_with_most_left_today(database: Database) -> None:
    limits = {"per_day": {"wall.get": 100}}
    async with vk_world([post("p", 1)]) as world:
        async with worker(database, world, SERVICE, **limits) as alone:
            for _ in range(4):
                await read(alone)
        async with worker(database, world, SERVICE, SECOND_SERVICE, **limits) as both:
            for _ in range(4):
                await read(both)
        assert keys_used(world) == [4, 4]


async def test_a_spent_quota_passes_the_reading_on_and_is_known_to_the_next_worker(database: Database) -> None:
    async with vk_world([post("p", 1)], wall_get_per_day=4) as world:
        async with worker(database, world, SERVICE, SECOND_SERVICE) as connector:
            for _ in range(8):
                await read(connector)
            with pytest.raises(QuotaExhausted):
                await read(connector)
        asked = world.calls("wall.get")
        async with worker(database, world, SERVICE, SECOND_SERVICE) as another:
            with pytest.raises(QuotaExhausted) as refusal:
                await read(another)
            assert refusal.value.until == world.moment + timedelta(minutes=30)
            assert world.calls("wall.get") == asked == 10, "a spent key is not asked again"
            world.moment += timedelta(days=1)
            assert await read(another) == 1


async def test_a_revoked_key_is_given_up_and_the_other_goes_on(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world, worker(database, world, SERVICE, SECOND_SERVICE) as connector:
        world.emulator.revoke(SERVICE)
        for _ in range(5):
            assert await read(connector) == 1
        assert keys_used(world) == [1, 5]
        world.emulator.revoke(SECOND_SERVICE)
        for _ in range(2):
            with pytest.raises(AuthenticationFailed):
                await read(connector)
        assert keys_used(world) == [1, 6]


async def test_a_key_of_the_wrong_kind_is_refused_once_a_day(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world, worker(database, world, COMMUNITY) as connector:
        for _ in range(3):
            with pytest.raises(AccessDenied) as refusal:
                await read(connector)
            assert refusal.value.permanent
        assert world.calls("wall.get") == 1
        world.moment += timedelta(days=1)
        with pytest.raises(AccessDenied):
            await read(connector)
        assert world.calls("wall.get") == 2


async def test_a_community_key_reads_only_while_no_service_key_may(database: Database) -> None:
    async with vk_world([post("p", 1)]) as world, worker(database, world, COMMUNITY, SERVICE) as connector:
        for _ in range(3):
            await read(connector)
        assert keys_used(world) == [3]
        world.emulator.revoke(SERVICE)
        with pytest.raises(AccessDenied):
            await read(connector)
        assert keys_used(world) == [1, 4]
