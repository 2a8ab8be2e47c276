"""What is due is claimed by the index that was made for it, however many sources and threads there are."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.plan import Watched
from app.domain.source import SourceId
from app.storage.engine import Database
from app.storage.polling import counters, polls, readings
from app.storage.polling.due import PLACES, what_is_due
from app.storage.polling.readings import Lane, ReadingClaim
from app.storage.regions import RegionId
from app.storage.sources import SOURCE_COLUMNS, source_of
from tests.storage.plans import Plan, indexes, kinds, nodes, plans_of

SOURCES = 2500
THREADS_PER_SOURCE = 10
PLAIN = Watched(1.0, official=True, pushed=False)
FILL = (
    "INSERT INTO sources (region_id, network, external_id, name, url, official, status, monitored_since, created_at)"
    " SELECT :region, CASE WHEN g % 3 = 0 THEN 'ok' ELSE 'vk' END, g::text, '', '', true, 'active', CAST(:now AS timestamptz), :now"
    " FROM generate_series(1, CAST(:sources AS int)) g",
    "INSERT INTO poll_states (source_id, next_poll_at) SELECT id, CAST(:now AS timestamptz) + (id % 3600 - 300) * interval '1 second'"
    " FROM sources",
    "INSERT INTO reading_states (source_id, region_id, network, news_at, backlog_at) SELECT id, region_id, network,"
    " CASE WHEN id % 50 = 0 THEN CAST(:now AS timestamptz) END, CAST(:now AS timestamptz) + (id % 3600 - 30) * interval '1 second'"
    " FROM sources",
    "INSERT INTO threads (region_id, source_id, post_id, month, published_at, comment_count, moved, last_moved_at, next_count_at,"
    " next_sweep_at) SELECT :region, s.id, g::text, '2026-03-01', CAST(:now AS timestamptz), 0, s.id % 50 = 0 AND g = 1, :now,"
    " CAST(:now AS timestamptz) + (s.id % 3600 - 30) * interval '1 second', :now"
    " FROM sources s, generate_series(1, CAST(:threads AS int) * CASE WHEN s.id = 50 THEN 500 ELSE 1 END) g",
    "UPDATE threads SET next_sweep_at = CAST(:now AS timestamptz) + interval '5 days' WHERE source_id = 50",
    "ANALYZE",
)


@pytest.fixture
async def country(database: Database, region_id: RegionId, noon: datetime) -> Database:
    """Some thousand sources with ten threads each, one with five thousand; a few of them due."""
    values = {"region": region_id, "now": noon, "sources": SOURCES, "threads": THREADS_PER_SOURCE}
    async with database.write() as session:
        for statement in FILL:
            await session.execute(text(statement), values)
    return database


def read_wholly(plan: Plan) -> set[str]:
    """The tables that a plan reads from end to end, but for the channels of pushed pages, of which there are none here."""
    return {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"} - {"push_channels"}


async def test_walls_are_claimed_in_the_order_of_their_index(country: Database, region_id: RegionId, noon: datetime) -> None:
    async def claim(session: AsyncSession) -> None:
        await polls.claim_due(session, region_id, "vk", "one", now=noon, limit=5)

    (plan,) = await plans_of(country, claim, about="poll_states")
    assert "ix_poll_states_due" in indexes(plan)
    assert read_wholly(plan) == set()
    assert "Sort" not in kinds(plan)


async def test_counters_are_claimed_in_the_order_of_their_index(country: Database, region_id: RegionId, noon: datetime) -> None:
    async def claim(session: AsyncSession) -> None:
        await counters.claim_due(session, region_id, "vk", now=noon, limit=100)

    (plan,) = await plans_of(country, claim, about="threads")
    assert "ix_threads_count" in indexes(plan)
    assert read_wholly(plan) <= {"sources"}
    assert "Sort" not in kinds(plan)


@pytest.mark.parametrize("lane", Lane)
async def test_readings_are_claimed_in_the_order_of_their_lane(country: Database, region_id: RegionId, noon: datetime, lane: Lane) -> None:
    async def claim(session: AsyncSession) -> None:
        await readings.claim_due(session, region_id, "vk", lane, "one", now=noon, limit=5)

    (plan,) = await plans_of(country, claim, about="reading_states")
    assert f"ix_reading_states_{lane.name.lower()}" in indexes(plan)
    assert read_wholly(plan) == set()
    assert "Sort" not in kinds(plan)


async def test_a_source_is_planned_and_read_without_looking_at_other_sources(
    country: Database, region_id: RegionId, noon: datetime
) -> None:
    async def plan_one(session: AsyncSession) -> None:
        source = source_of((await session.execute(text(f"SELECT {SOURCE_COLUMNS} FROM sources s WHERE s.id = 50"))).one())
        await readings.plan(session, region_id, [SourceId(50)], now=noon)
        await readings.to_read(session, region_id, ReadingClaim(source, Lane.BACKLOG, 0, 0, noon, PLAIN), now=noon, limit=200)

    planned, read = await plans_of(country, plan_one, about="threads")
    for plan in (planned, read):
        assert read_wholly(plan) == set()
        assert indexes(plan) >= {"ix_threads_moved", "ix_threads_sweep"}


async def test_what_is_due_is_seen_at_the_heads_of_the_indexes(country: Database, region_id: RegionId, noon: datetime) -> None:
    async with country.read() as session:
        assert await what_is_due(session, region_id, ["vk", "none"], now=noon) == {("vk", kind) for kind in PLACES}
        assert await what_is_due(session, region_id, ["vk"], now=noon - timedelta(days=1)) == set()

    async def look(session: AsyncSession) -> None:
        await what_is_due(session, region_id, ["vk", "ok"], now=noon)

    (plan,) = await plans_of(country, look, about="threads")
    assert indexes(plan) == {"ix_poll_states_due", "ix_threads_count", "ix_reading_states_news", "ix_reading_states_backlog"}
    assert read_wholly(plan) == set()
    assert "Sort" not in kinds(plan)


async def test_with_the_reserve_only_pages_unseen_for_longest_are_claimed(country: Database, region_id: RegionId, noon: datetime) -> None:
    longest = timedelta(days=1)
    async with country.write() as session:
        await session.execute(
            text("UPDATE poll_states SET last_polled_at = CAST(:now AS timestamptz) - source_id * interval '1 hour'"), {"now": noon}
        )
        claims = await polls.claim_due(session, region_id, "ok", "one", now=noon, limit=1000, unseen_since=noon - longest)
        others = await polls.claim_due(session, region_id, "ok", "one", now=noon, limit=1000)

    assert claims
    assert min(claim.source.id for claim in claims) >= 24
    assert others
    assert max(claim.source.id for claim in others) < 24


async def test_what_a_look_found_is_saved_by_key(country: Database, region_id: RegionId, noon: datetime) -> None:
    async with country.write() as session:
        claims = await counters.claim_due(session, region_id, "vk", now=noon, limit=100)
    counted = [counters.Counted(claim, 1, True, noon) for claim in claims]

    async def save(session: AsyncSession) -> None:
        await counters.save(session, region_id, counted, now=noon)

    (plan,) = await plans_of(country, save, about="threads")
    assert indexes(plan) == {"pk_threads"}
    assert read_wholly(plan) == set()


async def test_claims_never_overlap_and_take_the_longest_waiting_first(country: Database, region_id: RegionId, noon: datetime) -> None:
    async with country.write() as one, country.write() as other:
        first = await polls.claim_due(one, region_id, "ok", "one", now=noon, limit=20)
        second = await polls.claim_due(other, region_id, "ok", "other", now=noon, limit=20)

    assert {claim.source.id for claim in first}.isdisjoint({claim.source.id for claim in second})
    assert max(claim.due_at for claim in first) <= min(claim.due_at for claim in second)
    assert {claim.source.network for claim in (*first, *second)} == {"ok"}
