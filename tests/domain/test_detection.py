"""What a message's wait was made of, and when a page's silence is suspicious."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.detection import USUAL_BUDGETS, PageClass, Parts, Timing, class_of, is_suspicious, least_suspicious, parts_of

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
seconds = st.integers(-500, 500).map(lambda number: number * SECOND)


def timing(*after: int) -> Timing:
    """The moments of a page, in seconds after noon."""
    return Timing(*(NOON + number * SECOND for number in after))


def test_a_message_that_waited_for_its_poll_is_told_apart_from_one_that_waited_for_a_hand() -> None:
    assert parts_of(NOON, timing(60, 70, 71, 72, 74)) == Parts(60, 10, 1, 1, 2)
    assert parts_of(NOON + 65 * SECOND, timing(60, 70, 71, 72, 74)) == Parts(0, 5, 1, 1, 2)


@given(seconds, st.lists(seconds, min_size=5, max_size=5))
def test_the_parts_always_come_to_the_whole(published: timedelta, moments: list[timedelta]) -> None:
    moments[4] = max(moments)
    parts = parts_of(NOON + published, Timing(*(NOON + moment for moment in moments)))

    assert parts.total == pytest.approx(max((moments[4] - published) / SECOND, 0.0))
    assert min(parts.by_name().values()) >= 0


@pytest.mark.parametrize(
    ("official", "rate", "page"),
    [(True, 12.0, PageClass.HOT), (True, 1.0, PageClass.COLD), (True, None, PageClass.COLD), (False, 99.0, PageClass.THIRD_PARTY)],
)
def test_a_page_is_hot_when_it_is_official_and_lively(official: bool, rate: float | None, page: PageClass) -> None:
    assert class_of(official=official, posts_per_day=rate) is page


def test_only_hot_pages_have_the_short_budget() -> None:
    assert {page: USUAL_BUDGETS.of(page) / timedelta(minutes=1) for page in PageClass} == {
        PageClass.HOT: 5,
        PageClass.COLD: 30,
        PageClass.THIRD_PARTY: 30,
    }


@given(st.floats(0.01, 100))
def test_silence_is_suspicious_from_the_shortest_suspicious_one_on(rate: float) -> None:
    shortest = least_suspicious(rate)

    assert is_suspicious(shortest * 1.01, rate)
    assert not is_suspicious(shortest * 0.99, rate)


def test_a_page_of_ten_posts_a_day_may_be_silent_for_two_days_and_not_for_three() -> None:
    assert not is_suspicious(2.0, 10.0)
    assert is_suspicious(3.0, 10.0)
