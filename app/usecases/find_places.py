"""Keeps the region's gazetteer with the names that people taught in memory, to find places by, and takes a newer one up by itself."""

import asyncio
from collections.abc import Callable
from time import monotonic

import structlog

from app.classifier.places.atlas import Atlas
from app.classifier.places.finder import PlaceFinder
from app.classifier.places.morphology import Morphology
from app.domain.place_name import TaughtName
from app.domain.territory import Entry
from app.storage import gazetteer, taught_names
from app.storage.engine import Database
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)
LOOKED_AT_EVERY_SECONDS = 10.0


class PlaceFinders:
    """The finder for the newest gazetteer; one for a whole process, since it takes a second to make and megabytes to keep."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = asyncio.Lock()
        self._looked_at: float | None = None
        self._version = 0
        self._finder: PlaceFinder | None = None

    async def newest(self, database: Database, region_id: RegionId) -> PlaceFinder | None:
        """The finder; None in a region without a gazetteer. A change is noticed within ten seconds."""
        async with self._lock:
            now = self._clock()
            if self._looked_at is None or now - self._looked_at >= LOOKED_AT_EVERY_SECONDS:
                await self._refresh(database, region_id)
                self._looked_at = now
            return self._finder

    async def _refresh(self, database: Database, region_id: RegionId) -> None:
        async with database.read() as session:
            version = await gazetteer.version(session, region_id)
            if version == self._version:
                return
            entries = await gazetteer.all_entries(session, region_id)
            taught = await taught_names.used(session, region_id)
        self._finder = await asyncio.to_thread(_make, entries, taught) if entries else None
        self._version = version
        log.info("gazetteer taken up", version=version, entries=len(entries))


def _make(entries: list[Entry], taught: list[TaughtName]) -> PlaceFinder:
    return PlaceFinder(Atlas(entries, Morphology(), taught))
