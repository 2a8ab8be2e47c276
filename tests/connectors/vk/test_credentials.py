"""Keys in turn: which is tried, which is remembered as refused, and what is left to say when none works."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sdk.contract import Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    SourceGone,
    SourceUnavailable,
)
from connectors.sdk.testing import OpenBudget
from connectors.vk.api import HumanNeeded
from connectors.vk.connector import VkConnector
from connectors.vk.credentials import CredentialPool
from tests.connectors.vk.vk_world import COMMUNITY, SECOND_SERVICE, SERVICE, WALL, VkWorld, at, pages_of, post, vk_world

START = datetime(2026, 3, 2, tzinfo=UTC)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> CredentialPool:
    kinds = {"one": "vk_service", "two": "vk_service", "city": "vk_community"}
    return CredentialPool([Credential(kind, name, name, OpenBudget()) for name, kind in kinds.items()], clock)


def tried(pool: CredentialPool, method: str = "wall.get") -> list[str]:
    return [credential.name for credential in pool.candidates(method)]


def refuse(pool: CredentialPool, name: str, error: ConnectorError, method: str = "wall.get") -> bool:
    credential = next(found for kind in ("vk_service", "vk_community") for found in pool.of_kind(kind) if found.name == name)
    return pool.note(credential, method, error)


async def read(connector: VkConnector) -> int:
    return len(await pages_of(connector.read_posts(WALL, None, not_before=at(0))))


def keys_used(world: VkWorld, method: str = "wall.get") -> Counter[str]:
    return Counter(call.token for call in world.emulator.calls if call.method == method)


def test_keys_take_turns_and_the_likely_kind_goes_before(pool: CredentialPool) -> None:
    rounds = [tried(pool) for _ in range(6)]
    assert {names[-1] for names in rounds} == {"city"}
    assert {names[0] for names in rounds} == {"one", "two"}
    assert tried(pool, "wall.createComment")[0] == "city"


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (AccessDenied("no right", permanent=True), timedelta(days=1)),
        (QuotaExhausted("spent", method="wall.get", until=START + timedelta(minutes=30)), timedelta(minutes=30)),
        (RateLimited("flood", retry_after=300), timedelta(minutes=5)),
    ],
)
def test_a_refused_key_is_left_alone_for_this_method_and_a_while(
    pool: CredentialPool, clock: Clock, error: ConnectorError, pause: timedelta
) -> None:
    assert refuse(pool, "one", error)
    assert sorted(tried(pool)) == ["city", "two"]
    assert sorted(tried(pool, "wall.getById")) == ["city", "one", "two"]
    clock.moment += pause
    assert sorted(tried(pool)) == ["city", "one", "two"]


def test_a_dead_key_is_never_tried_again_for_anything(pool: CredentialPool, clock: Clock) -> None:
    assert refuse(pool, "one", AuthenticationFailed("revoked"))
    clock.moment += timedelta(days=400)
    assert sorted(tried(pool, "groups.getById")) == ["city", "two"]


def test_a_key_that_waits_for_a_human_rests_for_an_hour(pool: CredentialPool, clock: Clock) -> None:
    assert refuse(pool, "one", HumanNeeded("captcha"))
    assert sorted(tried(pool, "groups.getById")) == ["city", "two"]
    clock.moment += timedelta(hours=1)
    assert sorted(tried(pool)) == ["city", "one", "two"]


@pytest.mark.parametrize("error", [AccessDenied("closed page"), SourceGone("deleted"), SourceUnavailable("away")])
def test_a_refusal_that_is_about_the_page_blames_no_key(pool: CredentialPool, error: ConnectorError) -> None:
    assert not refuse(pool, "one", error)
    assert sorted(tried(pool)) == ["city", "one", "two"]


def test_when_no_key_is_left_the_one_that_is_free_soonest_says_why(pool: CredentialPool) -> None:
    soon = START + timedelta(minutes=20)
    refuse(pool, "one", AuthenticationFailed("revoked"))
    refuse(pool, "two", QuotaExhausted("spent", method="wall.get", until=soon))
    refuse(pool, "city", AccessDenied("wrong kind", permanent=True))
    with pytest.raises(QuotaExhausted, match="spent") as refusal:
        tried(pool)
    assert (refusal.value.until, refusal.value.method) == (soon, "wall.get")


def test_a_rate_that_no_key_has_left_says_how_many_seconds(clock: Clock) -> None:
    pool = CredentialPool([Credential("vk_service", "one", "s", OpenBudget())], clock)
    refuse(pool, "one", RateLimited("flood", retry_after=300))
    clock.moment += timedelta(seconds=100)
    with pytest.raises(RateLimited) as refusal:
        tried(pool)
    assert refusal.value.retry_after == 200


def test_without_any_key_authentication_fails_with_a_plain_word(clock: Clock) -> None:
    with pytest.raises(AuthenticationFailed, match="no VK key"):
        CredentialPool([], clock).candidates("wall.get")


async def test_calls_go_round_all_service_keys() -> None:
    async with vk_world([post("p", 1)]) as world, world.connector(SERVICE, SECOND_SERVICE) as connector:
        for _ in range(6):
            await read(connector)
        assert sorted(keys_used(world).values()) == [3, 3]


async def test_a_spent_quota_passes_the_reading_on_to_the_next_key() -> None:
    async with vk_world([post("p", 1)], wall_get_per_day=4) as world, world.connector(SERVICE, SECOND_SERVICE) as connector:
        for _ in range(8):
            await read(connector)
        for _ in range(3):
            with pytest.raises(QuotaExhausted):
                await read(connector)
        assert world.calls("wall.get") <= 10, "a spent key is not asked again and again"
        world.moment += timedelta(days=1)
        assert await read(connector) == 1


async def test_a_revoked_key_is_given_up_and_the_other_goes_on() -> None:
    async with vk_world([post("p", 1)]) as world, world.connector(SERVICE, SECOND_SERVICE) as connector:
        world.emulator.revoke(SERVICE)
        for _ in range(5):
            assert await read(connector) == 1
        assert sorted(keys_used(world).values()) == [1, 5]
        world.emulator.revoke(SECOND_SERVICE)
        for _ in range(2):
            with pytest.raises(AuthenticationFailed):
                await read(connector)
        assert sorted(keys_used(world).values()) == [1, 6]


async def test_a_key_of_the_wrong_kind_is_refused_once_and_remembered() -> None:
    async with vk_world([post("p", 1)]) as world, world.connector(COMMUNITY) as connector:
        for _ in range(3):
            with pytest.raises(AccessDenied) as refusal:
                await read(connector)
            assert refusal.value.permanent
        assert world.calls("wall.get") == 1


async def test_more_calls_a_second_than_all_keys_have_are_told() -> None:
    async with vk_world([post("p", 1)], calls_per_second=1) as world, world.connector(SERVICE, SECOND_SERVICE) as connector:
        await read(connector)
        await read(connector)
        with pytest.raises(RateLimited):
            await read(connector)
        assert "rate_limited" in {outcome for _, outcome, _ in world.observed}
