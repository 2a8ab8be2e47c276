"""The answer that carries a file away: errors before its first byte are answers of their own, later ones break it off."""

import asyncio
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import datetime, tzinfo

import structlog
from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from app.exports.groups import first_of
from app.exports.spool import Spool
from app.exports.table import MEDIA_TYPES, FileFormat

STALLED_SECONDS = 60.0
"""A reader that takes nothing for so long is cut off: the file would stay on our disk."""

log = structlog.get_logger(__name__)


class ReaderStalled(Exception):
    """Whoever asked for the file takes nothing more of it."""


class ReaderGone(Exception):
    """Whoever asked for the file has hung up."""


class Download(Response):
    """A file of the given name; it is opened when the answer is sent."""

    def __init__(
        self, opening: AbstractAsyncContextManager[Spool], *, name: str, format: FileFormat, stalled_seconds: float = STALLED_SECONDS
    ) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}.{format.value}"'}
        super().__init__(headers=headers, media_type=MEDIA_TYPES[format])
        del self.headers["Content-Length"]
        self._opening = opening
        self._stalled_seconds = stalled_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the file; the journal has its end before the reader has.

        A reader who is gone cancels once, so that what has to be written down then still can be.
        """
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(_until_gone(receive))
                await self._send_file(send)
                watching.cancel()
        except BaseExceptionGroup as failed:
            error = first_of(failed)
            if not isinstance(error, ReaderGone | ReaderStalled):
                raise error from failed
            log.info("export broken off", reason=type(error).__name__)
        if self.background is not None:  # it notes that the token is in use
            await self.background()

    async def _send_file(self, send: Send) -> None:
        async with self._opening as spool, aclosing(spool.read()) as pieces:
            has_begun = False
            async for piece in pieces:
                if not has_begun:
                    await self._hand_over(send, {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                    has_begun = True
                await self._hand_over(send, {"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _hand_over(self, send: Send, message: Message) -> None:
        try:
            async with asyncio.timeout(self._stalled_seconds):
                await send(message)
        except TimeoutError as error:
            raise ReaderStalled from error


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ReaderGone


def file_name(noun: str, now: datetime, zone: tzinfo) -> str:
    """What a file made now is called, without its ending."""
    return f"otklik-{noun}-{now.astimezone(zone):%Y-%m-%d-%H%M}"
