"""When a source is polled again: the square-root law, the week, echoes, bounds."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.due import Interval, due_at
from app.domain.polling.echoes import NO_ECHOES, Echoes
from app.domain.polling.horizon import Horizon
from app.domain.polling.rates import Habits, SourceState, Tally, learn, rate
from app.domain.polling.rhythm import FLAT, HOURS, HOURS_A_DAY, Rhythm
from tests.domain.polling.guesses import GUESSED_SPREAD
from tests.domain.story import DAY, FIRST_DAY, HOUR, at

QUIET = (0.0, 0.0, 0.0)
WIDE = Interval(timedelta(seconds=1), 6 * DAY)
USUAL = Interval(timedelta(seconds=15), DAY)
BY_DAY = Rhythm.of([1.0 if 6 <= hour % HOURS_A_DAY < 20 else 0.1 for hour in range(HOURS)])
HORIZONS = {
    (rhythm, bounds): Horizon.of(rhythm, bounds.maximum)
    for rhythm, bounds in [(FLAT, WIDE), (FLAT, USUAL), (BY_DAY, USUAL), (BY_DAY, WIDE)]
}


def known(rate_per_day: float, echoes: Echoes = NO_ECHOES) -> SourceState:
    """A source of which so much is known that its rate is certain."""
    return SourceState(at("12:00"), messages=1e6 * rate_per_day, exposure=1e6, echoes=echoes)


def wait_for(state: SourceState, price: float, *, rhythm: Rhythm = FLAT, bounds: Interval = WIDE, weight: float = 1.0) -> timedelta:
    habits = Habits(rhythm, QUIET, GUESSED_SPREAD)
    horizon = HORIZONS[rhythm, bounds]
    return due_at(state, habits, horizon, guess=1.0, weight=weight, price=price, bounds=bounds) - state.known_until


@pytest.mark.parametrize("per_day", [0.5, 3.0, 40.0, 900.0])
def test_at_a_constant_rate_the_interval_follows_the_square_root_law(per_day: float) -> None:
    price = 0.02

    assert wait_for(known(per_day), price) / DAY == pytest.approx((2 * price / per_day) ** 0.5, rel=0.08)


def test_a_page_of_fourfold_weight_is_polled_twice_as_often() -> None:
    assert wait_for(known(200), 0.02, weight=4) / wait_for(known(200), 0.02) == pytest.approx(0.5, rel=0.01)


def test_a_busy_source_is_left_alone_for_longer_at_night() -> None:
    noon, night = known(500), SourceState(at("21:00"), 500e6, 1e6)

    assert wait_for(night, 0.02, rhythm=BY_DAY) > 2 * wait_for(noon, 0.02, rhythm=BY_DAY)


def test_a_source_polled_twice_a_day_is_polled_when_the_day_is_over_and_not_in_the_middle_of_the_night() -> None:
    habits, moment, seen = Habits(BY_DAY, QUIET, GUESSED_SPREAD), FIRST_DAY, []
    for _ in range(40):
        state = SourceState(moment, 4e6, 1e6)
        moment = due_at(state, habits, HORIZONS[BY_DAY, USUAL], guess=1.0, weight=1.0, price=0.5, bounds=USUAL)
        seen.append(moment.hour)

    assert not [hour for hour in seen[10:] if hour in (0, 1, 2, 3, 4, 5, 6)]


def test_a_message_just_found_brings_the_next_look_forward_when_messages_come_in_bursts() -> None:
    bursting = Habits(FLAT, (0.1, 0.4, 0.1), GUESSED_SPREAD)

    def due(state: SourceState) -> timedelta:
        return due_at(state, bursting, HORIZONS[FLAT, USUAL], guess=1, weight=1, price=0.1, bounds=USUAL) - state.known_until

    assert due(known(1.0, echoes=(3.0, 3.0, 3.0))) < 0.6 * due(known(1.0))


@given(st.floats(0, 1e4), st.floats(0, 1e3), st.floats(1e-9, 1e6), st.floats(1e-3, 1e3), st.sampled_from([FLAT, BY_DAY]))
def test_no_price_and_no_rate_leaves_the_bounds(messages: float, exposure: float, price: float, weight: float, rhythm: Rhythm) -> None:
    waited = wait_for(SourceState(at("03:00"), messages, exposure), price, rhythm=rhythm, bounds=USUAL, weight=weight)

    assert USUAL.minimum <= waited <= USUAL.maximum


@given(st.floats(0.01, 1000), st.lists(st.floats(1e-6, 1e3), min_size=2, max_size=5))
def test_a_higher_price_never_brings_a_busy_source_forward(per_day: float, prices: list[float]) -> None:
    waits = [wait_for(known(1000 + per_day), price, rhythm=BY_DAY, bounds=USUAL) for price in sorted(prices)]

    assert all(after - before > -timedelta(minutes=2) for before, after in pairwise(waits) if after < HOUR)


def test_a_new_source_is_polled_by_the_guess_for_its_kind() -> None:
    new, habits = SourceState(at("12:00")), learn(Tally())

    assert rate(new, habits, 6.0) == pytest.approx(6 * rate(new, habits, 1.0))
