"""A town of the corpus, lived through step by step under a failing network: nothing is lost, doubled or judged wrongly."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.storage.engine import Database
from app.usecases.rebuild_statistics import Difference, rebuild_statistics
from connectors.sdk.emulation.faults import Faults
from connectors.sdk.emulation.town_generator import GeneratedTown
from tests.end_to_end.comparison import clocks, judge, shown, stored
from tests.end_to_end.networks import OK, VK, Net
from tests.end_to_end.verdicts import ByLabel
from tests.end_to_end.watch import CALLS_PER_SECOND, Hands, Watch, make_town, watched_town

LIVED = timedelta(hours=10)
STEP = timedelta(minutes=20)
BRIEF = timedelta(minutes=30)
AFTERMATH = timedelta(hours=16)
PAGES = 4
THREADS = 300
LEAST_PRECISION, LEAST_RECALL = 0.98, 0.95
PASSING: Mapping[str, tuple[int, ...]] = {"vk": (1, 10), "ok": (2,)}
"""Codes of passing failures. A network that blames the pace of a caller who keeps it would only slow the test: the pace would fall."""


def failing(net: Net) -> Faults:
    """Three of a hundred calls fail, each in one of all the ways."""
    return Faults(seed=1, rate=0.03, codes=PASSING[net.network], stall_seconds=0.2)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("net", [VK, OK], ids=["vk", "ok"])
async def test_a_town_under_a_failing_network_is_stored_exactly_once_and_its_answers_are_found(
    database: Database, noon: datetime, net: Net
) -> None:
    town = make_town(5, noon, pages=PAGES, threads=THREADS, days=LIVED / timedelta(days=1))
    hands = Hands(noon - LIVED)
    faults = failing(net)
    async with watched_town(database, town, ByLabel(town), hands, since=noon - 2 * LIVED, net=net, faults=faults) as watch:
        await watch.go_on(STEP, until=noon, also=fleeting(town))
        await watch.go_on(AFTERMATH / 2, until=noon + AFTERMATH)

        assert any(call.outcome.startswith("fault") for call in watch.emulator.calls)
        assert watch.emulator.peak_calls_per_second(net.secret) <= CALLS_PER_SECOND
        assert await stored(watch.rows) == shown(watch.emulator.visible())
        assert await official_questions(watch) == 0
        quality = judge(town, watch.emulator.ids, await clocks(watch.rows), net)
        assert quality.right > THREADS / 3
        assert quality.precision >= LEAST_PRECISION, quality
        assert quality.recall >= LEAST_RECALL, quality
        assert await differences(watch) == []
        tampered = await tamper(database)
        assert [one.incident_id for one in await differences(watch)] == [tampered]


def fleeting(town: GeneratedTown) -> set[datetime]:
    """When answers that were taken back within half an hour went: who looks later than that cannot know that they were brief."""
    gone = (message for message in town.town.messages if message.deleted_at is not None)
    return {message.deleted_at for message in gone if message.deleted_at is not None and message.deleted_at - message.at < BRIEF}


async def official_questions(watch: Watch) -> int:
    """How many questions were written by an official account."""
    query = "SELECT count(*) AS count FROM turns t JOIN messages m ON m.id = t.question_id WHERE m.official"
    (row,) = await watch.rows(query)
    return int(row.count)


async def differences(watch: Watch) -> list[Difference]:
    """What the event log and the stored clocks disagree about."""
    intake = watch.polling.intake
    checks = rebuild_statistics(intake.database, intake.region_id, check_only=True, now=watch.hands.now)
    return [one async for checked in checks for one in checked.differences]


async def tamper(database: Database) -> int:
    """Moves one first answer to an hour earlier; the incident that it belongs to."""
    async with database.write() as session:
        found = await session.scalar(
            text(
                "UPDATE turns SET first_answered_at = first_answered_at - interval '1 hour' WHERE (incident_id, number) ="
                " (SELECT incident_id, number FROM turns WHERE first_answered_at IS NOT NULL ORDER BY incident_id LIMIT 1)"
                " RETURNING incident_id"
            )
        )
    return int(str(found))
