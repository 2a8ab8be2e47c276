"""How long residents wait for the first answer."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query

from app.api.access import Reader
from app.api.context import Context
from app.api.parameters import Now
from app.api.routers import make_router
from app.api.schemas.queue import FirstAnswersQuery
from app.api.schemas.statistics import FirstAnswersOut
from app.api.sessions import ReadSession
from app.domain.errors import InvalidInput
from app.usecases.measure_first_answers import Clock, Period, measure_first_answers

router = make_router("statistics")
USUAL_PERIOD = timedelta(days=30)


@router.get("/statistics/first-answer", operation_id="measure_first_answers")
async def measure(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[FirstAnswersQuery, Query()]
) -> FirstAnswersOut:
    """The Kaplan–Meier figures of all questions of a period, together and by group."""
    group_by, period = query.group_by, period_of(query.since, query.until, now)
    calendar = context.calendar if query.clock is Clock.WORKING else None
    measured = await measure_first_answers(session, context.region_id, period, group_by=group_by, calendar=calendar, now=now)
    return FirstAnswersOut.of(period, group_by, query.clock, measured)


def period_of(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """The period asked for, by default the last 30 days."""
    until = until or now
    since = since or until - USUAL_PERIOD
    if since >= until:
        raise InvalidInput("from", "The period must begin before it ends.")
    return Period(since, until)
