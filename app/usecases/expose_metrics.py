"""Metrics that agree whichever process is asked: counted by each, summed in the database, shown from there."""

from collections.abc import Sequence
from datetime import datetime

from app.storage import alarms, masses, metric_samples
from app.storage.calls.quotas import CredentialUse, MethodQuota
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.telemetry.metrics import DeltaReader, Sample, write_text


async def hand_over_counts(database: Database, reader: DeltaReader) -> None:
    """Adds this process's growth to the totals; what could not be written is kept and handed over next time."""
    deltas = reader.take()
    try:
        async with database.write() as session:
            await metric_samples.add(session, deltas)
    except BaseException:
        reader.give_back(deltas)
        raise


async def measure_gauges(
    database: Database, region_id: RegionId, uses: Sequence[CredentialUse], quotas: Sequence[MethodQuota], *, now: datetime
) -> None:
    """Counts the queue and the sources anew, so that reading `/metrics` costs the same however long the queue is."""
    async with database.write() as session:
        queue = await metric_samples.measure_queue(session, region_id, now=now)
        late = await metric_samples.measure_promises(session, region_id, now=now)
        sources = await metric_samples.measure_sources(session, region_id, now=now)
        open_alarms = await alarms.measure(session, region_id)
        waiting = await masses.count_open(session, region_id)
        open_masses = [Sample("otklik_masses_open", "otklik_masses_open", (), waiting)]
        families = (
            "otklik_incidents_open",
            "otklik_incidents_overdue",
            "otklik_full_answers_overdue",
            "otklik_sources",
            "otklik_poll_delay_seconds",
            "otklik_quota_remaining",
            "otklik_credentials",
            "otklik_alarms_open",
            "otklik_masses_open",
        )
        keys = [metric_samples.quota_samples(quotas), metric_samples.credential_samples(uses, now=now)]
        for family, samples in zip(families, [*queue, late, *sources, *keys, open_alarms, open_masses], strict=True):
            await metric_samples.replace_family(session, family, samples)


async def exposition(database: Database) -> bytes:
    """Prometheus' text format of everything known."""
    async with database.read() as session:
        return write_text(await metric_samples.read_all(session))
