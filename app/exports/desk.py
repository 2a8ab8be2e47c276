"""Where files are made, a few at a time: each takes a connection, a core and room on the disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.errors import TooBusy
from app.exports.xlsx_file import MOST_ROWS

AT_A_TIME = 2
WAITED_SECONDS = 10.0


class ExportDesk:
    """The places for files under way in this process, and how large they may become."""

    def __init__(
        self, *, places: int = AT_A_TIME, chunk: int = 200, sheet_rows: int = MOST_ROWS, waited_seconds: float = WAITED_SECONDS
    ) -> None:
        self.chunk = chunk
        self.sheet_rows = sheet_rows
        self._free = asyncio.Semaphore(places)
        self._waited_seconds = waited_seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, waited for a little; `TooBusy` when none becomes free."""
        try:
            async with asyncio.timeout(self._waited_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise TooBusy("exports") from error
        try:
            yield
        finally:
            self._free.release()
