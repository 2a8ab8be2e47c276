"""A worker's rooms: no kind of work with a network waits for another, and a stop leaves everything to others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.jobs.poll_runner import PollRunner
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.count_threads import claim_counters
from app.usecases.poll_walls import claim_walls
from connectors.sdk.contract import Cursor, Page, PostRef, Wall
from connectors.sdk.errors import QuotaExhausted
from tests.patience import PATIENCE_SECONDS
from tests.usecases.village_network import NETWORK, Watcher, WithCounters, open_village


class Stalling(WithCounters):
    """A network whose comments never come."""

    async def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        self.village.has_been_asked.set()
        await asyncio.Event().wait()
        async for page in super().read_comments(post, since):
            yield page


@pytest.fixture
def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return open_village(database, region_id, noon)


@asynccontextmanager
async def running(watcher: Watcher, *, concurrency: int = 8) -> AsyncIterator[PollRunner]:
    """A runner that is stopped in the end."""
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        runner = PollRunner(watcher.polling, group, concurrency=concurrency)
        yield runner
        runner.stop()


async def until_quiet(runner: PollRunner) -> None:
    """Waits until all work that was taken on is done."""
    while tasks := [task for room in runner.rooms for task in room.under_way]:
        await asyncio.wait(tasks)


async def test_one_tick_works_off_everything_of_a_kind_that_is_due(watcher: Watcher, noon: datetime) -> None:
    for number in range(20):
        await watcher.watch(f"w{number}", since=noon)
        watcher.village.write_post(f"w{number}", 1, noon)
        watcher.village.write_comment(f"w{number}", 1, noon)

    async with running(watcher, concurrency=1) as runner:
        for _ in range(2):
            await runner.tick()
            await until_quiet(runner)

    assert watcher.village.calls["read_posts"] == 20
    assert watcher.village.calls["read_comments"] == 20


async def test_a_tick_with_nothing_due_asks_the_database_once(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)
    watcher.village.write_comment("a", 1, noon)
    await watcher.catch_up()
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append(statement)

    async with running(watcher) as runner:
        event.listen(Engine, "before_cursor_execute", note)
        await runner.tick()
        event.remove(Engine, "before_cursor_execute", note)
        assert not any(room.under_way for room in runner.rooms)

    assert len(asked) == 1


async def test_walls_and_counters_go_on_while_no_comment_comes(database: Database, region_id: RegionId, noon: datetime) -> None:
    watcher = open_village(database, region_id, noon, Stalling)
    for wall in ("a", "b", "c", "d", "e"):
        await watcher.watch(wall, since=noon)
        watcher.village.write_post(wall, 1, noon)
        watcher.village.write_comment(wall, 1, noon)

    async with running(watcher) as runner:
        await runner.tick()
        await asyncio.wait([task for room in runner.rooms for task in room.under_way])
        await runner.tick()
        await watcher.village.has_been_asked.wait()
        watcher.clock[0] += timedelta(minutes=10)
        before = watcher.village.calls.copy()
        await runner.tick()
        while watcher.village.calls["read_posts"] < before["read_posts"] + 5 or watcher.village.calls["count_comments"] < 2:
            await asyncio.wait([task for room in runner.rooms for task in room.under_way], return_when=asyncio.FIRST_COMPLETED)

    assert watcher.village.calls["read_comments"] == 0


async def test_a_spent_quota_is_met_by_one_source_and_rests_the_room_until_it_ends(watcher: Watcher, noon: datetime) -> None:
    for number in range(10):
        await watcher.watch(f"w{number}", since=noon)
    until = noon + timedelta(hours=6)
    watcher.village.refusals["read_posts"] = QuotaExhausted("spent", method="read_posts", until=until)

    async with running(watcher, concurrency=1) as runner:
        for _ in range(3):
            await runner.tick()
            await until_quiet(runner)
        assert watcher.village.calls["read_posts"] == 1
        watcher.clock[0] = until
        watcher.village.refusals.clear()
        await runner.tick()
        await until_quiet(runner)

    assert watcher.village.calls["read_posts"] == 11


async def test_a_runner_that_stops_leaves_its_work_to_others_at_once(database: Database, region_id: RegionId, noon: datetime) -> None:
    watcher = open_village(database, region_id, noon, StallingEverywhere)
    await watcher.watch("a", since=noon)
    async with running(watcher) as runner:
        await runner.tick()
        await watcher.village.has_been_asked.wait()
        assert await claim_walls(watcher.polling, NETWORK, limit=1) == []
    await runner.give_back()

    assert len(await claim_walls(watcher.polling, NETWORK, limit=1)) == 1
    assert await claim_counters(watcher.polling, NETWORK) == []


async def test_a_poll_that_breaks_in_our_own_hands_is_recorded_and_stops_no_other(watcher: Watcher, noon: datetime) -> None:
    for wall in ("a", "b"):
        await watcher.watch(wall, since=noon)
        watcher.village.write_post(wall, 1, noon)
    watcher.village.posts["a"] = [replace(watcher.village.posts["a"][0], published_at=None)]  # type: ignore[arg-type]

    async with running(watcher) as runner:
        await runner.tick()
        await until_quiet(runner)

    found = {row.external_id: row.last_error for row in await watcher.rows(ERRORS)}
    assert found["b"] is None
    assert found["a"].startswith("internal error (")


async def test_what_a_missing_database_could_not_take_back_is_given_back_when_it_answers_again(
    database: Database, region_id: RegionId, noon: datetime
) -> None:
    watcher = open_village(database, region_id, noon, AnsweringIntoAnOutage)
    await watcher.watch("a", since=noon)
    watcher.village.write_post("a", 1, noon)

    def refuse(*_: object) -> None:
        if watcher.village.has_been_asked.is_set():
            raise ConnectionResetError("the database is away")

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        async with running(watcher) as runner:
            await runner.tick()
            await until_quiet(runner)
            watcher.village.has_been_asked.clear()
            await runner.tick()
            await until_quiet(runner)
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)

    watcher.clock[0] += watcher.polling.bounds.minimum
    (claim,) = await claim_walls(watcher.polling, NETWORK, limit=1)
    assert claim.failures == 0, "our own outage is not held against the page"
    assert "the database could not store it" in (await watcher.rows(ERRORS))[0].last_error


class AnsweringIntoAnOutage(WithCounters):
    """A network during whose answer the database goes away."""

    async def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        self.village.has_been_asked.set()
        async for page in super().read_posts(wall, since, not_before=not_before):
            yield page


class StallingEverywhere(WithCounters):
    """A network that never answers."""

    async def read_posts(self, wall: object, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        self.village.has_been_asked.set()
        await asyncio.Event().wait()
        yield Page((), None)


ERRORS = "SELECT s.external_id, p.last_error FROM poll_states p JOIN sources s ON s.id = p.source_id"
