"""Surges: what was written of which topic in which territory, and where more than usual is written now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.surge import Series, Surge
from app.domain.territory import EntryId
from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE

WRITTEN = (
    "SELECT i.topic, i.territory_id, i.published_at FROM incidents i"
    " WHERE i.region_id = :region AND i.published_at >= :since AND i.published_at < :until AND i.topic IS NOT NULL"
    f" AND i.status <> 'rejected' AND i.source_id {REAL_PAGE}"
)


async def began_at(session: AsyncSession, region_id: RegionId, *, since: datetime) -> datetime | None:
    """When the first message since a moment that opened an incident was published."""
    found: datetime | None = await session.scalar(
        text("SELECT min(published_at) FROM incidents WHERE region_id = :region AND published_at >= :since"),
        {"region": region_id, "since": since},
    )
    return found


async def written(session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime) -> dict[Series, list[datetime]]:
    """When the questions of every series were published, in order."""
    rows = await session.execute(text(f"{WRITTEN} ORDER BY i.published_at"), {"region": region_id, "since": since, "until": until})
    found: dict[Series, list[datetime]] = {}
    for row in rows:
        found.setdefault(Series(row.topic, None if row.territory_id is None else EntryId(row.territory_id)), []).append(row.published_at)
    return found


async def settle(session: AsyncSession, region_id: RegionId, now_open: Mapping[Series, Surge], *, now: datetime) -> int:
    """Begins surges that are new, renews the figures of those that last, ends the others; how many began."""
    series = list(now_open)
    key = {
        "region": region_id,
        "now": now,
        "topics": [one.topic for one in series],
        "territories": [one.territory_id for one in series],
    }
    of_series = "unnest(CAST(:topics AS text[]), CAST(:territories AS bigint[]))"
    await session.execute(
        text(
            "UPDATE surges SET ended_at = :now WHERE region_id = :region AND ended_at IS NULL AND NOT EXISTS (SELECT FROM"
            f" {of_series} AS o(topic, territory_id) WHERE o.topic = surges.topic"
            " AND o.territory_id IS NOT DISTINCT FROM surges.territory_id)"
        ),
        key,
    )
    rows = await session.execute(
        text(
            "INSERT INTO surges (region_id, topic, territory_id, began_at, raised_at, messages, usual)"
            " SELECT :region, o.* FROM unnest(CAST(:topics AS text[]), CAST(:territories AS bigint[]), CAST(:began AS timestamptz[]),"
            " CAST(:raised AS timestamptz[]), CAST(:messages AS int[]), CAST(:usual AS float8[])) AS o"
            " ON CONFLICT (region_id, topic, (coalesce(territory_id, 0))) WHERE ended_at IS NULL"
            " DO UPDATE SET messages = greatest(surges.messages, excluded.messages), usual = excluded.usual RETURNING (xmax = 0) AS is_new"
        ),
        key
        | {
            "began": [now_open[one].began_at for one in series],
            "raised": [now_open[one].raised_at for one in series],
            "messages": [now_open[one].messages for one in series],
            "usual": [now_open[one].usual for one in series],
        },
    )
    return sum(row.is_new for row in rows)


@dataclass(frozen=True, slots=True)
class ShownSurge:
    """A surge as it is shown; `territory_name` is `None` where the pages have no territory."""

    id: int
    topic: str
    territory_id: EntryId | None
    territory_name: str | None
    began_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    messages: int
    usual: float


async def listed(session: AsyncSession, region_id: RegionId, *, only_open: bool, before: int | None, limit: int) -> Sequence[ShownSurge]:
    """Surges, the newest first."""
    rows = await session.execute(
        text(
            "SELECT u.id, u.topic, u.territory_id, nullif(trim(concat(g.type, ' ', g.name)), '') AS territory_name, u.began_at,"
            " u.raised_at, u.ended_at, u.messages, u.usual FROM surges u"
            " LEFT JOIN gazetteer_entries g ON g.region_id = u.region_id AND g.id = u.territory_id"
            " WHERE u.region_id = :region AND (NOT :only_open OR u.ended_at IS NULL)"
            " AND (CAST(:before AS bigint) IS NULL OR u.id < :before) ORDER BY u.id DESC LIMIT :limit"
        ),
        {"region": region_id, "only_open": only_open, "before": before, "limit": limit},
    )
    return [ShownSurge(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A problem that comes back: in how many of the last weeks a topic was written of in a territory, and how often in all."""

    topic: str
    territory_id: EntryId | None
    territory_name: str | None
    weeks: int
    messages: int


async def recurring(
    session: AsyncSession, region_id: RegionId, *, since: datetime, now: datetime, least_weeks: int, limit: int
) -> Sequence[Recurrence]:
    """What was written of in at least so many different weeks, reckoned back from now: what needs a decision, not an answer."""
    rows = await session.execute(
        text(
            "SELECT w.topic, w.territory_id, nullif(trim(concat(g.type, ' ', g.name)), '') AS territory_name,"
            " count(DISTINCT floor(extract(epoch FROM CAST(:until AS timestamptz) - w.published_at) / 604800)) AS weeks,"
            f" count(*) AS messages FROM ({WRITTEN}) AS w LEFT JOIN gazetteer_entries g ON g.region_id = :region AND g.id = w.territory_id"
            " GROUP BY w.topic, w.territory_id, territory_name"
            " HAVING count(DISTINCT floor(extract(epoch FROM CAST(:until AS timestamptz) - w.published_at) / 604800)) >= :weeks"
            " ORDER BY weeks DESC, messages DESC, w.topic LIMIT :limit"
        ),
        {"region": region_id, "since": since, "until": now, "weeks": least_weeks, "limit": limit},
    )
    return [Recurrence(*row) for row in rows]
