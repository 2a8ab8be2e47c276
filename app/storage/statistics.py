"""The waits behind the figures: one row of arrays a group, so that a year of questions stays cheap to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE


class GroupBy(StrEnum):
    AUTHORITY = "authority"
    TOPIC = "topic"
    SOURCE = "source"
    TERRITORY = "territory"


class Answered(StrEnum):
    """Which answer ends a wait: the first that counts, or the first that settles the matter."""

    FIRST = "first"
    SUBSTANTIVE = "substantive"


@dataclass(frozen=True, slots=True)
class GroupOfWaits:
    """The questions of one group, as columns. Moments are Unix seconds; an unanswered wait ends when it was last observed.

    `topics` are groups of topics. `no_reply` counts those that nobody could answer, which stand in no column.
    """

    key: int | None
    name: str | None
    started: Sequence[float]
    ended: Sequence[float]
    answered: Sequence[bool]
    retracted: Sequence[bool]
    withdrawn: Sequence[bool]
    topics: Sequence[str | None]
    no_reply: int


GROUPS = {
    GroupBy.AUTHORITY: ("a.id, a.name", " LEFT JOIN authorities a ON a.id = i.authority_id"),
    GroupBy.TOPIC: ("NULL::bigint, i.topic", ""),
    GroupBy.SOURCE: ("s.id, s.name", " JOIN sources s ON s.id = i.source_id"),
    GroupBy.TERRITORY: (
        "g.id, btrim(g.type || ' ' || g.name)",
        " LEFT JOIN gazetteer_entries g ON g.region_id = i.region_id AND g.id = i.territory_id",
    ),
}

RETRACTED = "'retracted' = ANY(t.flags)"
ENDS = {
    Answered.FIRST: ("t.first_answered_at", RETRACTED),
    Answered.SUBSTANTIVE: (
        "t.substantive_at",
        f"coalesce(t.substantive_id = t.first_answer_id AND {RETRACTED}, false) OR 'substantive_retracted' = ANY(t.flags)",
    ),
}
"""By the answer that ends a wait: the moment of it, and whether it was taken back."""

OWED = (
    "t.region_id = :region AND t.started_at >= :since AND t.started_at < :until AND t.due_at IS NOT NULL AND NOT t.dismissed"
    f" AND i.source_id {REAL_PAGE}"
)
"""Turns `t` of incidents `i` put in `since <= t < until`, without those that no deadline binds (`pre_observed`) and dismissed ones."""
TOPIC_GROUP = "split_part(i.topic, '.', 1)"
COUNTED = f"{OWED} AND t.no_reply_at IS NULL"
"""Of them those that somebody could answer: what figures are made of."""


async def waits(
    session: AsyncSession,
    region_id: RegionId,
    *,
    since: datetime,
    until: datetime,
    group_by: GroupBy,
    answered: Answered = Answered.FIRST,
    now: datetime,
) -> list[GroupOfWaits]:
    """The questions that are owed an answer. A withdrawn question was observed until it was last seen, an open one until now."""
    columns, joins = GROUPS[group_by]
    answered_at, retracted = ENDS[answered]
    rows = await session.execute(
        text(
            f"SELECT {columns}, {_column('extract(epoch FROM t.started_at)::float8')},"
            f" {_column(f'extract(epoch FROM coalesce({answered_at}, t.withdrawn_at, CAST(:now AS timestamptz)))::float8')},"
            f" {_column(f'{answered_at} IS NOT NULL')}, {_column(retracted)},"
            f" {_column(f'{answered_at} IS NULL AND t.withdrawn_at IS NOT NULL')}, {_column(TOPIC_GROUP)}, count(t.no_reply_at)"
            f" FROM turns t JOIN incidents i ON i.region_id = t.region_id AND i.id = t.incident_id{joins}"
            f" WHERE {OWED} GROUP BY 1, 2 ORDER BY 2 NULLS LAST, 1"
        ),
        {"region": region_id, "since": since, "until": until, "now": now},
    )
    return [GroupOfWaits(*row) for row in rows]


def _column(value: str) -> str:
    """A value of every question that figures are made of."""
    return f"coalesce(array_agg({value}) FILTER (WHERE t.no_reply_at IS NULL), '{{}}')"
