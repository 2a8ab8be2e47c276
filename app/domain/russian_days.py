"""Days off, moved working days and shortened days of Russia, in editions that never change once a deadline was judged by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache

from app.domain.working_time import WEEKDAYS_9_TO_18, Calendar, Hours, WeeklyHours

HOLIDAYS = (*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
"""Months and days of the Labour Code, article 112."""
YEARS = range(2023, 2041)
SHORTER = timedelta(hours=1)
"""By how much a day before a holiday is shorter (article 95)."""


@dataclass(frozen=True, slots=True)
class Decree:
    """What the government moved in a year: weekly days off become working days, others are off instead."""

    moved: Mapping[date, date]
    shortened: frozenset[date] = field(default_factory=frozenset)


DECREES: Mapping[str, Mapping[int, Decree]] = {
    "russia-1": {
        2024: Decree(
            {
                date(2024, 1, 6): date(2024, 5, 10),
                date(2024, 1, 7): date(2024, 12, 31),
                date(2024, 4, 27): date(2024, 4, 29),
                date(2024, 11, 2): date(2024, 4, 30),
                date(2024, 12, 28): date(2024, 12, 30),
            },
            frozenset({date(2024, 11, 2)}),
        ),
        2025: Decree(
            {
                date(2025, 1, 4): date(2025, 5, 2),
                date(2025, 1, 5): date(2025, 12, 31),
                date(2025, 2, 23): date(2025, 5, 8),
                date(2025, 3, 8): date(2025, 6, 13),
                date(2025, 11, 1): date(2025, 11, 3),
            },
            frozenset({date(2025, 11, 1)}),
        ),
        2026: Decree({date(2026, 1, 3): date(2026, 1, 9), date(2026, 1, 4): date(2026, 12, 31)}),
    }
}
"""Editions by name, each with the decrees that it knows. A new decree makes a new edition: deadlines keep the one they were judged by."""
NEWEST = "russia-1"


@cache
def days_off(edition: str) -> Mapping[date, date | None]:
    """Single days that are unlike their week: `None` for a day off; a day that works instead of another with that other one."""
    found: dict[date, date | None] = {}
    for year in YEARS:
        decree = DECREES[edition].get(year, Decree({}))
        holidays = [date(year, month, day) for month, day in HOLIDAYS]
        found |= dict.fromkeys([*holidays, *decree.moved.values()])
        found |= {worked: off for worked, off in decree.moved.items() if worked not in holidays}
        for holiday in holidays:
            if holiday.month > 1 and holiday.weekday() > 4 and holiday not in decree.moved:
                found[_next_plain_day(holiday, found)] = None
    return found


def _next_plain_day(holiday: date, taken: Mapping[date, object]) -> date:
    day = holiday
    while day.weekday() > 4 or day in taken:
        day += timedelta(days=1)
    return day


def exceptions(edition: str, weekly: WeeklyHours) -> dict[date, Hours | None]:
    """The single days on which an office of these weekly hours keeps others."""
    return dict(_exceptions(edition, weekly))


def _exceptions(edition: str, weekly: WeeklyHours) -> Iterator[tuple[date, Hours | None]]:
    moved = days_off(edition)
    shortened = frozenset[date]().union(*(decree.shortened for decree in DECREES[edition].values()))
    for day, instead_of in moved.items():
        hours = None if instead_of is None else weekly.get(instead_of.weekday())
        if instead_of is None or hours is not None:
            yield day, _less(hours) if day in shortened and hours is not None else hours
    for year in YEARS:
        for month, day_of_month in HOLIDAYS:
            eve = date(year, month, day_of_month) - timedelta(days=1)
            hours = weekly.get(eve.weekday())
            if eve not in moved and hours is not None:
                yield eve, _less(hours)


def _less(hours: Hours) -> Hours:
    opens, closes = hours
    shorter = (datetime.combine(date.min, closes) - SHORTER).time() if closes > time(1) else closes
    return (opens, shorter) if opens < shorter else hours


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Working time as a region sets it: weekly hours, an edition of the country's days or none, and single days of its own."""

    weekly: WeeklyHours = field(default_factory=lambda: WEEKDAYS_9_TO_18)
    edition: str | None = NEWEST
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    def calendar(self, zone: tzinfo) -> Calendar:
        """The calendar in a zone; a day of the region's own goes before the country's."""
        usual = next(iter(self.weekly.values()), None)
        single = {} if self.edition is None else exceptions(self.edition, self.weekly)
        single |= {day: self.weekly.get(day.weekday(), usual) for day in self.working_days}
        single |= dict.fromkeys(self.days_off)
        return Calendar("office", zone, self.weekly, single)


@cache
def russian_calendar(zone: tzinfo) -> Calendar:
    """Monday to Friday, nine to six in the zone, with the country's days off and moved working days."""
    return OfficeHours().calendar(zone)
