"""The planner over traces: budget, bounds, no look into the future, and its rivals."""

import json
from bisect import bisect_left
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.polling.due import Interval
from app.simulation.planned import plan_polls
from app.simulation.report import longest_unseen, most_calls, simulate_polling, write_polls
from app.simulation.rivals import best_intervals, best_phases, fixed_polls, lags, spread_phases, uniform_intervals
from app.simulation.trace import DAY_SECONDS, Trace
from bench.polling_oracle import bounds_of
from bench.polling_traces import Region, draw, hourly_levels, true_rates

BOUNDS = Interval(timedelta(seconds=15), timedelta(days=1))
TOWN = draw(Region(60, 2.0, days=6), seed=3)
BUDGET = 300

pytestmark = pytest.mark.xdist_group("simulated polls")


@pytest.fixture(scope="module")
def polls() -> list[list[int]]:
    gone_through: list[float] = []
    planned = plan_polls(TOWN, BUDGET, BOUNDS, gone_through.append)
    assert sum(gone_through) == pytest.approx(TOWN.ended - TOWN.began, rel=0.02)
    return planned


def test_no_24_hours_see_more_calls_than_the_budget_and_most_of_it_is_spent(polls: list[list[int]]) -> None:
    days = (TOWN.ended - TOWN.began) / DAY_SECONDS

    assert most_calls(polls) <= BUDGET
    assert sum(map(len, polls)) > 0.9 * BUDGET * days


def test_no_source_is_unseen_for_longer_than_the_longest_interval(polls: list[list[int]]) -> None:
    assert longest_unseen(TOWN, polls) <= DAY_SECONDS


def test_what_the_future_holds_changes_no_poll_before_it(polls: list[list[int]]) -> None:
    cut, end = TOWN.began + 3 * DAY_SECONDS, float(TOWN.ended)
    pasts = [tuple(moment for moment in moments if moment <= cut) for moments in TOWN.published]
    shortened = Trace(TOWN.sources, ((*pasts[0], end), *(past or (end,) for past in pasts[1:])))

    again = plan_polls(shortened, BUDGET, BOUNDS)

    assert [[moment for moment in one if moment <= cut] for one in polls] == [[moment for moment in one if moment <= cut] for one in again]


def test_the_plan_is_far_better_than_polling_all_alike_and_not_far_from_hindsight() -> None:
    report, _ = simulate_polling(TOWN, BUDGET, BOUNDS, 3)

    plan, uniform, static = (one.mean_lag_seconds or 0.0 for one in (report.plan, report.uniform, report.best_static))
    assert 0 < plan < 0.4 * uniform
    assert plan < 1.3 * static


def test_busy_sources_are_polled_more_often(polls: list[list[int]]) -> None:
    busiest = max(range(len(polls)), key=lambda source: len(TOWN.published[source]))

    assert len(polls[busiest]) > 3 * sum(map(len, polls)) / len(polls)


def test_the_same_trace_gives_the_same_polls(polls: list[list[int]]) -> None:
    assert plan_polls(TOWN, BUDGET, BOUNDS) == polls


def test_an_outsider_finds_the_same_lag_from_the_written_polls(tmp_path: Path) -> None:
    report, planned = simulate_polling(TOWN, BUDGET, BOUNDS, 3)
    path = tmp_path / "polls.csv"
    write_polls(path, TOWN, planned)

    seen: dict[str, list[float]] = {source: [] for source in TOWN.sources}
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        source, polled_at = line.split(",")
        seen[source].append(float(polled_at))
    waits = []
    for source, moments in zip(TOWN.sources, TOWN.published, strict=True):
        for moment in moments:
            if moment >= TOWN.began + 3 * DAY_SECONDS:
                place = bisect_left(seen[source], moment)
                waits.append((seen[source][place] if place < len(seen[source]) else TOWN.ended) - moment)

    assert lines[0] == "source,polled_at"
    assert report.plan.calls == len(lines) - 1
    assert report.plan.mean_lag_seconds == pytest.approx(sum(waits) / len(waits))
    assert json.loads(report.as_json())["plan"]["max"] == max(waits)


def test_the_best_static_plan_follows_the_square_root_law_within_the_budget() -> None:
    busy, calm = tuple(float(second) for second in range(0, 90_000, 100)), tuple(float(second) for second in range(0, 90_000, 900))
    trace = Trace(("busy", "calm"), (busy, calm))

    intervals = best_intervals(trace, 400, BOUNDS, since=0)

    assert intervals[1] / intervals[0] == pytest.approx(3)
    assert np.sum(DAY_SECONDS / intervals) == pytest.approx(400)


