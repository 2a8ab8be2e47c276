"""The price of a call: steered by what was spent, so that a day's calls are spent and never exceeded."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.price import AIM, OPENING_AIM, Spell, may_call, must_replan, opening_price, pace, polls_wanted, steer
from app.domain.polling.rhythm import FLAT, HOURS, Rhythm
from tests.domain.story import DAY, FIRST_DAY, HOUR

BY_DAY = Rhythm.of([1.9 if 8 <= hour % 24 < 20 else 0.1 for hour in range(HOURS)])


def spells(calls: int, price: float, hours: int = 24) -> list[Spell]:
    return [Spell(FIRST_DAY + hour * HOUR, FIRST_DAY + (hour + 1) * HOUR, price, calls, calls) for hour in range(hours)]


def test_the_opening_price_spends_most_of_the_budget_under_the_square_root_law() -> None:
    rates = [0.1, 2.0, 50.0] * 100

    price = opening_price(rates, 5000)

    assert sum(math.sqrt(rate / (2 * price)) for rate in rates) == pytest.approx(OPENING_AIM * 5000)


def test_a_price_that_spends_as_aimed_stays() -> None:
    assert steer(0.3, spells(197, 0.3), FLAT, 24 * 197 / AIM, now=FIRST_DAY + DAY) == pytest.approx(0.3)


def test_spending_too_much_raises_the_price_and_too_little_lowers_it() -> None:
    dear, cheap = (steer(0.3, spells(calls, 0.3), FLAT, 24 * 200, now=FIRST_DAY + DAY) for calls in (203, 193))

    assert cheap < 0.3 < dear


def test_calls_that_were_left_over_are_made_good_within_a_day() -> None:
    spent = [*spells(197, 0.3, hours=20), *(Spell(spell.began_at, spell.ended_at, 0.3, 160, 160) for spell in spells(0, 0.3)[20:])]
    price = steer(0.3, spent, FLAT, 24 * 200, now=FIRST_DAY + DAY)
    calls_an_hour = sum(spell.calls for spell in spent) / 24 * math.sqrt(0.3 / price)

    assert 6 < 4 * 37 / (calls_an_hour - 197) < 24


def test_a_day_that_was_quieter_than_the_next_is_still_spent_to_the_end() -> None:
    """Every call of a quiet Sunday frees itself on Monday: Sunday need not save for Monday."""
    sunday, loud = math.sqrt(0.5), Rhythm.of([0.5 if hour // 24 == 3 else 1.0 for hour in range(HOURS)])
    since = FIRST_DAY + (3 - (FIRST_DAY.timestamp() // 86400) % 7) % 7 * DAY
    half = [Spell(since + hour * HOUR, since + (hour + 1) * HOUR, 0.3 * sunday**2, 197, 197) for hour in range(12)]
    before = [Spell(since + (hour - 12) * HOUR, since + (hour - 11) * HOUR, 0.3, 197, 197) for hour in range(12)]

    assert steer(0.3 * sunday**2, [*before, *half], loud, 24 * 200, now=since + 12 * HOUR) == pytest.approx(0.3 * sunday**2, rel=0.1)


def test_the_hours_of_all_days_together_make_a_day_of_calls() -> None:
    loud = Rhythm.of([hour % 24 + hour // 24 + 1.0 for hour in range(HOURS)])

    assert pace(loud, FIRST_DAY, FIRST_DAY + DAY) == pytest.approx(1)
    assert pace(loud, FIRST_DAY, FIRST_DAY + 5 * HOUR) == pytest.approx(pace(loud, FIRST_DAY + 3 * DAY, FIRST_DAY + 3 * DAY + 5 * HOUR))
    assert pace(loud, FIRST_DAY + HOUR, FIRST_DAY) == 0


def test_when_the_calls_of_24_hours_are_about_to_outgrow_the_aim_the_price_rises_before_they_do() -> None:
    """Yesterday's next two hours were poor, so few calls free themselves while as many as ever are wanted."""
    made = [100, 100, *[206] * 22]
    poor = [Spell(spell.began_at, spell.ended_at, 0.3, calls, calls) for calls, spell in zip(made, spells(0, 0.3), strict=True)]

    assert steer(0.3, poor, FLAT, 24 * 200, now=FIRST_DAY + DAY) > 0.3


def test_calls_that_were_wanted_and_not_made_raise_the_price() -> None:
    """A day that stood at its limit spent no more than was aimed at, whatever was wanted."""
    full = [Spell(spell.began_at, spell.ended_at, 0.3, 197, 215) for spell in spells(0, 0.3)]

    price = steer(0.3, full, FLAT, 24 * 197 / AIM, now=FIRST_DAY + DAY)

    assert price == pytest.approx(0.3 * (215 / 197) ** 2)


def test_a_poll_that_waited_for_a_call_stands_for_those_it_missed() -> None:
    due = FIRST_DAY + 2 * HOUR

    assert polls_wanted(FIRST_DAY, due, due) == 1
    assert polls_wanted(FIRST_DAY, due, due + HOUR) == 1.5
    assert polls_wanted(FIRST_DAY, due, FIRST_DAY + HOUR) == 1
    assert polls_wanted(FIRST_DAY, due, due + 90 * HOUR) == 3
    assert polls_wanted(FIRST_DAY, FIRST_DAY, due) == 1


def test_one_steering_moves_the_price_by_a_quarter_at_most() -> None:
    assert steer(0.3, spells(990, 0.3), FLAT, 2400, now=FIRST_DAY + DAY) == pytest.approx(0.3 * 1.25)


def test_a_quiet_night_alone_does_not_make_calls_cheaper() -> None:
    quiet, loud = math.sqrt(0.1), math.sqrt(1.9)
    calls = round(quiet * 100_000)
    night = [Spell(FIRST_DAY + hour * HOUR, FIRST_DAY + (hour + 1) * HOUR, 0.3, calls, calls) for hour in range(8)]
    calls_per_day = (12 * quiet + 12 * loud) * 100_000 / AIM

    assert steer(0.3, night, BY_DAY, calls_per_day, now=FIRST_DAY + 8 * HOUR) == pytest.approx(0.3, rel=0.01)


def test_too_short_a_time_teaches_no_price() -> None:
    assert steer(0.3, spells(900, 0.3, hours=2), FLAT, 2400, now=FIRST_DAY + 2 * HOUR) == 0.3


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.booleans())
def test_no_call_is_ever_made_beyond_the_budget(calls: int, budget: int, overdue: bool) -> None:
    if may_call(calls, budget, overdue=overdue):
        assert calls < budget


def test_the_last_calls_of_a_day_are_kept_for_sources_that_were_not_seen_for_longest() -> None:
    assert may_call(4999, 5000, overdue=True)
    assert not may_call(4999, 5000, overdue=False)


def test_plans_are_made_anew_only_when_the_price_has_moved() -> None:
    assert not must_replan(1.0, 1.03)
    assert must_replan(1.0, 1.2)
    assert must_replan(1.0, 0.8)
