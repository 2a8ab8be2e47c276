"""A file on the disk between whoever makes it and whoever takes it away, so that neither waits for the other."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

PIECE = 256 * 1024


class Spool:
    """The file, how many rows stand in it, and whether it was made and taken to the end."""

    def __init__(self, path: Path, *, grows: bool) -> None:
        self.path = path
        self.rows = 0
        self.is_whole = False
        self.is_taken = False
        self._grows = grows
        self._moved = asyncio.Event()

    def grew(self, rows: int) -> None:
        """So many rows more stand in the file."""
        self.rows += rows
        self._moved.set()

    def end(self) -> None:
        """Nothing more will be written."""
        self.is_whole = True
        self._moved.set()

    async def read(self) -> AsyncGenerator[bytes, None]:
        """The file from its beginning to its end, piece by piece; what is read while it grows comes as it is written."""
        while not self.is_whole and not (self._grows and self.rows):
            await self._move()
        with await asyncio.to_thread(self.path.open, "rb") as file:
            while True:
                self._moved.clear()
                was_whole = self.is_whole
                piece = await asyncio.to_thread(file.read, PIECE)
                if piece:
                    yield piece
                elif was_whole:
                    break
                elif not self.is_whole:
                    await self._moved.wait()
        self.is_taken = True

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()
