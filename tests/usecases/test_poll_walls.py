"""Polling walls: each source's refusals are its own, and what is paused is left alone with its threads."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.errors import LeaseLost
from app.domain.source import PauseReason, SourceId, SourceStatus
from app.storage import sources
from app.storage.calls.quotas import MethodQuota
from app.storage.engine import Database
from app.storage.polling.leases import LEASE
from app.storage.regions import RegionId
from app.storage.sources import Registered
from app.usecases.change_source import change_source
from app.usecases.poll_walls import claim_walls, poll_wall
from connectors.sdk.errors import AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited, SourceGone, SourceUnavailable
from tests.usecases.village_network import NETWORK, Watcher, open_village

MINUTE = timedelta(minutes=1)


@pytest.fixture
def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return open_village(database, region_id, noon)


async def shown(watcher: Watcher, wall: str) -> Registered:
    intake = watcher.polling.intake
    async with intake.database.read() as session:
        return next(one for one in await sources.listed(session, intake.region_id) if one.source.external_id == wall)


async def test_a_wall_is_polled_when_it_is_due_and_put_ahead_by_its_interval(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)

    assert await watcher.poll_walls() == [None]
    assert await watcher.poll_walls() == []

    found = await shown(watcher, "a")
    assert (found.next_poll_at, found.last_success_at, found.failures) == (noon + 5 * MINUTE, noon, 0)
    assert sum(page.new for page in watcher.taken) == 1


async def test_the_last_calls_of_a_day_are_for_pages_at_their_longest_interval(watcher: Watcher, noon: datetime) -> None:
    def left(spent: int) -> list[MethodQuota]:
        return [MethodQuota(NETWORK, "read_posts", 1, 1000, spent, spent, 1000 - spent, 3.0)]

    planner = watcher.polling.planner
    await watcher.watch("seen", since=noon)
    await watcher.poll_walls()
    watcher.clock[0] += 10 * MINUTE

    planner.keep_reserve(left(999), now=watcher.polling.now())
    assert await watcher.poll_walls() == []
    watcher.clock[0] = noon + planner.bounds.maximum
    assert await watcher.poll_walls() == [None]
    watcher.clock[0] += 10 * MINUTE
    planner.keep_reserve(left(900), now=watcher.polling.now())
    assert await watcher.poll_walls() == [None]


async def test_one_broken_page_never_stops_the_others(watcher: Watcher, noon: datetime) -> None:
    for wall in ("a", "b", "c"):
        await watcher.watch(wall, since=noon)
        watcher.village.write_post(wall, 1, noon)
    watcher.village.refusals["b"] = SourceUnavailable("the network is away")

    await watcher.catch_up()

    assert {(one, (await shown(watcher, one)).failures) for one in ("a", "b", "c")} == {("a", 0), ("b", 1), ("c", 0)}
    assert sum(page.new for page in watcher.taken) == 2
    broken = await shown(watcher, "b")
    assert (broken.last_error, broken.next_poll_at) == ("the network is away", noon + MINUTE / 2)


@pytest.mark.parametrize(
    ("refusal", "waits", "failures", "reason"),
    [
        (RateLimited("slow down", retry_after=7), timedelta(seconds=7), 0, None),
        (QuotaExhausted("spent", method="read_posts"), 30 * MINUTE, 0, None),
        (AuthenticationFailed("no key"), 5 * MINUTE, 1, PauseReason.NO_CREDENTIAL),
        (SourceGone("gone"), MINUTE / 2, 1, None),
    ],
)
async def test_a_refusal_says_when_the_wall_is_tried_again(
    watcher: Watcher, noon: datetime, refusal: ConnectorError, waits: timedelta, failures: int, reason: PauseReason | None
) -> None:
    await watcher.watch("a", since=noon)
    watcher.village.refusals["a"] = refusal

    assert await watcher.poll_walls() == [refusal]

    found = await shown(watcher, "a")
    assert found.next_poll_at == noon + waits
    assert (found.failures, found.paused_reason) == (failures, reason)


async def test_a_page_that_is_gone_three_times_is_put_aside_with_its_counters_and_taken_up_when_it_is_back(
    watcher: Watcher, noon: datetime
) -> None:
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)
    await watcher.catch_up()
    watcher.village.refusals["a"] = SourceGone("gone")
    for hours in (1, 2, 3):
        await watcher.go_to(noon + timedelta(hours=hours))
    assert (await shown(watcher, "a")).paused_reason is PauseReason.GONE
    counted = watcher.village.calls["count_comments"]
    await watcher.go_to(noon + timedelta(hours=3, minutes=20))
    assert watcher.village.calls["count_comments"] == counted

    watcher.village.refusals.clear()
    watcher.village.write_comment("a", 1, noon)
    await watcher.go_to(noon + timedelta(hours=30))

    assert (await shown(watcher, "a")).source.status is SourceStatus.ACTIVE
    assert await watcher.comments() == {"1000"}


async def test_what_an_operator_pauses_is_neither_polled_nor_counted_nor_read_until_resumed(watcher: Watcher, noon: datetime) -> None:
    source = await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)
    await watcher.catch_up()
    calls = watcher.village.calls.copy()
    await _switch(watcher, source.id, SourceStatus.PAUSED)
    watcher.village.write_comment("a", 1, noon)

    await watcher.go_to(noon + timedelta(days=3))

    assert watcher.village.calls == calls
    assert (await shown(watcher, "a")).next_poll_at is None
    await _switch(watcher, source.id, SourceStatus.ACTIVE)
    await watcher.catch_up()
    assert await watcher.comments() == {"1000"}


async def test_a_poll_that_ends_after_a_pause_does_not_wake_the_page(watcher: Watcher, noon: datetime) -> None:
    source = await watcher.watch("a", since=noon)
    (claim,) = await claim_walls(watcher.polling, NETWORK, limit=1)
    await _switch(watcher, source.id, SourceStatus.PAUSED)

    assert await poll_wall(watcher.polling, claim) is None

    found = await shown(watcher, "a")
    assert (found.next_poll_at, found.paused_reason) == (None, PauseReason.BY_OPERATOR)


async def test_who_lost_the_lease_stores_nothing(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)
    (stale,) = await claim_walls(watcher.polling, NETWORK, limit=1)
    await _expire(watcher)
    (fresh,) = await claim_walls(watcher.polling, NETWORK, limit=1)

    with pytest.raises(LeaseLost):
        await poll_wall(watcher.polling, stale)

    assert await watcher.rows("SELECT id FROM messages") == []
    assert await poll_wall(watcher.polling, fresh) is None
    assert len(await watcher.rows("SELECT id FROM messages")) == 1


async def _expire(watcher: Watcher) -> None:
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE poll_states SET lease_until = lease_until - CAST(:lease AS interval) * 2"), {"lease": LEASE})


async def _switch(watcher: Watcher, source_id: SourceId, status: SourceStatus) -> None:
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await change_source(session, intake.region_id, source_id, {"status": status}, version=None, now=watcher.clock[0])
