"""Sources: the registry of watched pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, NotFound, StaleVersion
from app.domain.source import PauseReason, Source, SourceId, SourceStatus
from app.domain.territory import EntryId
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Registered:
    """A source with everything that an administrator sees of it. Nobody polls one without `next_poll_at`.

    `rate` is how many posts a day are expected, `interval` the time between its last poll and the next: both of a planned page only.
    """

    source: Source
    authority_name: str | None
    paused_reason: PauseReason | None
    created_at: datetime
    version: int
    next_poll_at: datetime | None
    failures: int
    last_error: str | None
    last_error_at: datetime | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    weight: float
    rate: float | None
    interval: timedelta | None


PUSHED_SINCE = "(SELECT since FROM push_channels c WHERE c.source_id = s.id) AS pushed_since"
PUSH_KEEPS_UP = (
    "EXISTS (SELECT FROM push_channels c WHERE c.source_id = s.id AND (c.missed_at IS NULL AND c.last_event_at IS NOT NULL"
    " OR c.missed_at < c.last_event_at)) AS push_keeps_up"
)
SOURCE_COLUMNS = (
    "s.id, s.network, s.external_id, s.name, s.url, s.official, s.authority_id, s.status, s.monitored_since, s.territory_id, s.test"
)
TEST_PAGES = "ARRAY(SELECT id FROM sources WHERE region_id = :region AND test)"
"""The pages whose incidents are nobody's work: they stand in no queue, statistics, metrics or alarms."""
REAL_PAGE = f"<> ALL({TEST_PAGES})"
"""Said of a `source_id`. The few test pages are looked up once a statement."""
SELECTED = (
    f"SELECT {SOURCE_COLUMNS},"
    " a.name AS authority_name, s.paused_reason, s.created_at, s.version, p.next_poll_at, p.failures + coalesce(r.failures, 0),"
    " coalesce(p.last_error, r.last_error), coalesce(p.last_error_at, r.last_error_at), p.last_polled_at, p.last_success_at,"
    " s.weight, p.rate, p.next_poll_at - p.known_until"
    " FROM sources s JOIN poll_states p ON p.source_id = s.id LEFT JOIN reading_states r ON r.source_id = s.id"
    " LEFT JOIN authorities a ON a.id = s.authority_id"
)


def source_of(row: Any) -> Source:
    """The source of a row with `SOURCE_COLUMNS`."""
    return Source(
        SourceId(row.id),
        row.network,
        row.external_id,
        row.name,
        row.url,
        row.official,
        None if row.authority_id is None else AuthorityId(row.authority_id),
        SourceStatus(row.status),
        row.monitored_since,
        None if row.territory_id is None else EntryId(row.territory_id),
        row.test,
    )


def _registered(row: Any) -> Registered:
    reason = None if row.paused_reason is None else PauseReason(row.paused_reason)
    return Registered(source_of(row), row.authority_name, reason, *row[13:])


@dataclass(frozen=True, slots=True)
class NewSource:
    """A page to watch from `monitored_since` on."""

    network: str
    external_id: str
    name: str
    url: str
    official: bool
    authority_id: AuthorityId | None
    monitored_since: datetime
    territory_id: EntryId | None = None
    test: bool = False


async def add(session: AsyncSession, region_id: RegionId, new: NewSource, *, now: datetime) -> SourceId:
    """Registers a page, to be polled at once; `AlreadyExists` when it is watched already."""
    found = await session.scalar(
        text(
            "INSERT INTO sources (region_id, network, external_id, name, url, official, authority_id, territory_id, test,"
            " status, monitored_since, created_at) VALUES (:region, :network, :external_id, :name, :url, :official,"
            " CAST(:authority AS bigint), CAST(:territory AS bigint), :test, 'active', :since, :now)"
            " ON CONFLICT DO NOTHING RETURNING id"
        ),
        {
            "region": region_id,
            "network": new.network,
            "external_id": new.external_id,
            "name": new.name,
            "url": new.url,
            "official": new.official,
            "authority": new.authority_id,
            "territory": new.territory_id,
            "test": new.test,
            "since": new.monitored_since,
            "now": now,
        },
    )
    if found is None:
        existing = await session.scalar(
            text("SELECT id FROM sources WHERE region_id = :region AND network = :network AND external_id = :external_id"),
            {"region": region_id, "network": new.network, "external_id": new.external_id},
        )
        raise AlreadyExists("source", new.url, existing_id=existing)
    await session.execute(text("INSERT INTO poll_states (source_id, next_poll_at) VALUES (:source, :now)"), {"source": found, "now": now})
    return SourceId(found)


async def get(session: AsyncSession, region_id: RegionId, source_id: SourceId) -> Registered:
    """A source as the administrator sees it; `NotFound` when there is none."""
    row = (
        await session.execute(text(f"{SELECTED} WHERE s.region_id = :region AND s.id = :id"), {"region": region_id, "id": source_id})
    ).one_or_none()
    if row is None:
        raise NotFound("source", source_id)
    return _registered(row)


async def listed(session: AsyncSession, region_id: RegionId, *, after: SourceId | None = None, limit: int = 200) -> Sequence[Registered]:
    """Sources in the order of their registration, those after the given one."""
    rows = await session.execute(
        text(f"{SELECTED} WHERE s.region_id = :region AND s.id > :after ORDER BY s.id LIMIT :limit"),
        {"region": region_id, "after": after or 0, "limit": limit},
    )
    return [_registered(row) for row in rows]


async def change(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, *, version: int | None, changes: Mapping[str, Any], now: datetime
) -> None:
    """Writes an administrator's change; an activated source is polled at once, a paused one no more.

    Another weight moves the next poll: intervals go with one over its root.
    """
    found = await session.scalar(
        text("SELECT version FROM sources WHERE region_id = :region AND id = :id FOR UPDATE"), {"region": region_id, "id": source_id}
    )
    if found is None:
        raise NotFound("source", source_id)
    if version is not None and found != version:
        raise StaleVersion("source", source_id, expected=version, found=found)
    if "weight" in changes:
        await session.execute(
            text(
                "UPDATE poll_states p SET next_poll_at = greatest(CAST(:now AS timestamptz),"
                " known_until + (next_poll_at - known_until) * sqrt(s.weight / :weight))"
                " FROM sources s WHERE s.id = p.source_id AND p.source_id = :id AND next_poll_at > :now"
            ),
            {"id": source_id, "weight": changes["weight"], "now": now},
        )
    columns = "".join(f"{name} = :{name}, " for name in changes)
    await session.execute(text(f"UPDATE sources SET {columns} version = version + 1 WHERE id = :id"), {"id": source_id, **changes})
    if "status" in changes:
        next_poll_at = now if changes["status"] == SourceStatus.ACTIVE.value else None
        await session.execute(
            text("UPDATE poll_states SET next_poll_at = :next, failures = 0 WHERE source_id = :id"), {"id": source_id, "next": next_poll_at}
        )
