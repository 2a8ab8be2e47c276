"""Monthly partitions of `messages`, made as months come."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FIRST_MONTH = date(2024, 1, 1)
"""Threads older than this share one partition (see the first migration)."""


COUNTED = text(
    "SELECT greatest(c.reltuples, 0) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = CAST('messages' AS regclass) AND c.relname = :name"
)
"""How many messages the planner knows of in a partition, nothing where there is none.

Asks the catalogue's tables, not `to_regclass`, whose answer «no» a session remembers while it waits for a lock.
"""


def month_of(moment: datetime) -> date:
    """The partition key for a thread published at `moment` (UTC)."""
    return moment.date().replace(day=1)


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


async def ensure_month(session: AsyncSession, month: date) -> int:
    """Makes the month's partition if it is missing; attached, not created in place, so that readers are not stopped.

    How many messages its newest statistics speak of.
    """
    name = _partition(month)
    counted = await session.scalar(COUNTED, {"name": name})
    if counted is None:
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('messages partitions'))"))
        counted = await session.scalar(COUNTED, {"name": name})
    if counted is not None:
        return int(counted)
    await session.execute(text(f"CREATE TABLE {name} (LIKE messages INCLUDING DEFAULTS INCLUDING GENERATED)"))
    await session.execute(text(f"ALTER TABLE messages ATTACH PARTITION {name} FOR VALUES FROM ('{month}') TO ('{_after(month)}')"))
    return 0


def _partition(month: date) -> str:
    return "messages_before_2024" if month < FIRST_MONTH else f"messages_{month:%Y_%m}"


ANALYSED_AT = (500, 5_000, 50_000)
GROWING = ("threads", "incidents", "incident_events", "turns", "answers")


SMALL = text("SELECT relname FROM pg_class WHERE oid = ANY(CAST(CAST(:names AS text[]) AS regclass[])) AND reltuples < :most")


@dataclass(slots=True)
class Growth:
    """The months whose partition exists, and about how many messages each holds: what statistics told when this process first
    met it, and what the process has put into it since.

    A fresh table has no statistics, and without them the planner takes any index that names the first column for as good
    as the right one: a burst into a new month would read ever longer stretches until autovacuum comes by. So the first
    growth of a month is analysed at once. A month that has statistics is left to autovacuum.
    """

    stored: dict[date, int] = field(default_factory=dict)

    def note(self, month: date, count: int) -> bool:
        """Adds messages to a month; whether its statistics should be taken now."""
        before = self.stored.get(month, 0)
        self.stored[month] = before + count
        return any(before < mark <= before + count for mark in ANALYSED_AT)


async def take_statistics(session: AsyncSession, month: date) -> None:
    """Tells the planner what a month's partition and the tables beside it hold by now; large ones it knows well enough."""
    small = await session.execute(SMALL, {"names": [*GROWING], "most": ANALYSED_AT[-1]})
    await session.execute(text(f"ANALYZE {', '.join([_partition(month), *(row.relname for row in small)])}"))
