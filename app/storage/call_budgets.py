"""The calls per second and per day of a credential, shared by every worker on every host.

A credential has as many slots as calls a second. A call holds a slot until it has ended, and the slot is free again one
second later. The network receives a call between its start and its end, so two calls of one slot reach it more than a
second apart, and no second there can see more calls than there are slots, whatever the jitter on the way.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.sdk.errors import QuotaExhausted

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


COUNT = text(
    "INSERT INTO call_days (budget, method, day, calls) VALUES (:budget, :method, :day, 1) ON CONFLICT (budget, method, day)"
    " DO UPDATE SET calls = call_days.calls + 1 WHERE call_days.calls < :limit RETURNING calls"
)


class SharedCallBudget:
    """The slots of one credential. `budget` names it without revealing it (a digest); `slots` are its calls per second.

    `per_day` limits single methods by the day (UTC) of the clock `now`; the count is kept in the database.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        budget: str,
        slots: int,
        *,
        per_day: Mapping[str, int] | None = None,
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._key = {"budget": budget, "slots": slots}
        self._per_day = per_day or {}
        self._now = now
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
        """Waits for a slot, in the order of asking within this process, and holds it until the block ends.

        Raises `QuotaExhausted` when the day's calls of the method are spent.
        """
        holder = uuid.uuid4().hex
        if method in self._per_day:
            await self._count(method, self._per_day[method])
        async with self._queue:
            slot = await self._acquire(holder)
        try:
            yield
        finally:
            await asyncio.shield(self._release(slot, holder))

    async def _count(self, method: str, limit: int) -> None:
        today = self._now().date()
        key = {"budget": self._key["budget"], "method": method, "day": today, "limit": limit}
        async with self._engine.connect() as connection:
            if await connection.scalar(COUNT, key) is None:
                tomorrow = datetime.combine(today + timedelta(days=1), time(), UTC)
                raise QuotaExhausted(f"{method}: the day's {limit} calls of this key are spent", method=method, until=tomorrow)

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
