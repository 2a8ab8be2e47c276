"""Whether the database has room: what it says itself, and what its own folder shows where it is embedded."""

import asyncio
import shutil
from pathlib import Path
from time import monotonic

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.storage.server.failures import is_full

LEAST_ROOM = 16 * 1024 * 1024
"""Bytes that PostgreSQL takes at a time to note what it is about to store: with less its next write may be the last."""
REMEMBERED_FOR = 60.0
"""Real seconds for which a refusal for want of room is told, unless there is another; whoever serves writes more often than that."""
WHAT_TO_DO = "make room there (docs/operations.md, «The disk is full»), the rest goes on by itself."


class DiskWatch:
    """What one process knows of the database's room. `folder` is the embedded database's, `None` for a server elsewhere."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._refused_at: float | None = None

    def note(self, error: BaseException) -> None:
        """Takes note of an error that the database answered with."""
        if is_full(error):
            self._refused_at = monotonic()

    def listen(self, engine: AsyncEngine) -> None:
        """Takes note of whatever the database refuses through the engine, whoever asked."""
        event.listen(engine.sync_engine, "handle_error", lambda failed: self.note(failed.original_exception))

    @property
    def was_refused(self) -> bool:
        """Whether something could not be stored of late for want of room."""
        return self._refused_at is not None and monotonic() - self._refused_at < REMEMBERED_FOR

    async def trouble(self) -> str:
        """What stands against storing anything, and what to do; "" where nothing is known. Strangers read it: it names no folder."""
        if self._folder is not None:
            left = (await asyncio.to_thread(shutil.disk_usage, self._folder)).free
            words = f"The disk of OTKLIK_DATA_DIR is full, so that the database cannot store anything: {WHAT_TO_DO}"
            return words if left < LEAST_ROOM else ""
        if not self.was_refused:
            return ""
        return f"The disk of the database's server is full, so that it cannot store anything: {WHAT_TO_DO}"
