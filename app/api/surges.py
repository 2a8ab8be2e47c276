"""Where more than usual is written, and what comes back week after week."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query

from app.api.access import Reader
from app.api.context import Context
from app.api.cursors import read_key, write_key
from app.api.parameters import Now, split_page
from app.api.routers import make_router
from app.api.schemas.surge import RecurrenceList, RecurringQuery, SurgeOut, SurgePage, SurgeQuery
from app.api.sessions import ReadSession
from app.storage import surges

MOST_RECURRING = 200

router = make_router("surges")


@router.get("/surges", operation_id="list_surges")
async def list_surges(operator: Reader, session: ReadSession, context: Context, query: Annotated[SurgeQuery, Query()]) -> SurgePage:
    """Topics of which more than usual is written in a territory, the newest first; behind each stand the incidents of its topic."""
    before = read_key("surge", query.cursor)
    found = await surges.listed(session, context.region_id, only_open=query.open, before=before, limit=query.limit + 1)
    shown, last = split_page(found, query.limit)
    return SurgePage(items=[SurgeOut.of(one) for one in shown], next_cursor=None if last is None else write_key("surge", last.id))


@router.get("/recurring", operation_id="list_recurring")
async def list_recurring(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[RecurringQuery, Query()]
) -> RecurrenceList:
    """Topics that were written of in a territory in at least `least` of the last `weeks` weeks."""
    since = now - timedelta(weeks=query.weeks)
    found = await surges.recurring(session, context.region_id, since=since, now=now, least_weeks=query.least, limit=MOST_RECURRING)
    return RecurrenceList.of(found)
