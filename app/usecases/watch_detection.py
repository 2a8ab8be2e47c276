"""Raises and ends the alarms of pages whose messages are seen too late, and of pages that have been silent longer than is likely."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from app.domain.detection import AlarmKind, Budgets, is_suspicious, least_suspicious
from app.domain.polling.plan import Plan
from app.domain.polling.rhythm import FLAT, Rhythm, week_day
from app.domain.source import SourceId
from app.storage import alarms, detections
from app.storage.alarms import SilentPage
from app.storage.engine import Database
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)

LOOKED_BACK = timedelta(days=1)
ROUGHLY = 0.5
"""Of the shortest suspicious silence: by night little is published, so some silences are shorter than they look, and some longer."""


async def watch_detection(database: Database, region_id: RegionId, budgets: Budgets, plans: Mapping[str, Plan], *, now: datetime) -> None:
    """One look at all pages. Late and double looks are harmless: an alarm is raised once and ended once."""
    async with database.read() as reading:
        late = await detections.late_pages(reading, region_id, since=now - LOOKED_BACK, until=now, budgets=budgets)
        quiet = await alarms.silent_pages(reading, region_id, least=ROUGHLY * least_suspicious(1.0))
    overspent = {one.source_id: {"p95_seconds": round(one.p95_seconds), "budget_seconds": round(one.budget_seconds)} for one in late}
    silent = {one.source_id: _told(one) for one in quiet if _is_suspicious(one, _rhythm(plans, one.network))}
    await settle_alarms(database, region_id, AlarmKind.LATE, overspent, now=now)
    await settle_alarms(database, region_id, AlarmKind.SILENT, silent, now=now)


def _rhythm(plans: Mapping[str, Plan], network: str) -> Rhythm:
    return plans[network].habits.rhythm if network in plans else FLAT


def _is_suspicious(page: SilentPage, rhythm: Rhythm) -> bool:
    """Judged by days of average rhythm, so that a night is little silence."""
    began, days = week_day(page.last_found_at), (page.known_until - page.last_found_at) / timedelta(days=1)
    return is_suspicious(rhythm.integrals(began + days)[0] - rhythm.integrals(began)[0], page.posts_per_day)


def _told(page: SilentPage) -> dict[str, Any]:
    return {"silent_since": page.last_found_at.isoformat().replace("+00:00", "Z"), "posts_per_day": round(page.posts_per_day, 2)}


async def settle_alarms(
    database: Database, region_id: RegionId, kind: AlarmKind, wrong: Mapping[SourceId, Mapping[str, Any]], *, now: datetime
) -> None:
    """Raises the alarms of pages that are wrong, and ends those of pages that are right again; each is logged once."""
    async with database.write() as session:
        settled = await alarms.settle(session, region_id, kind, wrong, now=now)
    for source_id in settled.raised:
        log.warning("alarm raised", kind=kind.value, source_id=source_id, **wrong[source_id])
    for source_id in settled.ended:
        log.info("alarm ended", kind=kind.value, source_id=source_id)
