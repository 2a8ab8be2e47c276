"""What metrics cost: reading them never looks at the queue, and measuring it looks only at what waits."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.storage import metric_samples
from app.storage.engine import Database
from app.storage.regions import RegionId
from bench.crowd import fill
from tests.storage.plans import indexes, nodes, plans_of


async def test_reading_metrics_does_not_look_at_the_queue(database: Database) -> None:
    (plan,) = await plans_of(database, metric_samples.read_all, about="")

    assert {node["Relation Name"] for node in nodes(plan) if "Relation Name" in node} == {"metric_samples"}


async def test_measuring_the_queue_reads_one_index_and_no_incident(database: Database, region_id: RegionId, noon: datetime) -> None:
    await fill(database, region_id, rows=5000, now=noon)

    async def measure(session: AsyncSession) -> None:
        await metric_samples.measure_queue(session, region_id, now=noon)

    (plan,) = await plans_of(database, measure, without=("bitmapscan", "seqscan"))
    assert {node["Node Type"] for node in nodes(plan) if node.get("Relation Name") == "incidents"} == {"Index Only Scan"}
    assert indexes(plan) == {"ix_incidents_queue"}
