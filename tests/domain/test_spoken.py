"""Shares and weeks in words."""

from datetime import time

import pytest

from app.domain.spoken import week_in_words, whole_percent

LONG, SHORT = (time(8), time(17)), (time(8), time(15, 45))


@pytest.mark.parametrize(
    ("share", "percent"),
    [(0.0, 0), (1.0, 100), (0.625, 63), (0.285, 29), (0.284, 28), (0.001, 1), (0.999, 99), (1 - 1e-12, 100), (1 / 3, 33)],
)
def test_a_half_counts_up_and_all_is_said_of_all_alone(share: float, percent: int) -> None:
    assert whole_percent(share) == percent


def test_days_with_the_same_hours_are_told_together() -> None:
    assert week_in_words(dict.fromkeys(range(4), LONG) | {4: SHORT}) == "пн–чт 08:00–17:00, пт 08:00–15:45"
    assert week_in_words({0: LONG, 2: LONG, 5: SHORT}) == "пн 08:00–17:00, ср 08:00–17:00, сб 08:00–15:45"
