"""When a thread's counter is looked at again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.ages import EDGES, STRETCHES, guessed_shares, learn_ages
from app.domain.polling.due import Interval
from app.domain.polling.threads import ThreadState, ThreadTally, learn_threads, observe_thread, own_size, thread_due_at
from tests.domain.story import DAY, HOUR, MINUTE, at

BOUNDS = Interval(timedelta(seconds=30), DAY)
HABITS = learn_threads(ThreadTally())


def wait_for(state: ThreadState, *, price: float = 0.003, weight: float = 1.0) -> timedelta:
    return thread_due_at(state, HABITS, weight=weight, price=price, bounds=BOUNDS) - state.known_until


def quiet(age: timedelta) -> ThreadState:
    """A thread without any comment up to an age."""
    return observe_thread(ThreadState(at("08:00"), at("08:00")), HABITS, at("08:00") + age, [], ThreadTally())


def test_an_old_thread_is_counted_less_often_than_a_young_one() -> None:
    waits = [wait_for(quiet(age)) for age in (MINUTE, HOUR, 6 * HOUR, DAY)]

    assert waits == sorted(waits)
    assert waits[0] < HOUR < waits[-1]


def test_comments_of_the_last_minutes_bring_the_next_look_forward() -> None:
    silent = quiet(DAY)
    found = [at("08:00", day=2) + minutes * MINUTE for minutes in (1, 5, 9)]
    lively = observe_thread(silent, HABITS, at("08:10", day=2), found, ThreadTally())

    assert wait_for(lively) < wait_for(silent) / 3


def test_a_thread_of_greater_weight_is_counted_sooner() -> None:
    assert wait_for(quiet(HOUR), weight=5) < wait_for(quiet(HOUR))


@given(st.floats(0, 4000), st.lists(st.floats(0, 4000), max_size=20), st.floats(1e-6, 1e3))
def test_no_thread_leaves_the_bounds(hours: float, comments: list[float], price: float) -> None:
    start = at("08:00")
    found = [start + timedelta(hours=after) for after in comments if after <= hours]
    state = observe_thread(ThreadState(start, start), HABITS, start + timedelta(hours=hours), found, ThreadTally())

    assert BOUNDS.minimum <= wait_for(state, price=price) <= BOUNDS.maximum


def test_a_post_that_drew_many_comments_is_expected_to_draw_more() -> None:
    start = ThreadState(at("08:00"), at("08:00"))
    many = observe_thread(start, HABITS, at("10:00"), [at("08:00") + 6 * minute * MINUTE for minute in range(20)], ThreadTally())

    assert own_size(many, HABITS) > 5 * own_size(quiet(2 * HOUR), HABITS)


def test_what_looks_taught_makes_the_ages_of_comments_known() -> None:
    late = [0.0] * (STRETCHES - 1) + [500.0]
    learnt = learn_ages(late, [500 * share for share in guessed_shares()])

    assert learnt.areas[-1] == pytest.approx(1)
    assert learnt.level(25) > 5 * HABITS.ages.level(25)


def test_the_guessed_density_counts_everything_once() -> None:
    area, _ = HABITS.ages.integrals(EDGES[-1])

    assert area == pytest.approx(1)
    assert HABITS.ages.level(0.01) > HABITS.ages.level(1) > HABITS.ages.level(20)
