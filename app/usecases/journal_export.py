"""Writes down who takes what away: before the first byte leaves, and once more when it ended."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from app.exports.spool import Spool
from app.storage import exports
from app.storage.engine import DATABASE_ERRORS, Database
from app.storage.exports import NewExport
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)


@asynccontextmanager
async def journalled(
    database: Database, region_id: RegionId, new: NewExport, spool: Spool, *, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Without an entry nothing leaves; one that has no end tells that its end could not be written."""
    async with database.write() as session:
        export_id = await exports.begin(session, region_id, new, now=clock())
    try:
        yield
    finally:
        try:
            async with database.write() as session:
                await exports.end(session, export_id, rows=spool.rows, completed=spool.is_taken, now=clock())
        except DATABASE_ERRORS as error:
            log.warning("end of export not written down", export=export_id, reason=type(error).__name__)
