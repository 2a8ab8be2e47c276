"""The plan of looks at counters: what a look teaches, when the next one is, and what looks cost."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.due import Interval
from app.domain.polling.intervals import COUNT_AT_LEAST_EVERY, RETIRED_AFTER
from app.domain.polling.thread_plan import CHEAPEST, COARSEST, LONGEST_STRIDE, ThreadPlan, shared, steer_looks
from app.domain.polling.threads import ThreadState, ThreadTally
from tests.domain.story import DAY, HOUR, MINUTE, at

SHORTEST = timedelta(seconds=15)
BOUNDS = Interval(SHORTEST, 3 * DAY)
PLAN = ThreadPlan.of(ThreadTally())
POSTED = at("08:00")


def wait_after(age: timedelta, found: list[datetime] | None = None, *, plan: ThreadPlan = PLAN, weight: float = 1.0) -> timedelta:
    """How long after a look at this age, the first one, the next one is."""
    seen_at, new = POSTED + age, found or []
    state = ThreadState(POSTED, POSTED)
    look = plan.after_look(state, seen_at, new, ThreadTally(), moved_at=POSTED, weight=weight, bounds=BOUNDS)
    return look.next_at - seen_at


def test_a_look_that_found_nothing_is_remembered_and_the_next_one_is_later() -> None:
    waits = [wait_after(age) for age in (MINUTE, HOUR, 6 * HOUR, 3 * DAY)]

    assert waits == sorted(waits)
    assert waits[0] < 10 * MINUTE
    assert waits[-1] > HOUR


def test_comments_of_late_and_a_heavier_page_bring_the_next_look_forward() -> None:
    silent, lively = wait_after(DAY), wait_after(DAY, [POSTED + DAY - minutes * MINUTE for minutes in (9, 5, 1)])

    assert lively < silent / 3
    assert wait_after(DAY, weight=25) < silent / 3


def test_the_next_look_is_never_sooner_than_the_shortest_nor_later_than_a_day() -> None:
    dear, cheap = ThreadPlan(PLAN.habits, 1e6), ThreadPlan(PLAN.habits, 1e-12)

    assert wait_after(DAY, plan=cheap) == SHORTEST
    assert COUNT_AT_LEAST_EVERY <= wait_after(DAY, plan=dear) <= COUNT_AT_LEAST_EVERY + COARSEST


def test_a_thread_that_has_been_silent_for_months_waits_as_long_as_half_its_silence() -> None:
    assert wait_after(RETIRED_AFTER) == RETIRED_AFTER / 2
    assert wait_after(RETIRED_AFTER, [POSTED + RETIRED_AFTER - HOUR]) <= COUNT_AT_LEAST_EVERY + COARSEST


def test_looks_of_many_threads_fall_on_the_same_moments() -> None:
    now = at("12:00")
    moments = {shared(now, now + HOUR + seconds * timedelta(seconds=1)) for seconds in range(128)}

    assert len(moments) <= 3
    assert shared(now, now + 10 * timedelta(seconds=1)) == now + 10 * timedelta(seconds=1)


@given(seconds=st.floats(1, 90_000))
def test_sharing_a_call_costs_a_sixteenth_of_the_interval_at_most(seconds: float) -> None:
    now = at("12:01")
    wait = timedelta(seconds=seconds)

    assert timedelta() <= shared(now, now + wait) - (now + wait) <= min(wait / 16, COARSEST)


@pytest.mark.parametrize(("looks", "moves"), [(100, 1 / LONGEST_STRIDE), (8_000, 1), (100_000, LONGEST_STRIDE)])
def test_the_price_follows_the_looks_that_may_be_made(looks: int, moves: float) -> None:
    price = 50 * CHEAPEST

    assert steer_looks(price, looks, DAY, 10_000) == pytest.approx(price * moves)


def test_the_price_never_falls_below_what_makes_a_difference() -> None:
    assert steer_looks(CHEAPEST, 0, HOUR, 1e9) == CHEAPEST
