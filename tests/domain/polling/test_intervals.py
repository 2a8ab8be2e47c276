"""When to look again at a source, a counter and a thread."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.intervals import (
    COUNT_AT_LEAST_EVERY,
    LONGEST_BACKOFF,
    RETIRED_AFTER,
    SWEEP_AT_LEAST_EVERY,
    SWEEP_AT_MOST_EVERY,
    PollBounds,
    backoff_until,
    next_count_at,
    next_poll_at,
    next_sweep_at,
)
from tests.domain.story import DAY, HOUR, MINUTE, at

NOON = at("12:00")
SECOND = timedelta(seconds=1)
BOUNDS = PollBounds(5 * MINUTE, minimum=15 * SECOND, maximum=DAY)
silences = st.integers(0, 10**6).map(lambda minutes: minutes * MINUTE)


@pytest.mark.parametrize(
    ("interval", "waits"), [(5 * MINUTE, 5 * MINUTE), (SECOND, 15 * SECOND), (30 * DAY, DAY)], ids=["inside", "too often", "too seldom"]
)
def test_a_healthy_source_is_polled_at_its_interval_within_the_bounds(interval: timedelta, waits: timedelta) -> None:
    assert next_poll_at(NOON, PollBounds(interval, 15 * SECOND, DAY)) - NOON == waits


def test_every_failure_in_a_row_doubles_the_wait_up_to_an_hour() -> None:
    waits = [backoff_until(NOON, failures, BOUNDS) - NOON for failures in range(10)]

    assert waits == [15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 32 * MINUTE, HOUR, HOUR]


def test_a_source_that_has_failed_for_months_is_still_tried_every_hour() -> None:
    assert backoff_until(NOON, 100_000, BOUNDS) - NOON == LONGEST_BACKOFF


def test_a_thread_that_moved_just_now_is_counted_as_soon_as_bounds_allow() -> None:
    assert next_count_at(NOON, NOON, BOUNDS) - NOON == BOUNDS.minimum


def test_the_longer_a_thread_is_silent_the_later_it_is_counted_again() -> None:
    assert next_count_at(NOON, NOON - 10 * HOUR, BOUNDS) - NOON == HOUR
    assert next_count_at(NOON, NOON - 59 * DAY, BOUNDS) - NOON == COUNT_AT_LEAST_EVERY


def test_a_whole_thread_is_read_again_every_few_hours_at_first_and_weekly_in_the_end() -> None:
    assert next_sweep_at(NOON, NOON) - NOON == SWEEP_AT_MOST_EVERY
    assert next_sweep_at(NOON, NOON - 2 * DAY) - NOON == DAY
    assert next_sweep_at(NOON, NOON - 59 * DAY) - NOON == SWEEP_AT_LEAST_EVERY


def test_a_retired_thread_is_looked_at_four_times_in_its_first_year_and_six_times_in_the_ten_after_it() -> None:
    first = looks(since=RETIRED_AFTER, until=365 * DAY)
    later = looks(since=365 * DAY, until=11 * 365 * DAY)

    assert first == 4
    assert later <= 6


def looks(*, since: timedelta, until: timedelta) -> int:
    """How often a thread that nobody writes to is counted while its silence grows; it is swept at the same moments."""
    now, seen = NOON + since, 0
    while (now := next_count_at(now, NOON, BOUNDS)) < NOON + until:
        assert next_sweep_at(now, NOON) == next_count_at(now, NOON, BOUNDS)
        seen += 1
    return seen


@given(silences, silences)
def test_longer_silence_never_brings_a_look_forward(one: timedelta, more: timedelta) -> None:
    earlier, later = NOON - one - more, NOON - one

    assert next_count_at(NOON, later, BOUNDS) <= next_count_at(NOON, earlier, BOUNDS)
    assert next_sweep_at(NOON, later) <= next_sweep_at(NOON, earlier)


@given(silences)
def test_the_next_look_is_always_ahead(silence: timedelta) -> None:
    moved = NOON - silence

    assert next_count_at(NOON, moved, BOUNDS) > NOON
    assert next_sweep_at(NOON, moved) > NOON


def test_a_message_dated_ahead_of_our_clock_brings_no_look_into_the_past() -> None:
    assert next_count_at(NOON, NOON + DAY, BOUNDS) - NOON == BOUNDS.minimum
    assert next_sweep_at(NOON, NOON + DAY) - NOON == SWEEP_AT_MOST_EVERY


def test_a_page_that_pushes_is_polled_once_an_hour_at_most_but_within_its_bounds() -> None:
    bounds = PollBounds(timedelta(minutes=5), timedelta(seconds=15), timedelta(days=1))
    assert next_poll_at(at("12:00"), bounds, push_keeps_up=True) - at("12:00") == timedelta(hours=1)
    rare = PollBounds(timedelta(hours=3), timedelta(seconds=15), timedelta(days=1))
    assert next_poll_at(at("12:00"), rare, push_keeps_up=True) - at("12:00") == timedelta(hours=3)
    quick = PollBounds(timedelta(minutes=5), timedelta(seconds=15), timedelta(minutes=20))
    assert next_poll_at(at("12:00"), quick, push_keeps_up=True) - at("12:00") == timedelta(minutes=20)
