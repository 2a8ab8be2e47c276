"""Working time in the region's own zone: nights, weekends, holidays, moved days and clocks that are put forward."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.working_time import Calendar, add_working_time, working_time_between
from tests.domain.story import HOUR, MINUTE

MOSCOW = ZoneInfo("Europe/Moscow")
KAMCHATKA = ZoneInfo("Asia/Kamchatka")
BERLIN = ZoneInfo("Europe/Berlin")
SHORT = (time(9), time(17))
FULL = (time(9), time(18))
RUSSIA = Calendar(
    "Россия, март 2026",
    MOSCOW,
    exceptions={date(2026, 3, 9): None, date(2026, 3, 14): FULL, date(2026, 4, 30): SHORT, date(2026, 5, 1): None},
)
"""8 March 2026 is a Sunday, so Monday is off; a Saturday that is worked, a short day and a holiday are there to be met."""
ALL_DAY = Calendar("every hour of every day", BERLIN, {weekday: (time(0), time(23, 59)) for weekday in range(7)})
CALENDARS = st.sampled_from([RUSSIA, Calendar("Камчатка", KAMCHATKA), Calendar("Berlin", BERLIN), ALL_DAY])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
durations = st.integers(0, 60 * 24 * 14).map(lambda minutes: minutes * MINUTE)


def moscow(text: str) -> datetime:
    """A moment by Moscow's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-03-11T10:00", 8, "2026-03-11T18:00", id="within a day up to closing time"),
        pytest.param("2026-03-11T10:00", 9, "2026-03-12T10:00", id="over the night"),
        pytest.param("2026-03-11T03:00", 1, "2026-03-11T10:00", id="asked at night"),
        pytest.param("2026-03-11T18:00", 1, "2026-03-12T10:00", id="asked at closing time"),
        pytest.param("2026-03-06T17:00", 9, "2026-03-10T17:00", id="over a weekend and the holiday after it"),
        pytest.param("2026-03-07T12:00", 9, "2026-03-10T18:00", id="asked on a Saturday"),
        pytest.param("2026-03-13T17:00", 2, "2026-03-14T10:00", id="into a Saturday that is worked"),
        pytest.param("2026-04-30T12:00", 6, "2026-05-04T10:00", id="over a short day and a holiday"),
        pytest.param("2026-03-11T09:00", 0, "2026-03-11T09:00", id="no time at all"),
    ],
)
def test_working_hours_pass_only_while_offices_work(start: str, hours: int, end: str) -> None:
    assert add_working_time(moscow(start), hours * HOUR, RUSSIA) == moscow(end)
    assert working_time_between(moscow(start), moscow(end), RUSSIA) == hours * HOUR


def test_the_regions_own_zone_says_when_offices_work() -> None:
    noon_in_moscow = moscow("2026-03-11T12:00")

    assert add_working_time(noon_in_moscow, HOUR, Calendar("Камчатка", KAMCHATKA)) == datetime(2026, 3, 11, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day: date, hours: int) -> None:
    midnight = datetime.combine(day, time(0), BERLIN).astimezone(UTC)
    next_midnight = datetime.combine(day + timedelta(days=1), time(0), BERLIN).astimezone(UTC)

    assert working_time_between(midnight, next_midnight, ALL_DAY) == hours * HOUR - MINUTE


def test_time_added_over_a_change_of_clocks_is_time_that_really_passes() -> None:
    before_the_change = datetime(2026, 3, 29, 1, 0, tzinfo=BERLIN)

    later = add_working_time(before_the_change, 3 * HOUR, ALL_DAY)

    assert later - before_the_change.astimezone(UTC) == 3 * HOUR


def test_hours_inside_the_hour_that_clocks_skip_are_no_hours() -> None:
    small_hours = Calendar("small hours", BERLIN, {6: (time(2, 10), time(3, 0))})
    sunday = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)

    assert working_time_between(sunday, sunday + timedelta(days=1), small_hours) == timedelta()


def test_a_duration_of_more_than_a_year_is_counted_out() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    plain = Calendar("plain weeks", UTC)

    end = add_working_time(start, 100 * 5 * 9 * HOUR, plain)

    assert end == datetime(2027, 12, 1, 18, 0, tzinfo=UTC)
    assert working_time_between(start, end, plain) == 100 * 5 * 9 * HOUR


def test_a_calendar_without_any_hours_is_refused_and_not_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="nobody works"):
        add_working_time(moscow("2026-03-11T10:00"), HOUR, Calendar("empty", MOSCOW, {}))


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="22:00"):
        Calendar("night shift", MOSCOW, {0: (time(22), time(6))})
    with pytest.raises(ValueError, match="2026-03-11"):
        Calendar("odd day", MOSCOW, exceptions={date(2026, 3, 11): (time(12), time(12))})


def test_no_working_time_lies_between_a_moment_and_one_before_it() -> None:
    assert working_time_between(moscow("2026-03-11T15:00"), moscow("2026-03-11T10:00"), RUSSIA) == timedelta()


@given(CALENDARS, moments, durations)
def test_what_was_added_lies_between(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    assert working_time_between(start, add_working_time(start, duration, calendar), calendar) == duration


@given(CALENDARS, moments, durations)
def test_adding_what_lies_between_leads_back_to_a_working_moment(calendar: Calendar, start: datetime, wait: timedelta) -> None:
    end = start + wait
    between = working_time_between(start, end, calendar)
    assume(between)

    reached = add_working_time(start, between, calendar)

    assert reached <= end
    assert working_time_between(reached, end, calendar) == timedelta()


@given(CALENDARS, moments, durations, durations)
def test_working_times_of_neighbouring_spans_add_up(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    middle, end = start + one, start + one + other

    parts = working_time_between(start, middle, calendar) + working_time_between(middle, end, calendar)

    assert parts == working_time_between(start, end, calendar)
    assert timedelta() <= parts <= one + other


@given(CALENDARS, moments, durations, durations)
def test_more_working_time_never_ends_earlier(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    assert add_working_time(start, one, calendar) <= add_working_time(start, one + other, calendar)


@given(CALENDARS, moments, durations, st.sampled_from([MOSCOW, KAMCHATKA, BERLIN]))
def test_the_zone_in_which_a_moment_is_written_changes_nothing(
    calendar: Calendar, start: datetime, duration: timedelta, zone: ZoneInfo
) -> None:
    assert add_working_time(start.astimezone(zone), duration, calendar) == add_working_time(start, duration, calendar)
