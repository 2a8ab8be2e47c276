"""Surges as stored: begun once, renewed while they last, ended once; and what comes back week after week."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.storage import surges
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.surges import ShownSurge
from app.usecases.watch_surges import watch_surges
from tests.usecases.reading import comment, open_reader

ZONE = ZoneInfo("Europe/Moscow")
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


async def history(database: Database, region_id: RegionId, noon: datetime) -> None:
    """Ten weeks in which people write of ten topics in turn."""
    random = Random(4)
    reader = await open_reader(database, region_id, noon - 11 * WEEK)
    moments = sorted(noon - random.random() * 10 * WEEK for _ in range(600))
    for first in range(0, 600, 200):
        asked = [
            comment(number, f"Беда {number}!", moments[number], by=str(number), under=number % 40 + 1)
            for number in range(first, first + 200)
        ]
        await reader.read(*asked, at=noon)
    async with database.write() as session:
        await session.execute(text("UPDATE incidents SET topic = 'roads.t' || (mod(CAST(author_id AS int), 10))"))


async def burst(database: Database, region_id: RegionId, topic: str, moments: list[datetime]) -> None:
    """Questions about one topic, copied from one that is there."""
    async with database.write() as session:
        await session.execute(
            text(
                "INSERT INTO incidents (region_id, status, kind, topic, urgent, source_id, month, post_id, author_id, message_id,"
                " policy_id, monitored_since, published_at, collected_at, opened_at, waiting, queue_at, version)"
                " SELECT i.region_id, 'new', i.kind, :topic, false, i.source_id, i.month, i.post_id, 'burst' || m.number,"
                " i.message_id, i.policy_id, i.monitored_since, m.moment, m.moment, m.moment, true, m.moment, 1"
                " FROM (SELECT * FROM incidents ORDER BY id LIMIT 1) AS i,"
                " unnest(CAST(:moments AS timestamptz[])) WITH ORDINALITY AS m(moment, number)"
            ),
            {"topic": topic, "moments": moments},
        )


async def look(database: Database, region_id: RegionId, now: datetime) -> list[ShownSurge]:
    await watch_surges(database, region_id, ZONE, now=now)
    async with database.read() as session:
        return list(await surges.listed(session, region_id, only_open=False, before=None, limit=50))


async def test_an_ordinary_week_has_no_surge(database: Database, region_id: RegionId, noon: datetime) -> None:
    await history(database, region_id, noon)

    assert await look(database, region_id, noon) == []


async def test_a_region_without_history_has_none_either(database: Database, region_id: RegionId, noon: datetime) -> None:
    assert await look(database, region_id, noon) == []


async def test_a_surge_begins_once_is_renewed_and_ends_once(database: Database, region_id: RegionId, noon: datetime) -> None:
    await history(database, region_id, noon)
    rise = [noon + HOUR / 6 * number for number in range(12)]
    await burst(database, region_id, "water.no_cold", rise)

    (begun,) = await look(database, region_id, rise[-1] + HOUR / 10)
    (again,) = await look(database, region_id, rise[-1] + HOUR / 5)
    (over,) = await look(database, region_id, noon + 30 * 24 * HOUR)

    assert (begun.topic, begun.began_at, begun.messages, begun.ended_at) == ("water.no_cold", rise[0], 12, None)
    assert begun.raised_at <= rise[7]
    assert begun.usual < 2
    assert (again.id, again.ended_at) == (begun.id, None)
    assert (over.id, over.ended_at) == (begun.id, noon + 30 * 24 * HOUR)


async def test_what_comes_back_week_after_week_is_listed(database: Database, region_id: RegionId, noon: datetime) -> None:
    await history(database, region_id, noon)
    await burst(database, region_id, "roads.drainage", [noon - week * WEEK - HOUR for week in range(6)])
    async with database.read() as session:
        found = await surges.recurring(session, region_id, since=noon - 8 * WEEK, now=noon, least_weeks=5, limit=200)
        once = await surges.recurring(session, region_id, since=noon - 8 * WEEK, now=noon, least_weeks=7, limit=200)

    assert ("roads.drainage", 6, 6) in {(one.topic, one.weeks, one.messages) for one in found}
    assert "roads.drainage" not in {one.topic for one in once}
