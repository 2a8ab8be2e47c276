"""How long residents wait for an answer."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.access import Reader
from app.api.context import ApiContext, Context
from app.api.files import FILES
from app.api.parameters import Now
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.queue import AnswersQuery, PartsQuery, PeriodQuery, QuestionsQuery, ShownAs
from app.api.schemas.statistics import AnswersOut
from app.api.schemas.verdicts import VerdictsOut
from app.api.schemas.wait_parts import WaitPartsOut
from app.api.sessions import ReadSession
from app.domain.errors import InvalidInput
from app.domain.operator import Operator
from app.domain.working_hours import WorkingHours
from app.exports.download import Download, file_name
from app.exports.table import FileFormat
from app.storage import agreement, policies
from app.storage.statistics import Answered, GroupBy
from app.usecases.change_topics import titles_of_topics
from app.usecases.export_figures import export_figures, figures_table
from app.usecases.export_questions import QuestionsAsked, export_questions
from app.usecases.measure_answers import Clock, Period, measure_answers
from app.usecases.measure_parts import measure_parts
from app.usecases.watch_verdicts import measure_drift

router = make_router("statistics")
USUAL_PERIOD = timedelta(days=30)


@router.get("/statistics/first-answer", operation_id="measure_first_answers", response_model=AnswersOut, responses=FILES)
async def measure(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[AnswersQuery, Query()]
) -> AnswersOut | Response:
    """The time to the first answer: Kaplan–Meier figures of all questions of a period, together and by group; or a file of them."""
    return await _measure(operator, session, context, query, Answered.FIRST, now)


@router.get("/statistics/substantive-answer", operation_id="measure_substantive_answers", response_model=AnswersOut, responses=FILES)
async def measure_substantive(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[AnswersQuery, Query()]
) -> AnswersOut | Response:
    """The same figures of the time to an answer that settles the matter: promises of work to come do not end it."""
    return await _measure(operator, session, context, query, Answered.SUBSTANTIVE, now)


async def _measure(
    operator: Operator, session: AsyncSession, context: ApiContext, query: AnswersQuery, answered: Answered, now: datetime
) -> AnswersOut | Response:
    group_by, period = query.group_by, period_of(query.since, query.until, now)
    hours = await _hours(session, context, query.clock)
    calendar = None if hours is None else hours.calendar
    measured = await measure_answers(session, context.region_id, period, group_by=group_by, answered=answered, calendar=calendar, now=now)
    if query.format is ShownAs.JSON:
        return AnswersOut.of(period, group_by, query.clock, measured, hours)
    titles = await titles_of_topics(session, context.region_id) if group_by is GroupBy.TOPIC else {}
    table = figures_table(measured.total, [(group_by, measured.groups)], period, hours=hours, answered=answered, titles=titles)
    format = FileFormat(query.format)
    opening = export_figures(context.database, context.region_id, table, by=operator, format=format, zone=context.tz, clock=context.now)
    return Download(opening, name=file_name("statistics", now, context.tz), format=format)


@router.get("/statistics/questions", operation_id="export_questions", response_class=Response, responses=FILES | responses(429))
async def export(operator: Reader, context: Context, now: Now, query: Annotated[QuestionsQuery, Query()]) -> Response:
    """The questions behind the figures of a period, one in a row, with what each counts for: enough to compute the figures again."""
    asked = QuestionsAsked(operator, period_of(query.since, query.until, now), query.format)
    opening = export_questions(context.database, context.region_id, asked, desk=context.desk, zone=context.tz, clock=context.now)
    return Download(opening, name=file_name("questions", now, context.tz), format=query.format)


@router.get("/statistics/wait-parts", operation_id="measure_wait_parts")
async def measure_wait_parts(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[PartsQuery, Query()]
) -> WaitPartsOut:
    """Where the time to the first answer passes: until we see a question, until a body is given it, and with each body."""
    period = period_of(query.since, query.until, now)
    hours = await _hours(session, context, query.clock)
    calendar = None if hours is None else hours.calendar
    return WaitPartsOut.of(period, query.clock, await measure_parts(session, context.region_id, period, calendar=calendar, now=now), hours)


async def _hours(session: AsyncSession, context: ApiContext, clock: Clock) -> WorkingHours | None:
    """The working hours of figures by that clock; plain time has none."""
    return await policies.working_hours(session, context.region_id, otherwise=context.tz) if clock is Clock.WORKING else None


@router.get("/statistics/verdicts", operation_id="measure_verdicts")
async def measure_verdicts(
    operator: Reader, session: ReadSession, context: Context, now: Now, query: Annotated[PeriodQuery, Query()]
) -> VerdictsOut:
    """How often people confirm what the model said, and how far what it says has moved from the four periods before."""
    period = period_of(query.since, query.until, now)
    spoken = await agreement.agreement(session, context.region_id, since=period.since, until=period.until)
    return VerdictsOut.of(period, spoken, await measure_drift(session, context.region_id, since=period.since, until=period.until))


def period_of(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """The period asked for, by default the last 30 days."""
    until = until or now
    since = since or until - USUAL_PERIOD
    if since >= until:
        raise InvalidInput("from", "The period must begin before it ends.")
    return Period(since, until)
