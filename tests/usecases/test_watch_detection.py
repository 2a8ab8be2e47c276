"""Detection lags as stored facts, and the alarms that follow from them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.detection import USUAL_BUDGETS, AlarmKind, Parts, Timing, parts_of
from app.domain.source import SourceId
from app.storage import alarms, detections
from app.storage.detections import LagFigures, LagGroup
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.watch_detection import watch_detection
from tests.usecases.village_network import Watcher, open_village

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    return open_village(database, region_id, noon)


async def figures(watcher: Watcher, group_by: LagGroup = LagGroup.CLASS) -> list[LagFigures]:
    intake, now = watcher.polling.intake, watcher.clock[0]
    async with intake.database.read() as session:
        return await detections.figures(
            session, intake.region_id, since=now - 30 * DAY, until=now + DAY, group_by=group_by, budgets=USUAL_BUDGETS
        )


async def look(watcher: Watcher) -> list[tuple[AlarmKind, bool]]:
    """Looks at the pages; the kinds of all alarms and whether each is open, the newest first."""
    intake, now = watcher.polling.intake, watcher.clock[0]
    await watch_detection(intake.database, intake.region_id, USUAL_BUDGETS, {}, now=now)
    async with intake.database.read() as session:
        found = await alarms.listed(session, intake.region_id, only_open=False, before=None, limit=50)
    return [(one.kind, one.ended_at is None) for one in found]


async def test_what_is_seen_is_recorded_with_the_moments_of_its_poll(watcher: Watcher, noon: datetime) -> None:
    watcher.clock[0] = noon - 4 * MINUTE
    await watcher.watch("a", since=noon - DAY)
    watcher.village.write_post("a", 2, noon - DAY / 2)
    await watcher.poll_walls()
    assert await figures(watcher) == []
    watcher.village.write_post("a", 1, noon - 3 * MINUTE)
    watcher.clock[0] = noon + 2 * MINUTE

    await watcher.poll_walls()

    total, third_party = await figures(watcher)
    assert (total.key, third_party.key, total.n) == (None, "third_party", 1)
    assert (total.p50, total.share_in_budget) == (300, 1.0)
    assert total.parts == {"waiting": 240, "queueing": 60, "network": 0, "classifying": 0, "storing": 0}


async def test_comments_are_seen_with_the_moments_of_their_thread(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon - DAY)
    watcher.village.write_post("a", 1, noon)
    await watcher.catch_up()
    watcher.village.write_comment("a", 1, noon + MINUTE)

    await watcher.go_to(noon + 10 * MINUTE)

    total, *sources = await figures(watcher, LagGroup.SOURCE)
    assert (total.n, len(sources)) == (1, 1)
    assert total.p95 == 540


@pytest.mark.parametrize("published", [-30, 5, 15, 22, 31, 45])
async def test_the_database_parts_a_wait_as_the_rule_does(watcher: Watcher, noon: datetime, published: int) -> None:
    source = await watcher.watch("a", since=noon - DAY)
    timing = Timing(*(noon + number * SECOND for number in (10, 20, 25, 32, 40)))
    moment = noon + published * SECOND
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await detections.add(session, intake.region_id, source.id, timing, [moment])

    (total, _) = await figures(watcher)

    assert Parts(**total.parts) == parts_of(moment, timing)


async def seen(watcher: Watcher, source_id: SourceId, *lags: timedelta) -> None:
    """Messages that have just been seen after so long."""
    now = watcher.clock[0]
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await detections.add(session, intake.region_id, source_id, Timing(now, now, now, now, now), [now - lag for lag in lags])


async def test_a_page_that_has_spent_its_budget_is_told_once_and_ends_once(watcher: Watcher, noon: datetime) -> None:
    source = await watcher.watch("a", since=noon - DAY)
    await seen(watcher, source.id, *[40 * MINUTE] * 4)
    assert await look(watcher) == []

    await seen(watcher, source.id, 50 * MINUTE)
    watcher.clock[0] += MINUTE
    assert await look(watcher) == [(AlarmKind.LATE, True)]
    assert await look(watcher) == [(AlarmKind.LATE, True)]

    watcher.clock[0] = noon + DAY + 2 * MINUTE
    assert await look(watcher) == [(AlarmKind.LATE, False)]
    assert await look(watcher) == [(AlarmKind.LATE, False)]


async def test_a_lively_page_that_falls_silent_is_told_until_it_speaks_again(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon - DAY)
    await set_state(watcher, rate=10.0, last_found_at=noon - 2 * DAY, known_until=noon)
    assert await look(watcher) == []
    await set_state(watcher, rate=10.0, last_found_at=noon - 3 * DAY, known_until=noon)
    assert await look(watcher) == [(AlarmKind.SILENT, True)]
    await set_state(watcher, rate=10.0, last_found_at=noon - MINUTE, known_until=noon)

    assert await look(watcher) == [(AlarmKind.SILENT, False)]


async def test_a_page_that_cannot_be_polled_is_not_called_silent(watcher: Watcher, noon: datetime) -> None:
    await watcher.watch("a", since=noon - DAY)
    await set_state(watcher, rate=10.0, last_found_at=noon - 9 * DAY, known_until=noon, failures=2)

    assert await look(watcher) == []


async def set_state(watcher: Watcher, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text(f"UPDATE poll_states SET {columns}"), values)
