"""Each hot query of the queue goes by the index that was made for it, over a few thousand incidents with fresh statistics."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.deadline import PolicyId
from app.domain.incident import IncidentId, IncidentStatus
from app.domain.operator import OperatorId
from app.domain.territory import EntryId
from app.storage import incident_details, incidents, queue, rejudging
from app.storage.engine import Database
from app.storage.queue import PARTS, DuePlace, Part, PublishedPlace, QueueFilter
from app.storage.regions import RegionId
from bench.crowd import fill
from tests.storage.plans import Plan, indexes, kinds, plans_of

ROWS = 5000
LIMIT = 51
EVERYTHING = QueueFilter()


@pytest.fixture
async def crowded(database: Database, region_id: RegionId, noon: datetime) -> Database:
    """A queue of five thousand, one in five waiting."""
    await fill(database, region_id, rows=ROWS, now=noon)
    return database


async def plan_of_page(
    crowded: Database, region_id: RegionId, noon: datetime, wanted: QueueFilter, after: DuePlace | None = None
) -> list[Plan]:
    async def read(session: AsyncSession) -> None:
        await queue.by_due(session, region_id, wanted, after=after, limit=LIMIT, now=noon)

    plans = await plans_of(crowded, read)
    return [plan for plan in plans if wanted.promised or "ix_incidents_promised" not in indexes(plan)]


async def test_the_first_page_reads_the_queue_in_its_order(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    (plan,) = await plan_of_page(crowded, region_id, noon, EVERYTHING)
    assert indexes(plan) == {"ix_incidents_queue"}
    assert kinds(plan) <= {"Limit", "Index Only Scan", "Index Scan"}


async def test_a_page_deep_in_the_queue_begins_at_its_key(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    async with crowded.read() as session:
        whole = await queue.by_due(session, region_id, EVERYTHING, after=None, limit=ROWS, now=noon)

    for place in (whole[700], whole[3000]):
        (plan,) = await plan_of_page(crowded, region_id, noon, EVERYTHING, after=place)
        assert indexes(plan) == {"ix_incidents_queue"}
        assert "ROW(queue_at, id) >" in str(plan)
        assert "Sort" not in kinds(plan)


async def test_an_operators_page_reads_the_queue_of_the_authority(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    wanted = QueueFilter(statuses=(IncidentStatus.NEW, IncidentStatus.ASSIGNED), authority_id=AuthorityId(7))
    for plan in await plan_of_page(crowded, region_id, noon, wanted):
        assert indexes(plan) <= {"ix_incidents_queue_by_authority", "ix_incidents_queue_by_status"}
        assert "Seq Scan" not in kinds(plan)


async def promise(crowded: Database, noon: datetime) -> None:
    """Every tenth of what waits no more owes a full answer, by second deadlines around noon."""
    async with crowded.write() as session:
        await session.execute(
            text(
                "UPDATE incidents SET substantive_waits = true, status = 'answered',"
                " substantive_due_at = CAST(:noon AS timestamptz) + (id % 97 - 48) * interval '1 hour' WHERE NOT waiting AND id % 10 = 0"
            ),
            {"noon": noon},
        )
    async with crowded.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE incidents"))


@pytest.mark.parametrize("overdue", [None, True, False])
async def test_what_owes_a_full_answer_is_read_in_the_order_of_its_deadlines(
    crowded: Database, region_id: RegionId, noon: datetime, overdue: bool | None
) -> None:
    await promise(crowded, noon)
    wanted = QueueFilter(promised=True, promise_overdue=overdue)
    async with crowded.read() as session:
        found = await queue.by_due(session, region_id, wanted, after=None, limit=ROWS, now=noon)

    assert [place.due_at for place in found] == sorted(place.due_at for place in found)
    assert {place.due_at < noon for place in found} == {True, False} if overdue is None else {overdue}
    for after in (None, found[len(found) // 2]):
        (plan,) = await plan_of_page(crowded, region_id, noon, wanted, after=after)
        assert indexes(plan) == {"ix_incidents_promised"}
        assert "Sort" not in kinds(plan)


async def test_second_deadlines_come_after_the_first_ones_and_before_the_rest(
    crowded: Database, region_id: RegionId, noon: datetime
) -> None:
    await promise(crowded, noon)
    met: list[DuePlace] = []
    async with crowded.read() as session:
        while page := await queue.by_due(session, region_id, EVERYTHING, after=met[-1] if met else None, limit=700, now=noon):
            met += page
        promised = await queue.by_due(session, region_id, QueueFilter(promised=True), after=None, limit=ROWS, now=noon)

    assert len({place.id for place in met}) == len(met) == ROWS
    assert [PARTS.index(place.part) for place in met] == sorted(PARTS.index(place.part) for place in met)
    assert [place for place in met if place.part is Part.PROMISED] == promised


async def test_a_rare_status_is_not_looked_for_among_the_others(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(statuses=(IncidentStatus.DUPLICATE,))):
        assert indexes(plan) == {"ix_incidents_queue_by_status"}


@pytest.mark.parametrize(
    ("topic", "index"), [("nothing.at_all", "ix_incidents_queue_by_topic"), ("nothing", "ix_incidents_queue_by_topic_group")]
)
async def test_a_topic_that_nobody_writes_about_is_found_missing_at_once(
    crowded: Database, region_id: RegionId, noon: datetime, topic: str, index: str
) -> None:
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(topic=topic)):
        assert indexes(plan) == {index}


async def test_a_group_finds_all_its_topics_and_a_topic_only_itself(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    topics = {1: "roads", 2: "roads.potholes", 3: "roads.signs", 4: "roads_of_life.ice"}
    async with crowded.write() as session:
        for number, topic in topics.items():
            await session.execute(text("UPDATE incidents SET topic = :topic WHERE id = :id"), {"topic": topic, "id": number})
        found = {
            wanted: {
                place.id for place in await queue.by_due(session, region_id, QueueFilter(topic=wanted), after=None, limit=ROWS, now=noon)
            }
            & set(topics)
            for wanted in ("roads", "roads.potholes")
        }

    assert found == {"roads": {1, 2, 3}, "roads.potholes": {2}}


async def test_an_operators_own_incidents_are_read_by_the_operator(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(assignee_id=OperatorId(1))):
        assert indexes(plan) == {"ix_incidents_queue_by_assignee"}


async def test_words_are_looked_up_in_their_own_index(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(words="обращение 4711")):
        assert "ix_incidents_search" in indexes(plan)
        assert "Seq Scan" not in kinds(plan)


async def test_the_newest_first_reads_the_order_of_publication(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    async def read(session: AsyncSession) -> None:
        found = await queue.by_published(session, region_id, EVERYTHING, after=None, limit=LIMIT, now=noon)
        await queue.by_published(session, region_id, EVERYTHING, after=found[-1], limit=LIMIT, now=noon)

    for plan in await plans_of(crowded, read):
        assert indexes(plan) == {"ix_incidents_published"}
        assert "Sort" not in kinds(plan)


async def test_the_watcher_reads_only_what_is_overdue_and_unmarked(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    async def read(session: AsyncSession) -> None:
        await incidents.lock_overdue(session, region_id, judged_by=PolicyId(1), now=noon, limit=500)

    first, second = await plans_of(crowded, read)
    assert (indexes(first), indexes(second)) == ({"ix_incidents_unmarked"}, {"ix_incidents_substantive_unmarked"})


async def test_the_rows_of_a_page_are_fetched_by_key(crowded: Database, region_id: RegionId) -> None:
    async def read(session: AsyncSession) -> None:
        await incident_details.of_ids(session, region_id, [IncidentId(number) for number in range(1, 51)])

    (plan,) = await plans_of(crowded, read)
    assert "pk_incidents" in indexes(plan)


async def test_paging_through_everything_meets_each_incident_once(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    wanted = QueueFilter(authority_id=AuthorityId(7))
    due: list[DuePlace] = []
    published: list[PublishedPlace] = []
    async with crowded.read() as session:
        while page := await queue.by_due(session, region_id, wanted, after=due[-1] if due else None, limit=9, now=noon):
            due += page
        while newer := await queue.by_published(session, region_id, wanted, after=published[-1] if published else None, limit=9, now=noon):
            published += newer
    assert len({place.id for place in due}) == len(due) == len(published)
    assert {place.id for place in due} == {place.id for place in published}
    assert [(PARTS.index(place.part), place.due_at, place.id) for place in due] == sorted(
        (PARTS.index(place.part), place.due_at, place.id) for place in due
    )


async def test_the_queue_of_one_settlement_goes_by_its_own_index(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    await settle(crowded)
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(territory_ids=(EntryId(7),))):
        assert indexes(plan) == {"ix_incidents_queue_by_territory"}
        assert "Sort" not in kinds(plan)


async def test_the_queue_of_a_district_never_reads_the_whole_table(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    await settle(crowded)
    for plan in await plan_of_page(crowded, region_id, noon, QueueFilter(territory_ids=(EntryId(7), EntryId(8), EntryId(9)))):
        assert indexes(plan) <= {"ix_incidents_queue_by_territory", "ix_incidents_queue"}
        assert "Seq Scan" not in kinds(plan)


async def settle(crowded: Database) -> None:
    """Spreads the incidents over fifty settlements."""
    async with crowded.write() as session:
        await session.execute(text("UPDATE incidents SET territory_id = 1 + id % 50"))
    async with crowded.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE incidents"))


async def test_another_policy_reads_only_what_is_open(crowded: Database, region_id: RegionId, noon: datetime) -> None:
    async def read(session: AsyncSession) -> None:
        await rejudging.lock_some(session, region_id, [PolicyId(1)], limit=200)

    (plan,) = await plans_of(crowded, read, without=["seqscan"])
    assert indexes(plan) <= {"ix_incidents_open", "ix_incidents_unmarked"}
