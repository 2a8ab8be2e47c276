"""Replies under way: a few at a time, and at a stop what has left for the network is waited for."""

import asyncio

import structlog

from app.storage.engine import DATABASE_ERRORS
from app.storage.replies import Outgoing
from app.usecases.publish_replies import Publishing, claim_replies, publish_reply

log = structlog.get_logger(__name__)

AT_ONCE = 5
ENDING_SECONDS = 6.0
"""How long a stop waits for calls under way; what is cut short is looked for under its post by whoever works on."""


class ReplyRunner:
    """Publishes up to `AT_ONCE` replies at a time as tasks of `group`."""

    def __init__(self, publishing: Publishing, group: asyncio.TaskGroup) -> None:
        self._publishing = publishing
        self._group = group
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def tick(self) -> None:
        """Takes on what waits."""
        free = AT_ONCE - len(self._sending)
        if free <= 0 or self._stopping:
            return
        for one in await claim_replies(self._publishing, limit=free):
            task = self._group.create_task(self._send(one), name=f"reply {one.id}")
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def stop(self) -> None:
        """Takes nothing on any more, and ends what has not ended by itself in time."""
        self._stopping = True
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=ENDING_SECONDS)
            for task in late:
                task.cancel()

    async def _send(self, one: Outgoing) -> None:
        try:
            await publish_reply(self._publishing, one)
        except DATABASE_ERRORS as error:  # its lease ends, and it is looked for
            log.warning("reply not settled", reply=one.id, reason=type(error).__name__)
