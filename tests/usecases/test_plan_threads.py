"""Plans of looks at counters: what all workers learn together, what a look and a reading teach, and that nothing is lost by it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.polling.thread_plan import CHEAPEST
from app.domain.polling.threads import ThreadTally
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.count_threads import claim_counters, count_threads
from app.usecases.plan_threads import GUESSED, ThreadLessons, ThreadPlanner, plan_threads
from tests.usecases.village_network import NETWORK, Watcher, open_village

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLENTY = {NETWORK: 1e9}


@pytest.fixture
async def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    """A page with one post of noon that has been read once."""
    watcher = open_village(database, region_id, noon)
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)
    await watcher.catch_up()
    return watcher


async def known(watcher: Watcher) -> tuple[datetime | None, float, datetime]:
    """Until when the thread is known, how many comments came by themselves, and when its counter is looked at next."""
    (row,) = await watcher.rows("SELECT known_until, own_comments, next_count_at FROM threads")
    return row.known_until, row.own_comments, row.next_count_at


async def test_a_look_that_found_nothing_is_remembered(watcher: Watcher, noon: datetime) -> None:
    _, _, due = await known(watcher)
    watcher.clock[0] = due

    await watcher.count()

    until, comments, following = await known(watcher)
    assert (until, comments) == (due, 0)
    assert following - due > due - noon


async def test_what_came_is_learnt_by_the_reading_and_not_by_the_counter(watcher: Watcher) -> None:
    before, _, due = await known(watcher)
    watcher.clock[0] = due
    watcher.village.write_comment("a", 1, due - MINUTE)

    await watcher.count()
    counted = await known(watcher)
    await watcher.read()
    until, comments, following = await known(watcher)

    assert counted[:2] == (before, 0)
    assert counted[2] > due
    assert until == due
    assert 0 < comments <= 1
    assert due < following < due + HOUR


async def test_a_look_that_a_reading_overtook_teaches_nothing_of_the_thread(watcher: Watcher) -> None:
    _, _, due = await known(watcher)
    watcher.clock[0] = due
    batch = await claim_counters(watcher.polling, NETWORK)
    async with watcher.polling.intake.database.write() as session:
        read = "UPDATE threads SET known_until = known_until + interval '1 second', own_comments = 5"
        await session.execute(text(read))
    overtaken = await known(watcher)

    await count_threads(watcher.polling, batch)

    assert (await known(watcher))[:2] == overtaken[:2]


async def test_a_thread_with_unread_news_is_not_known_to_be_silent(watcher: Watcher) -> None:
    _, _, due = await known(watcher)
    before = await known(watcher)
    watcher.village.write_comment("a", 1, due - MINUTE)
    watcher.clock[0] = due
    await watcher.count()
    watcher.clock[0] = (await known(watcher))[2]

    await watcher.count()

    assert (await known(watcher))[:2] == before[:2]


@pytest.mark.parametrize("age", [DAY, 59 * DAY, 400 * DAY])
async def test_no_comment_under_an_old_post_is_lost(watcher: Watcher, noon: datetime, age: timedelta) -> None:
    while watcher.clock[0] < noon + age:
        await watcher.go_to(min((await known(watcher))[2], noon + age))
    looks = watcher.village.calls["count_comments"]
    watcher.village.write_comment("a", 1, noon + age)
    _, _, due = await known(watcher)

    await watcher.go_to(due)

    assert await watcher.comments() == {"1000"}
    assert due - (noon + age) <= max(age / 2, DAY) + MINUTE * 2
    assert looks < 200


async def test_workers_learn_together_and_share_one_price(database: Database, region_id: RegionId, noon: datetime) -> None:
    taught = ThreadTally(counts=[300.0] + [0.0] * 12, expected=[100.0] + [50.0] * 12, comments=300.0, parents=300.0, threads=100.0)
    one = ThreadPlanner(lessons={NETWORK: ThreadLessons(taught, 10)})
    other = ThreadPlanner()

    await plan_threads(one, database, region_id, PLENTY, now=noon)
    await plan_threads(other, database, region_id, PLENTY, now=noon)

    assert one.lessons == {}
    assert other.plans[NETWORK] == one.plans[NETWORK]
    assert other.plans[NETWORK].habits.ages.levels[0] > GUESSED.habits.ages.levels[0]


async def test_the_price_rises_while_looks_are_more_than_the_calls_kept_for_them(
    database: Database, region_id: RegionId, noon: datetime
) -> None:
    planner, prices = ThreadPlanner(), list[float]()
    for spell in range(4):
        planner.lessons_of(NETWORK).looks = 1_000_000
        await plan_threads(planner, database, region_id, {NETWORK: 1000.0}, now=noon + spell * 10 * MINUTE)
        prices.append(planner.plans[NETWORK].price)

    assert prices[0] == CHEAPEST
    assert prices == sorted(set(prices))


async def test_lessons_that_could_not_be_shared_are_kept_for_the_next_time(database: Database, region_id: RegionId, noon: datetime) -> None:
    planner = ThreadPlanner(lessons={NETWORK: ThreadLessons(ThreadTally(comments=3.0), 7)})
    async with database.write() as session:
        await session.execute(text("ALTER TABLE thread_plans RENAME TO away"))

    with pytest.raises(Exception, match="thread_plans"):
        await plan_threads(planner, database, region_id, PLENTY, now=noon)

    assert (planner.lessons[NETWORK].tally.comments, planner.lessons[NETWORK].looks) == (3.0, 7)
