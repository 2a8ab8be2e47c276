"""How well the model and people agree, and whether what it says drifts, as figures and as metrics."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.agreement import Drift, drifts
from app.storage import agreement, metric_samples
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.telemetry.metrics import Sample

LOOKED_AT = timedelta(days=7)
REFERENCE = 4
"""So many times the period are taken from the time before it, to compare with."""
SPOKEN_OVER = timedelta(days=90)


async def measure_drift(session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime) -> Sequence[Drift]:
    """Verdicts of a period beside those of the four periods before it."""
    before = since - (until - since) * REFERENCE
    return drifts(await agreement.counted(session, region_id, since=before, middle=since, until=until))


async def watch_verdicts(database: Database, region_id: RegionId, *, now: datetime) -> None:
    """Sets the gauges of the last week's drift and of the last 90 days' agreement."""
    async with database.read() as reading:
        found = await measure_drift(reading, region_id, since=now - LOOKED_AT, until=now)
        spoken = await agreement.agreement(reading, region_id, since=now - SPOKEN_OVER, until=now)
    family = "otklik_verdict_drift"
    moved = [Sample(family, family, (("matter", one.matter),), one.index) for one in found if one.index is not None]
    async with database.write() as session:
        await metric_samples.replace_family(session, family, moved)
        await metric_samples.replace_family(session, "otklik_verdict_words", agreement.agreement_samples(spoken))
