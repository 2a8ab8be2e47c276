"""Kaplan–Meier and what is read from it, against figures worked out by hand."""

import math
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.statistics import Curve, Wait, expected_shares, figures_of, kaplan_meier, working_clock
from app.domain.working_time import Calendar, working_time_between

HOUR = 3600
MOSCOW = Calendar("test", ZoneInfo("Europe/Moscow"))


def waits(written: str, unit: float = 1.0) -> list[Wait]:
    """Waits from «3 5+ 8»: a plus says that the question was still open then."""
    return [Wait(float(word.rstrip("+")) * unit, not word.endswith("+")) for word in written.split()]


def steps(curve: Curve) -> list[tuple[float, float]]:
    return [(at, round(share, 4)) for at, share in zip(curve.seconds, curve.shares, strict=True)]


def test_the_curve_steps_down_by_the_share_of_those_still_waiting() -> None:
    # 5 wait: 1 of 5 answered at 2 (4/5); one leaves at 3; 1 of 3 at 4 (8/15); 1 of 2 at 6 (4/15); the last is open at 9.
    curve = kaplan_meier(waits("2 3+ 4 6 9+"))
    assert steps(curve) == [(2, 0.8), (4, 0.5333), (6, 0.2667)]
    assert curve.share_at(1.9) == 1
    assert curve.share_at(4) == pytest.approx(8 / 15)
    assert curve.share_at(100) == pytest.approx(4 / 15)


def test_an_answer_comes_before_an_end_of_observation_at_the_same_moment() -> None:
    assert steps(kaplan_meier(waits("5 5+"))) == [(5, 0.5)]


def test_the_median_is_the_first_moment_at_which_half_are_answered() -> None:
    curve = kaplan_meier(waits("2 3+ 4 6 9+"))
    assert curve.quantile(0.5) == 6
    assert curve.quantile(0.9) is None
    assert kaplan_meier(waits("1 2 3 4")).quantile(0.5) == 2
    assert kaplan_meier(waits("1 2 3 4")).quantile(0.9) == 4


def test_shares_that_rounding_blurs_still_reach_their_quantile() -> None:
    assert kaplan_meier(waits("1 2 3 4 5 6 7 8 9 10")).quantile(0.9) == 9


def test_unanswered_questions_make_the_median_longer_and_leave_the_mean_untouched() -> None:
    answered, with_open = figures_of(waits("1 2 3 4")), figures_of(waits("1 2 3 4 9+ 9+ 9+ 9+"))
    assert (answered.km_median_seconds, with_open.km_median_seconds) == (2, 4)
    assert answered.mean_answered_seconds == with_open.mean_answered_seconds == 2.5
    assert (with_open.n, with_open.answered, with_open.unanswered) == (8, 4, 4)


def test_the_interval_of_a_share_follows_greenwood_on_the_log_log_scale() -> None:
    # S(2) = 3/4, Greenwood's sum 1/(4·3) = 1/12: log(−log S) = −1.2459, its error sqrt(1/12)/|log 0.75| = 1.00345.
    low, high = kaplan_meier(waits("2 5+ 6+ 7+")).interval_at(2)
    assert low == pytest.approx(0.1279, abs=1e-4)
    assert high == pytest.approx(0.9605, abs=1e-4)


def test_the_classical_remission_times_give_their_published_figures() -> None:
    curve = kaplan_meier(waits("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"))
    assert steps(curve) == [(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)]
    assert curve.quantile(0.5) == 23
    assert curve.quantile_interval(0.5) == (13, None)


def test_shares_are_over_all_questions() -> None:
    # Of four: answered in 3 h; open for 5 h; answered in 8 h; answered in 30 h.
    figures = figures_of(waits("3 5+ 8 30", HOUR))
    assert figures.share_within == {4: pytest.approx(1 / 4), 9: pytest.approx(5 / 8), 24: pytest.approx(5 / 8)}


def test_few_quick_answers_do_not_stand_before_many_good_ones() -> None:
    quick, many = figures_of(waits("0.1 0.1", HOUR)), figures_of(waits("2 " * 19 + "90+", HOUR))
    assert (quick.comparable, many.comparable) == (False, True)
    assert quick.share_within[24] == 1
    assert many.share_within[24] == pytest.approx(0.95)
    assert quick.cautious_share < many.cautious_share
    assert figures_of([]).cautious_share == 0


