"""First answers over the last days: figures over all questions, the curve behind them, by authority and by page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app.console.access import Console, Reader
from app.console.curve import draw
from app.console.page_route import PageRoute
from app.domain.statistics import HOURS
from app.storage.statistics import GroupBy
from app.usecases.measure_first_answers import Clock, FirstAnswers, MeasuredGroup, Period, measure_first_answers

PERIODS = (7, 30)
MOST_GROUPS = 200

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/statistics")
async def show_statistics(
    console: Console, visitor: Reader, days: Annotated[int, Query()] = PERIODS[0], clock: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The figures of questions put in the last so many days; other periods than those offered count as the first."""
    days = days if days in PERIODS else PERIODS[0]
    chosen = Clock.WORKING if clock == Clock.WORKING else Clock.CALENDAR
    by_authority, by_page = [await _measure(console, group_by, days, chosen) for group_by in (GroupBy.AUTHORITY, GroupBy.SOURCE)]
    return console.pages.page("statistics.html", section="statistics", visitor=visitor, **_values(by_authority, by_page, days, chosen))


async def _measure(console: Console, group_by: GroupBy, days: int, clock: Clock) -> FirstAnswers:
    now = console.now()
    calendar = console.calendar if clock is Clock.WORKING else None
    async with console.database.read() as session:
        return await measure_first_answers(
            session, console.region_id, Period(now - timedelta(days=days), now), group_by=group_by, calendar=calendar, now=now
        )


def _values(by_authority: FirstAnswers, by_page: FirstAnswers, days: int, clock: Clock) -> dict[str, Any]:
    total = by_authority.total
    return {
        "days": days,
        "periods": PERIODS,
        "clock": clock,
        "hours": HOURS,
        "total": total,
        "drawing": draw(by_authority.curve, total.longest_wait_seconds) if total.answered and total.longest_wait_seconds else None,
        "tables": [("По ведомствам", "Ведомство", _largest(by_authority)), ("По страницам", "Страница", _largest(by_page))],
    }


def _largest(measured: FirstAnswers) -> Sequence[MeasuredGroup]:
    """The groups with the most questions first: there the figures say most."""
    return sorted(measured.groups, key=lambda group: (-group.figures.n, group.name or ""))[:MOST_GROUPS]
