"""Changes what a watched page is: official or not, whose, watched or paused, a test, how much it counts in the plan of polls."""

from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId, OfficialAccount
from app.domain.source import PauseReason, Source, SourceId, SourceStatus
from app.domain.territory import EntryId
from app.storage import authorities, gazetteer, official_accounts, sources
from app.storage.polling import counters, readings
from app.storage.regions import RegionId
from app.usecases.add_source import ALWAYS, refuse_official_test


class SourceChange(TypedDict, total=False):
    """What is to change; what is absent stays as it is."""

    official: bool
    authority_id: AuthorityId | None
    territory_id: EntryId | None
    status: SourceStatus
    weight: float
    test: bool


async def change_source(
    session: AsyncSession, region_id: RegionId, source_id: SourceId, change: SourceChange, *, version: int | None, now: datetime
) -> None:
    """Writes the change. A page that stops being official answers no more from now on; what it said stays an answer."""
    await authorities.must_exist(session, region_id, change.get("authority_id"))
    await gazetteer.territory_must_exist(session, region_id, change.get("territory_id"))
    before = (await sources.get(session, region_id, source_id)).source
    refuse_official_test(official=change.get("official", before.official), test=change.get("test", before.test))
    await sources.change(session, region_id, source_id, version=version, changes=_columns(change), now=now)
    if "status" in change:
        reason = PauseReason.BY_OPERATOR if change["status"] is SourceStatus.PAUSED else None
        await counters.follow_pause(session, region_id, source_id, reason, now=now)
        await readings.forget_failures(session, source_id)
        await readings.plan(session, region_id, [source_id], now=now)
    official, authority_id = change.get("official", before.official), change.get("authority_id", before.authority_id)
    if (official, authority_id) != (before.official, before.authority_id) and (official or before.official):
        account = _account(before, authority_id if official else before.authority_id, ends_at=None if official else now)
        await official_accounts.register(session, region_id, account, now=now)


def _columns(change: SourceChange) -> dict[str, Any]:
    columns: dict[str, Any] = dict(change)
    if "status" in change:
        is_paused = change["status"] is SourceStatus.PAUSED
        columns |= {"status": change["status"].value, "paused_reason": PauseReason.BY_OPERATOR.value if is_paused else None}
    return columns


def _account(source: Source, authority_id: AuthorityId | None, *, ends_at: datetime | None) -> OfficialAccount:
    return OfficialAccount(source.network, source.external_id, authority_id, ALWAYS, ends_at)
