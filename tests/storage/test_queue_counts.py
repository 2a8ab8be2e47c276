"""Counters cost the same however long the queue is."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.incident import IncidentStatus
from app.domain.operator import OperatorId, Role
from app.storage import queue_counts
from app.storage.access import operators
from app.storage.engine import Database
from app.storage.regions import RegionId
from tests.usecases.reading import open_reader


async def fill(database: Database, region_id: RegionId, now: datetime, count: int) -> OperatorId:
    """So many incidents, due every minute from an hour ago on, each fiftieth in the hands of one operator."""
    await open_reader(database, region_id, now - timedelta(days=30))
    async with database.write() as session:
        anna = (await operators.ensure(session, "Анна", Role.OPERATOR, now=now)).operator.id
        await session.execute(
            text(
                "INSERT INTO incidents (region_id, status, kind, urgent, source_id, month, post_id, author_id, message_id, policy_id,"
                " monitored_since, published_at, collected_at, opened_at, waiting, queue_at, version, assignee_id)"
                " SELECT :region, CASE WHEN n % 50 = 0 THEN 'in_progress' ELSE 'new' END, 'complaint', false, 1, DATE '2026-03-01', '1',"
                " n::text, n, (SELECT max(id) FROM policies), :now, :now, :now, :now, true,"
                " CAST(:now AS timestamptz) + (n - 60) * INTERVAL '1 minute', 1,"
                " CASE WHEN n % 50 = 0 THEN CAST(:anna AS bigint) END FROM generate_series(1, CAST(:count AS int)) AS n"
            ),
            {"region": region_id, "now": now, "anna": anna, "count": count},
        )
    async with database.write() as session:
        await session.execute(text("ANALYZE incidents"))
    return anna


async def test_incidents_are_counted_by_status_deadline_and_owner(database: Database, region_id: RegionId, noon: datetime) -> None:
    anna = await fill(database, region_id, noon, 200)

    async with database.read() as session:
        counts = await queue_counts.count(session, region_id, anna, sure_from=0.5, now=noon)

    assert (counts.by_status[IncidentStatus.NEW], counts.by_status[IncidentStatus.IN_PROGRESS]) == (196, 4)
    assert (counts.overdue, counts.mine) == (59, 4)


async def test_what_is_to_be_done_and_unsure_is_counted(database: Database, region_id: RegionId, noon: datetime) -> None:
    anna = await fill(database, region_id, noon, 200)
    async with database.write() as session:
        await session.execute(text("UPDATE incidents SET confidence = message_id / 200.0"))

    async with database.read() as session:
        counts = await queue_counts.count(session, region_id, anna, sure_from=0.5, now=noon)

    assert counts.unsure == 99


async def test_counting_stops_at_a_thousand(database: Database, region_id: RegionId, noon: datetime) -> None:
    anna = await fill(database, region_id, noon, 3000)

    async with database.read() as session:
        counts = await queue_counts.count(session, region_id, anna, sure_from=0.5, now=noon)

    assert counts.by_status[IncidentStatus.NEW] == queue_counts.COUNTED_TO


async def test_an_operator_s_own_incidents_are_found_by_their_index(database: Database, region_id: RegionId, noon: datetime) -> None:
    anna = await fill(database, region_id, noon, 5000)

    async with database.read() as session:
        plan = await session.scalars(
            text(
                "EXPLAIN SELECT queue_at, id FROM incidents WHERE region_id = :region AND assignee_id = :anna AND waiting"
                " ORDER BY queue_at, id LIMIT 51"
            ),
            {"region": region_id, "anna": anna},
        )

    assert "ix_incidents_queue_by_assignee" in "\n".join(plan)
