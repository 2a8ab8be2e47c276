"""Answers over the last days: figures over all questions, the curve behind them, by authority and by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.access import Console, Reader, must_be_from_here
from app.console.context import ConsoleContext
from app.console.curve import draw
from app.console.page_route import PageRoute
from app.domain.statistics import HOURS, LEAST_COMPARED
from app.domain.wait_parts import PartKind
from app.domain.working_hours import WorkingHours
from app.exports.download import Download, file_name
from app.exports.table import FileFormat
from app.storage import policies
from app.storage.statistics import Answered, GroupBy
from app.usecases.export_figures import export_figures, figures_table
from app.usecases.export_questions import QuestionsAsked, export_questions
from app.usecases.measure_answers import Clock, MeasuredAnswers, MeasuredGroup, Period, measure_answers
from app.usecases.measure_parts import MeasuredParts, measure_parts

PERIODS = (7, 30)
MOST_GROUPS = 200

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page is asked for: how many days back, by which clock, until which answer."""

    days: int
    clock: Clock
    answer: Answered

    def period(self, now: datetime) -> Period:
        """The days that are looked at."""
        return Period(now - timedelta(days=self.days), now)

    def address(self, path: str = "/statistics", **other: object) -> str:
        """The page (or the file) with the same choice but for what is given."""
        return f"{path}?" + urlencode({"days": self.days, "clock": self.clock.value, "answer": self.answer.value} | other)


@router.get("/statistics")
async def show_statistics(
    console: Console,
    visitor: Reader,
    days: Annotated[int, Query()] = PERIODS[0],
    clock: Annotated[str, Query(max_length=20)] = "",
    answer: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The figures of questions put in the last so many days; other choices than those offered count as the first."""
    chosen = _choice(days, clock, answer)
    now = console.now()
    async with console.database.read() as session:
        measured = await _measure(session, console, chosen, now)
        calendar = None if measured.hours is None else measured.hours.calendar
        parts = await measure_parts(session, console.region_id, chosen.period(now), calendar=calendar, now=now)
    return console.pages.page("statistics.html", section="statistics", visitor=visitor, **_values(measured, chosen), **_parts(parts))


@router.get("/statistics/export")
async def export(
    request: Request,
    console: Console,
    visitor: Reader,
    days: Annotated[int, Query()] = PERIODS[0],
    clock: Annotated[str, Query(max_length=20)] = "",
    answer: Annotated[str, Query(max_length=20)] = "",
    format: Annotated[FileFormat, Query()] = FileFormat.XLSX,
) -> Response:
    """The same figures as a file, bodies and pages in the order of the tables."""
    must_be_from_here(request)
    chosen, now = _choice(days, clock, answer), console.now()
    async with console.database.read() as session:
        measured = await _measure(session, console, chosen, now)
    groups = [(GroupBy.AUTHORITY, _in_order(measured.by_authority)), (GroupBy.SOURCE, _in_order(measured.by_page))]
    total, period = measured.by_authority.total, chosen.period(now)
    table = figures_table(total, groups, period, hours=measured.hours, answered=chosen.answer, titles={})
    opening = export_figures(
        console.database, console.region_id, table, by=visitor.operator, format=format, zone=console.zone, clock=console.now
    )
    return Download(opening, name=file_name("statistics", now, console.zone), format=format)


@router.get("/statistics/questions")
async def export_what_is_counted(
    request: Request,
    console: Console,
    visitor: Reader,
    days: Annotated[int, Query()] = PERIODS[0],
    format: Annotated[FileFormat, Query()] = FileFormat.CSV,
) -> Response:
    """The questions behind the figures, one in a row."""
    must_be_from_here(request)
    now = console.now()
    asked = QuestionsAsked(visitor.operator, _choice(days, "", "").period(now), format)
    opening = export_questions(console.database, console.region_id, asked, desk=console.desk, zone=console.zone, clock=console.now)
    return Download(opening, name=file_name("questions", now, console.zone), format=format)


def _choice(days: int, clock: str, answer: str) -> Choice:
    return Choice(
        days if days in PERIODS else PERIODS[0],
        Clock.WORKING if clock == Clock.WORKING else Clock.CALENDAR,
        Answered.SUBSTANTIVE if answer == Answered.SUBSTANTIVE else Answered.FIRST,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures as they stood at one moment; without `hours` they are in calendar time."""

    by_authority: MeasuredAnswers
    by_page: MeasuredAnswers
    hours: WorkingHours | None


async def _measure(session: AsyncSession, console: ConsoleContext, chosen: Choice, now: datetime) -> Measured:
    hours = None
    if chosen.clock is Clock.WORKING:
        hours = await policies.working_hours(session, console.region_id, otherwise=console.zone)
    by_authority, by_page = [
        await measure_answers(
            session,
            console.region_id,
            chosen.period(now),
            group_by=group_by,
            answered=chosen.answer,
            calendar=None if hours is None else hours.calendar,
            now=now,
        )
        for group_by in (GroupBy.AUTHORITY, GroupBy.SOURCE)
    ]
    return Measured(by_authority, by_page, hours)


def _values(measured: Measured, chosen: Choice) -> dict[str, Any]:
    by_authority, by_page = measured.by_authority, measured.by_page
    total = by_authority.total
    return {
        "chosen": chosen,
        "working_hours": None if measured.hours is None else measured.hours.in_words(),
        "periods": [(days, f"{days} дней") for days in PERIODS],
        "hours": HOURS,
        "total": total,
        "no_reply": by_authority.no_reply,
        "drawing": draw(by_authority.curve, total.longest_wait_seconds) if total.answered and total.longest_wait_seconds else None,
        "tables": [("По ведомствам", "Ведомство", _in_order(by_authority)), ("По страницам", "Страница", _in_order(by_page))],
        "least": LEAST_COMPARED,
    }


def _in_order(measured: MeasuredAnswers) -> Sequence[MeasuredGroup]:
    """Those that can be compared, the surest to answer within a day first; then those with too few questions, and what is nobody's.

    Of more groups than are shown those with the most questions stay.
    """
    shown = sorted(measured.groups, key=lambda group: -group.figures.n)[:MOST_GROUPS]
    return sorted(shown, key=lambda group: (not _ranked(group), -group.figures.cautious_share if _ranked(group) else 0, group.name or ""))


def _parts(measured: MeasuredParts) -> dict[str, Any]:
    """The parts of waits; bodies that answered few questions, and what no body had, come last."""
    groups = sorted(
        (group for group in measured.groups if group.key is not None),
        key=lambda group: (not group.figures[PartKind.BODY].comparable, group.name or ""),
    )
    nobody = [group for group in measured.groups if group.key is None]
    return {
        "parts": [
            ("все вместе", measured.total),
            *((group.name, group) for group in groups[:MOST_GROUPS]),
            *((None, one) for one in nobody),
        ]
    }


def _ranked(group: MeasuredGroup) -> bool:
    return group.name is not None and group.figures.comparable
