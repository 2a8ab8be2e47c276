"""Forgets the networks' answers that have been kept long enough; the messages read from them stay."""

from datetime import datetime

from app.storage import raw_payloads
from app.storage.engine import Database
from app.storage.regions import RegionId

BATCH = 2000
"""Answers forgotten in one transaction, so that none of them is long; at some ten kilobytes each."""


async def purge_raw_payloads(database: Database, region_id: RegionId, *, older_than: datetime, batch: int = BATCH) -> int:
    """How many answers were forgotten."""
    count = 0
    while True:
        async with database.write() as session:
            forgotten = await raw_payloads.purge(session, region_id, older_than=older_than, most=batch)
        count += forgotten
        if forgotten < batch:
            return count
