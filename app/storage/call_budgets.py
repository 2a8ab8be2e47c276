"""The calls per second of a credential, shared by every worker on every host.

A credential has as many slots as calls a second. A call holds a slot until it has ended, and the slot is free again one
second later. The network receives a call between its start and its end, so two calls of one slot reach it more than a
second apart, and no second there can see more calls than there are slots, whatever the jitter on the way.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WINDOW = timedelta(seconds=1)
LONGEST_CALL = timedelta(seconds=30)
"""After this a slot whose holder died is free again; longer than any call is let run."""
SHORTEST_WAIT = 0.01

ACQUIRE = text(
    "UPDATE call_slots SET free_at = clock_timestamp() + :longest, holder = :holder WHERE (budget, slot) = (SELECT budget, slot"
    " FROM call_slots WHERE budget = :budget AND slot < :slots AND free_at <= clock_timestamp() ORDER BY free_at LIMIT 1"
    " FOR UPDATE SKIP LOCKED) RETURNING slot"
)
WAIT = text("SELECT extract(epoch FROM min(free_at) - clock_timestamp()) FROM call_slots WHERE budget = :budget AND slot < :slots")
RELEASE = text(
    "UPDATE call_slots SET free_at = clock_timestamp() + :window, holder = NULL"
    " WHERE budget = :budget AND slot = :slot AND holder = :holder"
)


class SharedCallBudget:
    """The slots of one credential. `budget` names it without revealing it (a digest); `slots` are its calls per second."""

    def __init__(self, engine: AsyncEngine, budget: str, slots: int) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._key = {"budget": budget, "slots": slots}
        self._queue = asyncio.Lock()

    async def prepare(self) -> None:
        """Makes the slots of a credential that is new here."""
        async with self._engine.connect() as connection:
            await connection.execute(
                text(
                    "INSERT INTO call_slots (budget, slot, free_at) SELECT :budget, slot, clock_timestamp()"
                    " FROM generate_series(0, CAST(:slots AS int) - 1) AS slot ON CONFLICT DO NOTHING"
                ),
                self._key,
            )

    @asynccontextmanager
    async def call(self, method: str) -> AsyncIterator[None]:
        """Waits for a slot, in the order of asking within this process, and holds it until the block ends."""
        holder = uuid.uuid4().hex
        async with self._queue:
            slot = await self._acquire(holder)
        try:
            yield
        finally:
            await asyncio.shield(self._release(slot, holder))

    async def _acquire(self, holder: str) -> int:
        while True:
            async with self._engine.connect() as connection:
                slot = await connection.scalar(ACQUIRE, {**self._key, "holder": holder, "longest": LONGEST_CALL})
                if slot is not None:
                    return int(slot)
                wait = await connection.scalar(WAIT, self._key)
            await asyncio.sleep(max(float(wait or 0), SHORTEST_WAIT))

    async def _release(self, slot: int, holder: str) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(RELEASE, {"budget": self._key["budget"], "slot": slot, "holder": holder, "window": WINDOW})
