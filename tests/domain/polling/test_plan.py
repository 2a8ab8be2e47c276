"""What a page is worth to the plan."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.polling.due import Interval
from app.domain.polling.plan import CRISIS_WEIGHT, HEAVIEST, Plan, Planned, Watched, first_state
from app.domain.polling.rates import Tally

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOUNDS = Interval(timedelta(seconds=15), DAY)
PLAN = Plan.of(Tally(), 0.001, BOUNDS)


def planned(page: Watched, *, posts_per_day: float = 2.0) -> Planned:
    """What follows from a first poll that found a week of evenly spread posts."""
    state = first_state(NOON, NOON, backfill=7 * DAY)
    found = [NOON - 7 * DAY * place / int(7 * posts_per_day) for place in range(1, int(7 * posts_per_day))]
    return PLAN.after_poll(page, state, NOON, found, Tally())


def test_the_first_poll_teaches_the_rate_of_the_week_that_it_read() -> None:
    assert planned(Watched(1.0, official=False, pushed=False), posts_per_day=10).rate == pytest.approx(10, rel=0.35)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        (Watched(1.0, official=False, pushed=False), Watched(4.0, official=False, pushed=False), 2.0),
        (Watched(1.0, official=True, pushed=False), Watched(CRISIS_WEIGHT, official=True, pushed=False), 5.0),
        (Watched(1.0, official=True, pushed=True), Watched(1.0, official=True, pushed=False), 5.0),
        (Watched(2.0, official=False, pushed=False), Watched(1.0, official=True, pushed=False), 1.0),
    ],
    ids=["four times the weight", "a crisis", "a pushed page", "an official page"],
)
def test_intervals_go_with_one_over_the_root_of_the_worth(one: Watched, other: Watched, ratio: float) -> None:
    assert (one.worth * ratio**2) == pytest.approx(other.worth)


def test_a_heavier_page_is_never_polled_later_and_none_leaves_the_bounds() -> None:
    waits = [planned(Watched(weight, official=False, pushed=False)).next_poll_at - NOON for weight in (0.01, 1.0, CRISIS_WEIGHT, HEAVIEST)]

    assert waits == sorted(waits, reverse=True)
    assert all(BOUNDS.minimum <= wait <= BOUNDS.maximum for wait in waits)
