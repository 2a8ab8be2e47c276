"""The country's days off and moved working days, as the government published them."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.russian_days import OfficeHours, russian_calendar

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247)])
def test_a_year_has_as_many_working_days_as_were_published(year: int, days: int) -> None:
    calendar, first = russian_calendar(MOSCOW), date(year, 1, 1).toordinal()
    found = [day for day in map(date.fromordinal, range(first, first + 366)) if day.year == year and calendar.hours(day)]

    assert len(found) == days


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        ("2026-12-31", 0),
        ("2026-05-11", 0),
        ("2026-04-30", 17),
        ("2025-11-01", 17),
        ("2024-12-28", 18),
        ("2027-03-08", 0),
        ("2026-03-10", 18),
    ],
)
def test_single_days_are_as_the_decrees_say(day: str, closes: int) -> None:
    hours = russian_calendar(MOSCOW).hours(date.fromisoformat(day))

    assert (0 if hours is None else hours[1].hour) == closes


def test_a_day_of_the_region_s_own_goes_before_the_country_s() -> None:
    own = OfficeHours(days_off=frozenset({date(2026, 3, 12)}), working_days=frozenset({date(2026, 3, 14)})).calendar(MOSCOW)

    assert own.hours(date(2026, 3, 12)) is None
    assert own.hours(date(2026, 3, 14)) == (time(9), time(18))


def test_who_works_every_day_works_on_no_holiday() -> None:
    every = OfficeHours(weekly={day: (time(8), time(20)) for day in range(7)}).calendar(MOSCOW)

    assert every.hours(date(2026, 5, 9)) is None
    assert every.hours(date(2026, 5, 8)) == (time(8), time(19))
    assert every.hours(date(2026, 5, 10)) == (time(8), time(20))
