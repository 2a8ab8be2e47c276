"""Surges: usual time, what counts as usual, and when an alarm begins and ends."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.surge import (
    HOURS_A_WEEK,
    course_of,
    surges,
    tempered,
    usual_rate,
    usual_time,
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
EVEN = course_of([5.0] * HOURS_A_WEEK, UTC)
LIMIT = 5.6
RISE = 3.0


def every(step: timedelta, count: int, *, since: datetime = MONDAY) -> list[datetime]:
    return [since + step * number for number in range(1, count + 1)]


def test_an_even_week_runs_as_the_clock_does() -> None:
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=7))

    assert time.at(MONDAY + timedelta(hours=30, minutes=30)) == pytest.approx(30.5)
    assert time.moment(30.5) == MONDAY + timedelta(hours=30, minutes=30)


def test_an_hour_in_which_more_is_written_counts_for_more() -> None:
    counts = [1.0] * HOURS_A_WEEK
    counts[12] = 400.0
    time = usual_time(course_of(counts, UTC), since=MONDAY, until=MONDAY + timedelta(days=1))

    assert time.at(MONDAY + timedelta(hours=13)) - time.at(MONDAY + timedelta(hours=12)) > 30 * time.at(MONDAY + timedelta(hours=1))


def test_the_week_is_reckoned_in_the_region_s_own_zone() -> None:
    counts = [1.0] * HOURS_A_WEEK
    counts[0] = 400.0
    course = course_of(counts, ZoneInfo("Asia/Vladivostok"))

    assert course.weight(datetime(2026, 3, 1, 14, 30, tzinfo=UTC)) > 20 * course.weight(datetime(2026, 3, 2, 0, 30, tzinfo=UTC))


def test_a_day_off_runs_like_a_sunday() -> None:
    counts = [10.0] * 6 * 24 + [2.0] * 24
    course = course_of(counts, UTC, days_off={date(2026, 3, 9)}, weight_of_a_day_off=0.5)

    assert course.weight(datetime(2026, 3, 9, 12, tzinfo=UTC)) == pytest.approx(course.weight(datetime(2026, 3, 8, 12, tzinfo=UTC)) / 2)


def test_a_week_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="168"):
        course_of([1.0] * 24, UTC)


@given(st.lists(st.integers(0, 14 * 24 * 60), min_size=2, max_size=20), st.integers(0, 1000))
def test_usual_time_never_runs_backwards(minutes: list[int], seed: int) -> None:
    random = Random(seed)
    course = course_of([random.random() * 9 for _ in range(HOURS_A_WEEK)], UTC)
    time = usual_time(course, since=MONDAY, until=MONDAY + timedelta(days=14))
    moments = [MONDAY + timedelta(minutes=minute) for minute in sorted(minutes)]

    assert [time.at(moment) for moment in moments] == sorted(time.at(moment) for moment in moments)
    assert all(abs(time.moment(time.at(moment)) - moment) < timedelta(seconds=1) for moment in moments)


def test_the_usual_number_of_messages_raises_nothing() -> None:
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=14))
    moments = every(timedelta(hours=6), 50)

    assert surges(moments, time, 1 / 6, rise=RISE, limit=LIMIT, now=MONDAY + timedelta(days=14)) == []


def test_a_rise_is_noticed_within_a_few_messages_and_dated_with_its_first_one() -> None:
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=14))
    calm = every(timedelta(hours=24), 7)
    rise = every(timedelta(minutes=20), 12, since=MONDAY + timedelta(days=8))
    (found,) = surges([*calm, *rise], time, 1 / 24, rise=RISE, limit=LIMIT, now=rise[-1])

    assert found.began_at == rise[0]
    assert found.raised_at <= rise[6]
    assert found.ended_at is None
    assert found.messages == 12


def test_a_surge_ends_once_and_the_next_is_another() -> None:
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=60))
    first = every(timedelta(minutes=10), 10, since=MONDAY + timedelta(days=2))
    second = every(timedelta(minutes=10), 10, since=MONDAY + timedelta(days=40))
    found = surges([*first, *second], time, 1 / 24, rise=RISE, limit=LIMIT, now=MONDAY + timedelta(days=41))

    assert [one.began_at for one in found] == [first[0], second[0]]
    assert found[0].ended_at is not None
    assert first[-1] < found[0].ended_at < second[0]
    assert found[1].ended_at is None


def test_a_surge_that_has_faded_is_over_without_a_further_message() -> None:
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=60))
    moments = every(timedelta(minutes=10), 8)
    (found,) = surges(moments, time, 1 / 24, rise=RISE, limit=LIMIT, now=MONDAY + timedelta(days=59))

    assert found.ended_at is not None
    assert found.messages == 8


def test_a_look_at_any_moment_tells_the_same_of_what_was_before_it() -> None:
    random = Random(7)
    time = usual_time(EVEN, since=MONDAY, until=MONDAY + timedelta(days=14))
    moments = sorted(MONDAY + timedelta(hours=random.random() * 14 * 24) for _ in range(60))
    whole = surges(moments, time, 1 / 24, rise=RISE, limit=2.5, now=MONDAY + timedelta(days=14))
    half = surges(moments[:30], time, 1 / 24, rise=RISE, limit=2.5, now=moments[29])

    assert whole
    assert [(one.began_at, one.raised_at) for one in half] == [
        (one.began_at, one.raised_at) for one in whole if one.raised_at <= moments[29]
    ]


def test_a_week_out_of_line_counts_no_more_than_chance_brings_about() -> None:
    assert tempered([3, 4, 90, 2]) == pytest.approx(3 + 4 + 2 + 3 + 2 * 3**0.5)
    assert tempered([3, 4, 6, 3]) == 16
    assert tempered([7]) == 7
    assert tempered([]) == 0


def test_a_short_past_leans_on_what_topic_and_territory_lead_to_expect() -> None:
    assert usual_rate(0, 0, expected=14) == pytest.approx(14 / HOURS_A_WEEK)
    assert usual_rate(10_000, 1000, expected=2) == pytest.approx(10 / HOURS_A_WEEK, rel=0.01)
