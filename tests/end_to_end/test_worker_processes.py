"""Several workers on one database: they share sources and limits, take over from each other, and leave in good order."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.storage.polling.leases import LEASE
from connectors.sdk.emulation.town_generator import GeneratedTown
from tests.databases import TestServer
from tests.end_to_end.installation import Installation, Running, calm_and_quick, installed
from tests.end_to_end.watch import TOKEN, Hands, make_town
from tests.patience import STOPPED_WITHIN_SECONDS

DAY = timedelta(days=1)
PAGES = 12
PLACES_A_WALL = 4
"""Of so many places one is for walls."""
TAKEN_OVER_WITHIN_SECONDS = 3 * LEASE.total_seconds()
"""Once the killed one's leases have run out; the rest is for a busy machine."""


@pytest.mark.timeout(600)
async def test_two_workers_share_sources_and_a_limit_and_one_takes_over_from_the_other(server: TestServer, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    limit = 12
    async with installed(server, quick_town(now), Hands(now), tmp_path, since=now - DAY, calls_per_second=limit) as installation:
        installation.turnstile.shut()
        first = await installation.start("worker", WORKER_CONCURRENCY=str(PAGES // 2 * PLACES_A_WALL))
        await installation.until(holds_half(installation, first))
        second = await installation.start("worker", WORKER_CONCURRENCY=str(PAGES * PLACES_A_WALL))
        await installation.until(holds_half(installation, second))
        orphaned = await installation.held_by(first)
        assert len(orphaned | await installation.held_by(second)) == PAGES
        await first.kill()

        async def are_orphans_taken_over() -> bool:
            return orphaned <= await installation.held_by(second)

        await installation.until(are_orphans_taken_over, seconds=TAKEN_OVER_WITHIN_SECONDS)
        installation.turnstile.open()
        await installation.until(installation.is_all_stored)
        assert installation.emulator.peak_calls_per_second(TOKEN) <= limit


def holds_half(installation: Installation, worker: Running) -> Callable[[], Awaitable[bool]]:
    """Asks whether the worker has a lease on every second page."""

    async def ask() -> bool:
        return len(await installation.held_by(worker)) == PAGES // 2

    return ask


async def test_a_busy_worker_that_is_told_to_stop_gives_everything_back_and_loses_nothing(server: TestServer, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with installed(server, quick_town(now), Hands(now), tmp_path, since=now - DAY) as installation:
        worker = await installation.start_worker()
        await installation.turnstile.wait_for_more(40)
        installation.turnstile.shut()
        await installation.turnstile.wait_for_more(3)
        assert await installation.held_by(worker)

        assert await worker.stop(within=STOPPED_WITHIN_SECONDS) == 0, worker.log.read_text()
        assert await installation.rows("SELECT 1 FROM poll_states WHERE lease_until IS NOT NULL") == []
        assert await installation.rows("SELECT 1 FROM workers") == []
        assert not await installation.is_all_stored()
        installation.turnstile.open()
        await installation.start_worker()
        await installation.until(installation.is_all_stored)


def quick_town(now: datetime) -> GeneratedTown:
    """Twelve pages with some months' talk in the last few minutes."""
    return calm_and_quick(make_town(4, now, pages=PAGES, threads=80, days=4), now, timedelta(minutes=3))
