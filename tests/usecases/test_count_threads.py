"""Looking at counters: batches cross walls, a post that spoils its batch stands alone, and what moved is read."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.storage.engine import Database
from app.storage.polling import counters
from app.storage.polling.readings import Lane
from app.storage.regions import RegionId
from app.usecases.count_threads import claim_counters, count_threads
from connectors.sdk.errors import SourceGone, SourceUnavailable, UnexpectedResponse
from tests.usecases.village_network import NETWORK, WallsOnly, Watcher, WithCounters, WithThreads, open_village

MINUTE = timedelta(minutes=1)
WALLS = ("a", "b", "c")


async def settled(database: Database, region_id: RegionId, noon: datetime, kind: type[WallsOnly] = WithCounters) -> Watcher:
    """Three walls with a post each, read once."""
    watcher = open_village(database, region_id, noon, kind)
    for wall in WALLS:
        await watcher.watch(wall, since=noon)
        watcher.village.write_post(wall, 1, noon)
    await watcher.catch_up()
    watcher.village.calls.clear()
    watcher.village.batches.clear()
    watcher.clock[0] = noon + 5 * MINUTE
    return watcher


@pytest.fixture
async def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return await settled(database, region_id, noon)


async def test_counters_of_several_walls_are_looked_at_in_one_call(watcher: Watcher) -> None:
    assert await watcher.count() is None

    assert [sorted(batch) for batch in watcher.village.batches] == [["a/1", "b/1", "c/1"]]


async def test_only_a_thread_whose_counter_moved_is_read(watcher: Watcher, noon: datetime) -> None:
    watcher.village.write_comment("b", 1, noon + 4 * MINUTE)

    await watcher.count()
    await watcher.read()

    assert watcher.village.calls == {"count_comments": 1, "read_comments": 1}
    assert await watcher.comments() == {"1000"}


async def test_posts_that_stand_as_they_are_stored_open_no_transaction_of_their_own(watcher: Watcher) -> None:
    before = len(watcher.taken)

    await watcher.count()

    assert len(watcher.taken) == before


async def test_an_edited_post_and_a_vanished_one_are_noticed_by_the_look_at_their_counters(watcher: Watcher, noon: datetime) -> None:
    watcher.village.posts["a"].clear()
    watcher.village.write_post("a", 1, noon, "Новости, исправлено")
    watcher.village.posts["b"].clear()

    await watcher.go_to(noon + 6 * MINUTE)
    await watcher.go_to(noon + 30 * MINUTE)

    found = {row.external_id: (row.text, row.gone) for row in await watcher.rows(POSTS)}
    assert found == {"a": ("Новости, исправлено", False), "b": ("Новости", True), "c": ("Новости", False)}


async def test_comments_that_were_closed_and_opened_again_are_noticed_by_the_look_at_their_counters(
    watcher: Watcher, noon: datetime
) -> None:
    watcher.village.write_comment("b", 1, noon + 4 * MINUTE)
    await watcher.go_to(noon + 6 * MINUTE)
    (post,) = watcher.village.posts["b"]

    for closed, moment in ((True, noon + 30 * MINUTE), (False, noon + 90 * MINUTE)):
        watcher.village.posts["b"] = [replace(post, comments_closed=closed)]
        await watcher.go_to(moment)

    found = await watcher.rows("SELECT type, at FROM incident_events WHERE type LIKE 'comments_%' ORDER BY id")
    assert [(row.type, row.at) for row in found] == [
        ("comments_closed", noon + 30 * MINUTE),
        ("comments_opened", noon + 90 * MINUTE),
    ]


async def test_posts_that_vanish_with_their_page_are_not_taken_for_deleted(watcher: Watcher, noon: datetime) -> None:
    watcher.village.posts["b"].clear()
    watcher.village.refusals["b"] = SourceGone("hidden")

    for hours in range(1, 6):
        await watcher.go_to(noon + timedelta(hours=hours))

    assert {row.gone for row in await watcher.rows(POSTS)} == {False}


async def test_a_post_that_spoils_the_answer_is_put_off_alone(watcher: Watcher, noon: datetime) -> None:
    watcher.village.refusals["b", "1"] = UnexpectedResponse("no such shape")
    for wall in WALLS:
        watcher.village.write_comment(wall, 1, noon + MINUTE)

    assert await watcher.count() is None

    moved = {
        row.external_id for row in await watcher.rows("SELECT s.external_id FROM threads t JOIN sources s ON s.id = source_id WHERE moved")
    }
    assert moved == {"a", "c"}
    watcher.village.refusals.clear()
    await watcher.go_to(noon + 36 * MINUTE)
    assert len(await watcher.comments()) == 1


async def test_a_batch_that_the_network_would_not_show_comes_back_in_a_minute(watcher: Watcher, noon: datetime) -> None:
    away = watcher.village.refusals["count_comments"] = SourceUnavailable("away")

    assert await watcher.count() is away
    assert await watcher.count() is None
    assert watcher.village.calls["count_comments"] == 1

    watcher.village.refusals.clear()
    watcher.clock[0] += MINUTE
    await watcher.count()
    assert watcher.village.calls["count_comments"] == 2


async def test_two_workers_never_look_at_the_same_counter(watcher: Watcher) -> None:
    one, other = await claim_counters(watcher.polling, NETWORK), await claim_counters(watcher.polling, NETWORK)

    assert len(one) == 3
    assert other == []


async def test_a_look_that_took_too_long_leaves_the_thread_to_the_worker_that_took_it_over(watcher: Watcher, noon: datetime) -> None:
    stale = await claim_counters(watcher.polling, NETWORK)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE threads SET counted_until = now() - interval '1 second'"))
    fresh = await claim_counters(watcher.polling, NETWORK)
    watcher.village.write_comment("a", 1, noon)
    await count_threads(watcher.polling, fresh)
    watcher.village.comments["a", "1"].clear()

    await count_threads(watcher.polling, stale)

    assert {row.comment_count for row in await watcher.rows("SELECT comment_count FROM threads")} == {0, 1}


async def test_a_worker_that_stops_gives_its_counters_back(watcher: Watcher) -> None:
    batch = await claim_counters(watcher.polling, NETWORK)
    async with watcher.polling.intake.database.write() as session:
        await counters.give_back(session, watcher.polling.intake.region_id, batch)

    assert len(await claim_counters(watcher.polling, NETWORK)) == 3


async def test_threads_of_a_network_without_counters_are_read_when_a_look_would_be_due(
    database: Database, region_id: RegionId, noon: datetime
) -> None:
    watcher = await settled(database, region_id, noon, WithThreads)
    watcher.village.write_comment("b", 1, noon + 4 * MINUTE)

    await watcher.go_to(noon + 5 * MINUTE)

    assert await watcher.comments() == {"1000"}
    reads = watcher.village.calls["read_comments"]
    await watcher.go_to(noon + 5.1 * MINUTE)
    assert watcher.village.calls["read_comments"] == reads


async def test_a_network_of_walls_alone_has_nothing_else_to_do(database: Database, region_id: RegionId, noon: datetime) -> None:
    watcher = await settled(database, region_id, noon, WallsOnly)

    await watcher.go_to(noon + timedelta(days=1))

    assert set(watcher.village.calls) == {"read_posts"}
    assert await watcher.read(Lane.NEWS) == []


POSTS = (
    "SELECT s.external_id, m.text, m.deleted_at IS NOT NULL AS gone FROM messages m JOIN sources s ON s.id = m.source_id"
    " WHERE m.comment_id = ''"
)
MOVED = "SELECT s.external_id FROM threads t JOIN sources s ON s.id = t.source_id WHERE t.moved"