def test_who_is_asked_harder_questions_has_less_to_be_expected_of_them() -> None:
    roads: list[tuple[str | None, Wait]] = [("roads", wait) for wait in waits("30 30", HOUR)]
    lamps: list[tuple[str | None, Wait]] = [("lamps", wait) for wait in waits("2 2", HOUR)]
    both: list[tuple[str | None, Wait]] = [("roads", wait) for wait in waits("3 30", HOUR)]

    # Roads are answered within a day in 1 case of 4, lamps always.
    assert expected_shares([roads, lamps, [*both, lamps[0]], []]) == [pytest.approx(0.25), 1, pytest.approx(0.5), None]


def test_an_answer_taken_back_counts_with_its_time_but_not_as_in_time() -> None:
    taken_back = [Wait(3 * HOUR, answered=True, retracted=True), *waits("3 8 30", HOUR)]
    figures = figures_of(taken_back)
    assert figures.share_within == {4: 0.25, 9: 0.5, 24: 0.5}
    assert figures.km_median_seconds == 3 * HOUR
    assert figures.answered == 4


def test_nothing_asked_gives_no_figures() -> None:
    figures = figures_of([])
    assert (figures.n, figures.km_median_seconds, figures.p90_seconds, figures.mean_answered_seconds) == (0, None, None, None)
    assert figures.share_within == {4: None, 9: None, 24: None}


def test_nothing_answered_reaches_no_quantile() -> None:
    figures = figures_of(waits("5+ 50+", HOUR))
    assert (figures.km_median_seconds, figures.km_median_interval) == (None, (None, None))
    assert figures.share_within == {4: 0, 9: 0, 24: 0}
    assert figures.longest_wait_seconds == 50 * HOUR


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_without_open_questions_the_curve_is_the_plain_share(times: list[int]) -> None:
    curve = kaplan_meier([Wait(float(one), answered=True) for one in times])
    for at in {0, *times}:
        assert curve.share_at(at) == pytest.approx(sum(one > at for one in times) / len(times))


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), max_size=60))
def test_figures_stay_within_their_bounds(made: list[tuple[int, bool, bool]]) -> None:
    figures = figures_of([Wait(hours * HOUR / 2, answered, answered and retracted) for hours, answered, retracted in made])
    shares = [share for share in figures.share_within.values() if share is not None]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    for hours, interval in figures.share_within_interval.items():
        if interval is not None:
            share = figures.share_within[hours]
            assert share is not None
            assert -1e-9 <= interval[0] <= share + 1e-9
            assert share - 1e-9 <= interval[1] <= 1 + 1e-9
    low, high = figures.km_median_interval
    if figures.km_median_seconds is not None:
        assert low is not None
        assert low <= figures.km_median_seconds <= (math.inf if high is None else high)


@given(st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 24 * 60))
def test_the_working_clock_agrees_with_walking_through_the_days(first: int, second: int) -> None:
    calendar = Calendar("test", ZoneInfo("Europe/Moscow"), exceptions={datetime(2026, 1, 7, tzinfo=UTC).date(): None})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    start, end = (since + timedelta(minutes=minutes) for minutes in sorted([first, second]))
    elapsed = working_clock(calendar, since, since + timedelta(days=41))
    assert elapsed(end.timestamp()) - elapsed(start.timestamp()) == working_time_between(start, end, calendar).total_seconds()


def test_the_working_clock_stands_still_at_night() -> None:
    elapsed = working_clock(MOSCOW, datetime(2026, 3, 11, tzinfo=UTC), datetime(2026, 3, 13, tzinfo=UTC))
    evening, morning = (
        datetime.combine(day, at, ZoneInfo("Europe/Moscow")).timestamp()
        for day, at in ((datetime(2026, 3, 11, tzinfo=UTC).date(), time(20)), (datetime(2026, 3, 12, tzinfo=UTC).date(), time(9)))
    )
    assert elapsed(evening) == elapsed(morning) == 9 * HOUR