def test_the_mean_lag_of_fixed_intervals_is_the_closed_form() -> None:
    trace = draw(Region(200, 1.8, per_day=20, echoes=0), seed=2)
    numbers = np.array([len(moments) for moments in trace.published])
    intervals = best_intervals(trace, 2000, Interval(timedelta(seconds=15), timedelta(days=9)), since=0)

    measured = np.mean([lags(trace, fixed_polls(trace, intervals, spread_phases(intervals, seed)), 0).mean() for seed in range(5)])

    assert measured == pytest.approx(np.sqrt(numbers).sum() ** 2 / (2 * 2000 / DAY_SECONDS * numbers.sum()), rel=0.08)


def test_the_best_phases_are_better_than_any_spread_ones() -> None:
    intervals = uniform_intervals(TOWN, BUDGET, BOUNDS)
    best = lags(TOWN, fixed_polls(TOWN, intervals, best_phases(TOWN, intervals, TOWN.began)), TOWN.began).mean()

    assert all(best < lags(TOWN, fixed_polls(TOWN, intervals, spread_phases(intervals, seed)), TOWN.began).mean() for seed in range(5))


def test_a_message_that_no_poll_found_waits_until_the_traces_end() -> None:
    trace = Trace(("a",), ((0.0, 50.0, 100.0),))

    assert list(lags(trace, [[20]], since=0)) == [20, 50, 0]


@pytest.mark.parametrize(
    "trace",
    [Trace((), ()), Trace(("a",), ((1e9,),)), Trace(("a", "b"), ((1e9, 1e9 + 5), (1e9 + 9,)))],
    ids=["empty", "one message", "nine seconds"],
)
def test_the_smallest_traces_are_reported_too(trace: Trace) -> None:
    report, planned = simulate_polling(trace, 100, BOUNDS, 3)

    assert report.messages == sum(map(len, trace.published))
    assert report.plan.calls == sum(map(len, planned)) <= 100
    assert report.as_table().row_count == 4


def test_a_budget_too_small_for_the_longest_interval_is_kept_all_the_same() -> None:
    report, planned = simulate_polling(TOWN, 20, BOUNDS, 3)

    assert most_calls(planned) <= 20
    assert report.longest_interval_seconds > DAY_SECONDS
    assert all(planned)


def test_a_source_that_begins_to_publish_late_is_found_and_followed() -> None:
    late = tuple(TOWN.began + 4 * DAY_SECONDS + 600.0 * number for number in range(200))
    trace = Trace((*TOWN.sources, "late"), (*TOWN.published, late))

    *_, polled = plan_polls(trace, BUDGET, BOUNDS)

    before = sum(moment < late[0] for moment in polled) / 4
    after = sum(late[0] <= moment < late[-1] for moment in polled) / ((late[-1] - late[0]) / DAY_SECONDS)
    assert after > 2 * before


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.integers(0, 4 * DAY_SECONDS), min_size=1, max_size=30), min_size=1, max_size=6),
    st.integers(1, 400),
    st.sampled_from([15, 600, 40_000]),
)
def test_no_trace_makes_the_planner_leave_its_budget_or_its_bounds(drawn: list[list[int]], budget: int, minimum: int) -> None:
    trace = Trace(tuple(map(str, range(len(drawn)))), tuple(tuple(sorted(map(float, moments))) for moments in drawn))
    bounds = Interval(timedelta(seconds=minimum), timedelta(days=1))
    report, planned = simulate_polling(trace, budget, bounds, 1)

    gaps = [after - before for one in planned for before, after in pairwise(one)]
    assert most_calls(planned) <= budget
    assert min(gaps, default=minimum) >= minimum
    if budget > 4 * len(drawn):
        assert report.longest_unseen_seconds <= report.longest_interval_seconds


def test_who_knows_how_a_trace_was_drawn_polls_better_than_by_its_true_rates_alone() -> None:
    lively = Region(60, 1.5, per_day=15, days=9)
    trace = draw(lively, seed=1)
    bounds = bounds_of(lively, 1, trace, 400, BOUNDS, trace.began + 2 * DAY_SECONDS)

    assert bounds.all_knowing < bounds.learner < 0.95 * bounds.fixed
    assert bounds.fixed == pytest.approx(bounds.closed_form, rel=0.05)


def test_the_true_rates_and_levels_of_a_trace_are_those_it_was_drawn_with() -> None:
    busy = Region(20, 0.5, per_day=200, days=14)
    trace, levels = draw(busy, seed=5), hourly_levels(busy)
    numbers = np.array([len(moments) for moments in trace.published])
    hours = np.bincount([int(moment // 3600 % 168) for moments in trace.published for moment in moments], minlength=168)

    assert numbers / 14 == pytest.approx(true_rates(busy, 5, trace), rel=0.15)
    assert np.corrcoef(hours, levels)[0, 1] > 0.98
