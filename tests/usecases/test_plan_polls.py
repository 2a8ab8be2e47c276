"""The plan of polls at work: lessons of all workers, a price that follows the budget, and pages polled by what they are worth."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.polling.due import Interval
from app.domain.polling.rates import Tally
from app.domain.source import Source
from app.storage import sources
from app.storage.calls.quotas import MethodQuota
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.change_source import change_source
from app.usecases.plan_polls import Lessons, Planner, plan_polls
from tests.usecases.village_network import NETWORK, Watcher, open_village

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BUDGET = 60.0


@pytest.fixture
def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return open_village(database, region_id, noon)


async def plan(watcher: Watcher, budget: float = BUDGET) -> None:
    intake, polling = watcher.polling.intake, watcher.polling
    await plan_polls(polling.planner, intake.database, intake.region_id, {NETWORK: budget}, now=polling.now)


async def live(watcher: Watcher, noon: datetime, days: float, step: timedelta = HOUR / 2) -> list[int]:
    """Lets the busy page publish every two hours, as it has done for a week; the polls of each day."""
    polls, end = [0], noon + days * DAY
    number = 84
    for place in range(number):
        watcher.village.write_post("busy", place + 1, noon - 7 * DAY + 2 * place * HOUR)
    while watcher.clock[0] < end:
        now = watcher.clock[0]
        if now.hour % 2 == 0 and now.minute == 0:
            number += 1
            watcher.village.write_post("busy", number, now - MINUTE)
        before = watcher.village.calls["read_posts"]
        await plan(watcher)
        await watcher.poll_walls()
        polls[-1] += watcher.village.calls["read_posts"] - before
        if now.hour == noon.hour - 1 and now.minute >= 30:
            polls.append(0)
        watcher.clock[0] += step
    return polls


async def interval(watcher: Watcher, source: Source) -> timedelta:
    intake = watcher.polling.intake
    async with intake.database.read() as session:
        found = (await sources.get(session, intake.region_id, source.id)).interval
    assert found is not None
    return found


async def test_without_a_plan_pages_are_polled_at_the_plain_interval(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("busy", since=noon)
    await watcher.poll_walls()

    (row,) = await watcher.rows("SELECT next_poll_at, known_until FROM poll_states")
    assert (row.next_poll_at, row.known_until) == (noon + 5 * MINUTE, None)


async def test_the_budget_is_spent_where_something_is_published_and_never_overspent(watcher: Watcher, noon: datetime) -> None:
    busy = await watcher.watch("busy", since=noon)
    quiet = [await watcher.watch(f"quiet{number}", since=noon) for number in range(3)]

    polls = await live(watcher, noon, 3)

    assert 0.5 * BUDGET <= polls[-2] <= 1.1 * BUDGET
    assert await interval(watcher, busy) < await interval(watcher, quiet[0])
    (row,) = await watcher.rows("SELECT rate FROM poll_states WHERE source_id = :id", id=busy.id)
    assert row.rate == pytest.approx(12, rel=0.5)


async def test_a_page_in_a_crisis_is_polled_at_a_fifth_of_its_interval_from_now_on(watcher: Watcher, noon: datetime) -> None:
    page = await watcher.watch("busy", since=noon)
    await plan(watcher)
    await watcher.poll_walls()
    before = await interval(watcher, page)
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await change_source(session, intake.region_id, page.id, {"weight": 25.0}, version=None, now=noon)

    assert await interval(watcher, page) == pytest.approx(before / 5, abs=MINUTE / 60)


async def test_what_two_workers_have_learnt_is_added_up(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("busy", since=noon)
    await plan(watcher)
    bounds = Interval(15 * MINUTE / 60, DAY)
    intake = watcher.polling.intake
    for calls in (3, 4):
        planner = Planner(bounds, lessons={NETWORK: Lessons(Tally(messages=2.0, parents=1.0), calls, 1.5 * calls)})
        await plan_polls(planner, intake.database, intake.region_id, {NETWORK: BUDGET}, now=watcher.polling.now)
        assert planner.lessons == {}

    (row,) = await watcher.rows("SELECT messages, parents, calls, wanted FROM poll_plans")
    assert (row.messages, row.parents, row.calls, row.wanted) == (4.0, 2.0, 7, 10.5)


async def test_lessons_that_could_not_be_shared_are_kept(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("busy", since=noon)
    planner = Planner(Interval(MINUTE, DAY), lessons={NETWORK: Lessons(Tally(messages=2.0), 3, 4.0)})
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await session.execute(text("ALTER TABLE poll_plans RENAME TO hidden"))

    with pytest.raises(Exception, match="poll_plans"):
        await plan_polls(planner, intake.database, intake.region_id, {NETWORK: BUDGET}, now=watcher.polling.now)

    kept = planner.lessons[NETWORK]
    assert (kept.tally.messages, kept.calls, kept.wanted) == (2.0, 3, 4.0)


async def test_a_poll_that_had_to_wait_for_a_call_counts_for_what_was_wanted(watcher: Watcher, noon: datetime) -> None:
    page = await watcher.watch("busy", since=noon)
    await plan(watcher)
    await watcher.poll_walls()
    planner = watcher.polling.planner
    usual = await interval(watcher, page)

    watcher.clock[0] += 2 * usual
    planner.keep_reserve([MethodQuota(NETWORK, "read_posts", 1, 1000, 999, 999, 1, 3.0)], now=watcher.clock[0])
    planner.keep_reserve([], now=watcher.clock[0])
    await watcher.poll_walls()
    assert planner.lessons[NETWORK].calls == 2
    assert planner.lessons[NETWORK].wanted == pytest.approx(3)

    watcher.clock[0] += DAY
    await watcher.poll_walls()
    assert planner.lessons[NETWORK].calls == 3
    assert planner.lessons[NETWORK].wanted == pytest.approx(4)


async def test_a_thousand_new_pages_are_felt_in_the_price_at_the_next_look(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("first", since=noon)
    await plan(watcher)
    (before,) = await watcher.rows("SELECT price FROM poll_plans")
    for number in range(60):
        await watcher.watch(f"more{number}", since=noon)
    watcher.clock[0] += 11 * MINUTE

    await plan(watcher)

    (after,) = await watcher.rows("SELECT price FROM poll_plans")
    assert after.price > 100 * before.price
