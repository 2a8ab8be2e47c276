"""How rates are spread over sources, and what that makes of one source's own count."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.spread import LEVELS, MULTIPLES, expected_rate, learn_spread, odds
from tests.domain.polling.guesses import GUESSED_SPREAD


def taught(rates: list[float], days: float) -> list[float]:
    """Source-days by level after so long a watch over sources of these rates, as polls of an hour would have taught them."""
    chance, seen = random.Random(1), [0.0] * LEVELS
    for rate in rates:
        messages = 0.0
        for hour in range(1, round(days * 24)):
            messages += chance.random() < rate / 24
            likely = odds(learn_spread([0.0] * LEVELS, 1.0), 1.0, messages, hour / 24)
            seen = [before + share / 24 for before, share in zip(seen, likely, strict=True)]
    return seen


@given(st.floats(0, 1e7), st.floats(0, 1e6), st.floats(0.01, 1000))
def test_the_odds_of_all_levels_are_a_whole(messages: float, exposure: float, guess: float) -> None:
    assert sum(odds(GUESSED_SPREAD, guess, messages, exposure)) == pytest.approx(1)


def test_of_a_new_source_the_guess_is_expected() -> None:
    assert expected_rate(GUESSED_SPREAD, 3.0, 0, 0) == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("rate", [0.02, 0.3, 7.0, 250.0])
def test_a_long_watch_leaves_nothing_to_the_guess(rate: float) -> None:
    assert expected_rate(GUESSED_SPREAD, 1.0, 1e5 * rate, 1e5) == pytest.approx(rate, rel=0.01)


@given(st.floats(0, 100), st.floats(0.1, 100))
def test_a_message_more_means_a_higher_rate_and_a_silent_day_more_a_lower_one(messages: float, exposure: float) -> None:
    between = expected_rate(GUESSED_SPREAD, 1.0, messages, exposure)

    assert expected_rate(GUESSED_SPREAD, 1.0, messages + 1, exposure) > between
    assert expected_rate(GUESSED_SPREAD, 1.0, messages, exposure + 1) < between


def test_where_most_sources_are_silent_a_silent_one_is_believed_to_be_so() -> None:
    """Nine of ten publish next to nothing and the tenth much: three silent days say more there than among equals."""
    unequal = learn_spread(taught([0.01] * 27 + [9.1] * 3, days=4), 1.0)
    equal = learn_spread(taught([1.0] * 30, days=4), 1.0)

    assert expected_rate(unequal, 1.0, 0, 3) < 0.7 * expected_rate(equal, 1.0, 0, 3)


def test_nothing_is_thought_impossible() -> None:
    only_silent = learn_spread([1e9, *[0.0] * (LEVELS - 1)], 1.0)

    assert min(only_silent) > 0
    assert expected_rate(only_silent, 1.0, 500, 1) == pytest.approx(500, rel=0.1)
    assert len(only_silent) == len(MULTIPLES)
