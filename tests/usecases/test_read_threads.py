"""Reading threads: in turns, so that neither a huge source nor a broken thread keeps the others waiting."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.errors import LeaseLost
from app.storage.engine import Database
from app.storage.polling import readings
from app.storage.polling.readings import Lane
from app.storage.regions import RegionId
from app.usecases import read_threads as reading
from app.usecases.read_threads import claim_readings, read_threads
from connectors.sdk.errors import SourceGone, SourceUnavailable, UnexpectedResponse
from tests.usecases.village_network import NETWORK, Watcher, open_village

MINUTE = timedelta(minutes=1)


@pytest.fixture
def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return open_village(database, region_id, noon)


async def chatter(watcher: Watcher, wall: str, *, posts: int, comments: int = 1, at: datetime) -> None:
    """A wall with so many posts, with so many comments each, polled once but not read."""
    await watcher.watch(wall, since=at)
    for number in range(1, posts + 1):
        watcher.village.write_post(wall, number, at)
        for _ in range(comments):
            watcher.village.write_comment(wall, number, at)
    await watcher.poll_walls()


async def test_a_huge_source_goes_to_the_end_of_the_lane_after_its_share(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "huge", posts=100, at=noon)
    watcher.clock[0] += MINUTE
    await chatter(watcher, "small", posts=1, at=noon)

    await watcher.read()

    assert watcher.village.calls["read_comments"] == reading.PAGES_PER_TURN + 1
    watcher.clock[0] += MINUTE
    (claim,) = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=5)
    assert (claim.source.external_id, claim.due_at) == ("huge", noon + MINUTE)


async def test_old_threads_of_a_new_source_wait_in_the_backlog_and_never_before_news(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "new", posts=50, at=noon - timedelta(days=2))
    await chatter(watcher, "known", posts=1, at=noon)

    news = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=5)
    backlog = await claim_readings(watcher.polling, NETWORK, Lane.BACKLOG, limit=5)

    assert [claim.source.external_id for claim in news] == ["known"]
    assert [claim.source.external_id for claim in backlog] == ["new"]


async def test_a_thread_of_the_backlog_is_news_once_it_has_been_read(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=1, at=noon - timedelta(days=2))
    await watcher.catch_up()
    watcher.village.write_comment("a", 1, noon)
    watcher.clock[0] += timedelta(hours=10)

    await watcher.count()

    (claim,) = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=5)
    assert await read_threads(watcher.polling, claim) is None
    assert await watcher.comments() == {"1000", "1001"}


async def test_a_thread_that_never_had_a_comment_is_not_swept(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=1, comments=0, at=noon)
    await chatter(watcher, "b", posts=1, comments=1, at=noon)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE threads SET moved = true"))
        ids = [row.id for row in await session.execute(text("SELECT id FROM sources"))]
        await readings.plan(session, watcher.polling.intake.region_id, ids, now=noon)

    await watcher.read()

    assert watcher.village.calls["read_comments"] == 2
    swept = await watcher.rows("SELECT next_sweep_at IS NOT NULL AS ahead FROM threads ORDER BY source_id")
    assert [row.ahead for row in swept] == [False, True]


async def test_a_thread_that_cannot_be_read_stops_no_other(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=3, at=noon)
    watcher.village.refusals["a", "2"] = UnexpectedResponse("no such shape")

    assert await watcher.read() == [None]

    assert await watcher.comments() == {"1000", "3000"}
    (row,) = await watcher.rows("SELECT failures, last_error FROM reading_states")
    assert (row.failures, row.last_error) == (0, "no such shape")
    watcher.village.refusals.clear()
    await watcher.go_to(noon + 10 * MINUTE)
    assert await watcher.comments() == {"1000", "2000", "3000"}


async def test_two_threads_in_a_row_say_that_it_is_the_network_and_the_source_waits_longer_each_time(
    watcher: Watcher, noon: datetime
) -> None:
    await chatter(watcher, "a", posts=5, at=noon)
    away = watcher.village.refusals["read_comments"] = SourceUnavailable("away")

    assert await watcher.read() == [away]
    assert watcher.village.calls["read_comments"] == 2
    watcher.clock[0] += 5 * MINUTE
    assert await watcher.read() == [away]
    watcher.clock[0] += MINUTE / 3
    assert await watcher.read() == []

    watcher.village.refusals.clear()
    await watcher.go_to(noon + timedelta(hours=1))
    assert len(await watcher.comments()) == 5
    (row,) = await watcher.rows("SELECT failures, last_error FROM reading_states")
    assert (row.failures, row.last_error) == (0, None)


async def test_vanished_posts_in_a_row_have_the_wall_asked_at_once(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=5, at=noon)
    watcher.village.refusals["read_comments"] = SourceGone("gone")
    watcher.clock[0] += MINUTE

    await watcher.read()

    assert watcher.village.calls["read_comments"] == reading.VANISHED_IN_A_ROW
    polls = watcher.village.calls["read_posts"]
    await watcher.poll_walls()
    assert watcher.village.calls["read_posts"] == polls + 1


async def test_who_lost_the_lease_of_the_threads_stores_nothing(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=1, at=noon)
    (stale,) = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=1)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE reading_states SET lease_until = now() - interval '1 second'"))
    (fresh,) = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=1)

    with pytest.raises(LeaseLost):
        await read_threads(watcher.polling, stale)
    assert await watcher.comments() == set()

    assert await read_threads(watcher.polling, fresh) is None
    assert await watcher.comments() == {"1000"}


async def test_a_move_that_is_counted_during_a_turn_brings_the_next_turn(watcher: Watcher, noon: datetime) -> None:
    await chatter(watcher, "a", posts=1, at=noon)
    await watcher.catch_up()
    watcher.village.write_comment("a", 1, noon)
    watcher.clock[0] += 10 * MINUTE
    await watcher.count()
    (turn,) = await claim_readings(watcher.polling, NETWORK, Lane.NEWS, limit=1)
    watcher.village.write_comment("a", 1, noon)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE threads SET comment_count = 3, next_count_at = :now"), {"now": watcher.clock[0]})
        await readings.plan(session, watcher.polling.intake.region_id, [turn.source.id], now=watcher.clock[0])

    await read_threads(watcher.polling, turn)

    assert await watcher.comments() == {"1000", "1001", "1002"}
