"""Paces fall fast and rise slowly, pauses double, and calls are counted in steps that cover any day a network may have."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.quota import (
    BURST,
    LONGEST_PAUSE,
    LOWEST_SHARE,
    RECOVERY,
    WINDOW,
    Pace,
    leaves_window,
    pause_after,
    planned_limit,
    step_of,
    window_before,
)

START = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
seconds = st.floats(0, 10_000).map(lambda number: timedelta(seconds=number))


def test_a_pace_that_nobody_refused_is_the_limit() -> None:
    assert Pace(3).at(START) == 3


def test_a_refusal_halves_the_pace_and_half_the_recovery_time_brings_it_back() -> None:
    lowered = Pace(4).lowered(START)
    assert lowered.at(START) == 2
    assert lowered.at(START + RECOVERY / 4) == 3
    assert lowered.at(START + RECOVERY / 2) == 4


def test_refusals_of_one_burst_are_one() -> None:
    once = Pace(4).lowered(START)
    assert once.lowered(START + BURST / 2) == once
    assert once.lowered(START + BURST).at(START + BURST) < 1.1


@given(st.integers(1, 100), st.lists(st.tuples(seconds, st.booleans()), max_size=30))
def test_a_pace_stays_between_its_lowest_share_and_its_limit(limit: int, steps: list[tuple[timedelta, bool]]) -> None:
    pace, moment = Pace(limit), START
    for wait, is_refused in steps:
        before, moment = pace.at(moment), moment + wait
        assert pace.at(moment) >= before, "time alone never lowers a pace"
        pace = pace.lowered(moment) if is_refused else pace
        assert limit * LOWEST_SHARE <= pace.at(moment) <= limit
        assert pace.slots_at(moment) / pace.rest_at(moment).total_seconds() <= pace.at(moment) + 1e-6


def test_a_pace_under_one_call_a_second_rests_longer() -> None:
    slow = Pace(1, 0.25, START)
    assert (slow.slots_at(START), slow.rest_at(START)) == (1, timedelta(seconds=4))


def test_pauses_double_to_four_hours_unless_more_was_asked_for() -> None:
    half = timedelta(minutes=30)
    assert [pause_after(half, number) / half for number in range(1, 7)] == [1, 2, 4, 8, 8, 8]
    assert pause_after(timedelta(days=1), 9) == timedelta(days=1)
    assert pause_after(half, 10**6) == LONGEST_PAUSE


@given(seconds, seconds)
def test_a_call_of_the_last_day_is_always_counted_and_an_older_one_is_let_go(since: timedelta, later: timedelta) -> None:
    called, now = START + since, START + since + 9 * later
    is_counted = step_of(called) > window_before(now)
    assert is_counted or now - called >= WINDOW
    assert is_counted == (now < leaves_window(step_of(called)))


def test_a_learnt_limit_is_planned_with_for_three_days_unless_it_came_too_early() -> None:
    assert planned_limit(None, 400, START, now=START) == 400
    assert planned_limit(5000, 4000, START, now=START + timedelta(days=3)) == 4000
    assert planned_limit(5000, 4000, START, now=START + timedelta(days=4)) == 5000
    assert planned_limit(5000, 2000, START, now=START) == 5000
    assert planned_limit(5000, 9000, START, now=START) == 5000
    assert planned_limit(5000, None, None, now=START) == 5000
