"""What is wrong with pages, and how soon messages are seen."""

from typing import Annotated

from fastapi import Query

from app.api.access import Reader
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import Now, split_page
from app.api.routers import make_router
from app.api.schemas.alarm import AlarmOut, AlarmPage, AlarmQuery, DetectionLagOut, DetectionLagQuery
from app.api.sessions import ReadSession
from app.api.statistics import period_of
from app.storage import alarms, detections

router = make_router("alarms")


@router.get("/alarms", operation_id="list_alarms")
async def list_alarms(operator: Reader, session: ReadSession, context: Context, query: Annotated[AlarmQuery, Query()]) -> AlarmPage:
    """Pages whose messages are seen too late (`late`) or that have been silent longer than is likely (`silent`), the newest first."""
    before = read_key("alarm", query.cursor)
    found = await alarms.listed(session, context.region_id, only_open=query.open, before=before, limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    return AlarmPage(items=[AlarmOut.of(one) for one in shown], next_cursor=None if last is None else write_key("alarm", last.id))


@router.get("/statistics/detection-lag", operation_id="measure_detection_lag")
async def measure_lag(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[DetectionLagQuery, Query()]
) -> DetectionLagOut:
    """From publication to the queue: the lags of messages seen in a period, and what they were made of."""
    period = period_of(query.since, query.until, now)
    found = await detections.figures(
        session,
        context.region_id,
        since=period.since,
        until=period.until,
        group_by=query.group_by,
        budgets=context.budgets,
    )
    return DetectionLagOut.of(period, query.group_by, found)
