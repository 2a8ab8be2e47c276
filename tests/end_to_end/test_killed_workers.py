"""Workers that die without a word: whatever moment it is, nothing is lost, nothing doubled, and the clocks are the same."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.classifier.model_file import load_shipped_model
from app.storage.engine import Database, create_engine
from connectors.sdk.emulation.town_generator import GeneratedTown
from tests.commands import Commands
from tests.databases import TestServer, fresh_database
from tests.end_to_end.installation import calm_and_quick, installed, moments
from tests.end_to_end.nursery import open_nursery
from tests.end_to_end.watch import TOKEN, Hands, Rows, make_town, watched_town

KILLS = 20
TURNS = (
    "SELECT s.external_id AS wall, q.post_id, q.comment_id, t.number, t.started_at, t.due_at, t.urgent, t.repeats, t.acked_at,"
    " t.first_answered_at, a.comment_id AS answer, t.first_answer_class, t.substantive_at, t.withdrawn_at, t.dismissed,"
    " i.waiting, i.kind FROM turns t JOIN incidents i ON i.id = t.incident_id JOIN messages q ON q.id = t.question_id"
    " JOIN sources s ON s.id = q.source_id LEFT JOIN messages a ON a.id = t.first_answer_id ORDER BY 1, 2, 3"
)


@pytest.mark.timeout(900)
async def test_twenty_killed_workers_lose_nothing_and_double_nothing(server: TestServer, commands: Commands, tmp_path: Path) -> None:
    random = Random(20)
    now = datetime.now(UTC)
    since = now - timedelta(days=1)
    town = calm_and_quick(make_town(3, now, pages=12, threads=90, days=4), now, timedelta(minutes=2))
    hands = Hands(since)
    async with (
        installed(server, town, hands, tmp_path, since=since) as installation,
        open_nursery(tmp_path, installation.environment()) as nursery,
    ):
        for moment in moments(town, KILLS):
            hands.now = moment
            worker = await nursery.bear()
            await installation.turnstile.wait_for_more(random.randint(1, 60))
            await asyncio.sleep(random.uniform(0, 0.05))
            await worker.kill()
            await installation.end_leases(worker)

        await nursery.bear()
        await installation.until(installation.is_all_stored)
        assert await turns_of(installation.rows) == await undisturbed_turns(server, town, hands, since)
        check = await commands.type("rebuild-statistics", "--check", settings=installation.settings())
        assert check.code == 0, check
        assert "incidents: no difference" in check.printed + check.beside
        assert installation.emulator.peak_calls_per_second(TOKEN) <= installation.calls_per_second


async def turns_of(rows: Rows) -> list[tuple[object, ...]]:
    """Every clock, without what depends on when we looked: the status too tells whether a resident came back to an answer we knew."""
    return [tuple(row) for row in await rows(TURNS)]


async def undisturbed_turns(server: TestServer, town: GeneratedTown, hands: Hands, since: datetime) -> list[tuple[object, ...]]:
    """The clocks that one calm reading of the whole town gives."""
    async with fresh_database(server) as url:
        database = Database(create_engine(url))
        async with watched_town(database, town, load_shipped_model(), hands, since=since) as watch:
            await watch.look()
            turns = await turns_of(watch.rows)
        await database.close()
    return turns
