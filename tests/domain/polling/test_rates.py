"""What polls teach: rates, the rhythm of the week, echoes."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.polling.rates import Habits, SourceState, Tally, guess_rate, learn, observe, own_rate, rate, share_kept
from app.domain.polling.rhythm import FLAT, HOURS, HOURS_A_DAY, Rhythm, learn_rhythm
from tests.domain.polling.guesses import GUESSED_SPREAD
from tests.domain.story import DAY, FIRST_DAY, HOUR, MINUTE, at

NOTHING_LEARNT = learn(Tally())
BY_DAY = Habits(Rhythm.of([1.9 if hour % HOURS_A_DAY >= 12 else 0.1 for hour in range(HOURS)]), (0.05, 0.05, 0.05), GUESSED_SPREAD)


def follow(found: Sequence[datetime], *, polls: Sequence[datetime], habits: Habits = NOTHING_LEARNT) -> tuple[SourceState, Tally]:
    """A source watched from the first day, polled at these moments."""
    state, tally, left = SourceState(FIRST_DAY), Tally(), sorted(found)
    for polled_at in polls:
        seen = [moment for moment in left if moment <= polled_at]
        state, left = observe(state, habits, 1.0, polled_at, seen, tally), left[len(seen) :]
    return state, tally


def test_silence_lowers_the_rate_and_messages_raise_it() -> None:
    silent, _ = follow([], polls=[FIRST_DAY + 3 * DAY])
    lively, _ = follow([at("10:00", day) for day in (1, 2, 3)] * 3, polls=[FIRST_DAY + 3 * DAY])

    assert rate(silent, NOTHING_LEARNT, 1.0) < 0.3 < 1 < rate(lively, NOTHING_LEARNT, 1.0)


def test_a_silent_night_is_little_evidence_and_a_silent_day_much() -> None:
    night = observe(SourceState(at("00:00")), BY_DAY, 1.0, at("12:00"), [], Tally())
    day = observe(SourceState(at("12:00")), BY_DAY, 1.0, at("00:00", day=2), [], Tally())

    assert night.exposure == pytest.approx(0.05)
    assert day.exposure == pytest.approx(0.95)
    assert own_rate(day, BY_DAY, 1.0) < own_rate(night, BY_DAY, 1.0)


def test_how_often_a_source_is_polled_does_not_change_what_is_learnt() -> None:
    found = [at("09:10"), at("09:20"), at("17:45"), at("08:00", day=3)]
    often, much = follow(found, polls=[FIRST_DAY + hours * HOUR for hours in range(1, 97)])
    seldom, little = follow(found, polls=[FIRST_DAY + 4 * DAY])

    assert often.exposure == pytest.approx(seldom.exposure, rel=0.05)
    assert often.messages == pytest.approx(seldom.messages, rel=0.1)
    assert sum(much.counts) == pytest.approx(sum(little.counts), rel=0.1)


def test_echoes_are_not_taken_for_the_sources_own_rate() -> None:
    bursting = Habits(FLAT, (0.3, 0.3, 0.1), GUESSED_SPREAD)
    burst = [at("10:00") + minutes * MINUTE for minutes in range(0, 50, 5)]
    state, _ = follow(burst, polls=[at("12:00")], habits=bursting)

    assert 1 <= state.messages < 3
    assert state.echoes[2] > 1


def test_bursts_are_learnt_from_what_follows_messages_closely() -> None:
    chance = random.Random(5)
    starts = [FIRST_DAY + timedelta(hours=chance.uniform(24, 24 * 200)) for _ in range(400)]
    found = starts + [start + timedelta(minutes=chance.expovariate(1 / 60)) for start in starts]
    habits, state, tally = NOTHING_LEARNT, SourceState(FIRST_DAY), Tally()
    left = sorted(found)
    for hours in range(6, 24 * 210, 6):
        polled_at = FIRST_DAY + hours * HOUR
        seen = [moment for moment in left if moment <= polled_at]
        state, left = observe(state, habits, 1.0, polled_at, seen, tally), left[len(seen) :]
        habits = learn(tally) if hours % 24 == 0 else habits

    assert sum(habits.echo_sizes) == pytest.approx(0.5, abs=0.15)
    assert max(habits.echo_sizes) == habits.echo_sizes[1]


def test_the_rhythm_is_a_ratio_to_what_was_watched_and_not_a_count() -> None:
    watched_by_day_only = [100.0 if 8 <= hour % HOURS_A_DAY < 20 else 1.0 for hour in range(HOURS)]

    rhythm = learn_rhythm(watched_by_day_only, watched_by_day_only)

    assert min(rhythm.levels) == pytest.approx(1)
    assert max(rhythm.levels) == pytest.approx(1)


def test_the_rhythm_of_day_and_week_is_found_in_any_time_zone() -> None:
    true = [(1.8 if 4 <= hour % HOURS_A_DAY < 16 else 0.2) * (0.5 if hour // HOURS_A_DAY in (2, 3) else 1.2) for hour in range(HOURS)]
    true = list(Rhythm.of(true).levels)

    rhythm = learn_rhythm([400 * level for level in true], [400.0] * HOURS)

    inner = [hour for hour in range(HOURS) if hour % HOURS_A_DAY not in (3, 4, 15, 16)]
    assert [rhythm.levels[hour] for hour in inner] == pytest.approx([true[hour] for hour in inner], abs=0.15)


@given(st.lists(st.floats(0.05, 5), min_size=HOURS, max_size=HOURS), st.floats(0, 30), st.floats(0, 10))
def test_integrals_of_a_rhythm_add_up_over_any_number_of_weeks(levels: list[float], start: float, more: float) -> None:
    rhythm = Rhythm.of(levels)
    steps = 2000
    area = sum(rhythm.level(start + more * (step + 0.5) / steps) for step in range(steps)) * more / steps
    (area_before, moment_before), (area_after, moment_after) = rhythm.integrals(start), rhythm.integrals(start + more)

    assert area_after - area_before == pytest.approx(area, rel=0.05, abs=0.02)
    assert moment_after - moment_before >= more * area_before - 1e-6
    assert rhythm.integrals(start + 7)[0] == pytest.approx(area_before + 7)


def test_two_workers_together_teach_what_one_would() -> None:
    found = [at("09:10"), at("17:45"), at("08:00", day=3)]
    _, one = follow(found, polls=[FIRST_DAY + 4 * DAY])
    _, other = follow(found[:1], polls=[FIRST_DAY + 4 * DAY])
    both = Tally()
    both.add(one)
    both.add(other, kept=1.0)

    assert sum(both.counts) == pytest.approx(sum(one.counts) + sum(other.counts))
    assert both.guessed == pytest.approx(one.guessed + other.guessed)


def test_the_past_fades_from_a_tally() -> None:
    assert share_kept(timedelta(0)) == 1
    assert share_kept(28 * DAY) == pytest.approx(0.37, abs=0.01)


def test_the_guess_is_corrected_by_what_sources_really_publish() -> None:
    tally = Tally()
    for _ in range(100):
        found = [FIRST_DAY + hours * HOUR for hours in range(5, 96, 12)]
        observe(SourceState(FIRST_DAY), NOTHING_LEARNT, 1.0, FIRST_DAY + 4 * DAY, found, tally)

    assert own_rate(SourceState(FIRST_DAY), learn(tally), 1.0) == pytest.approx(2, rel=0.25)


def test_larger_and_unofficial_pages_are_guessed_to_be_livelier() -> None:
    assert guess_rate(official=True, members=200) < guess_rate(official=True, members=50_000)
    assert guess_rate(official=True, members=None) < guess_rate(official=False, members=None)


def test_a_message_dated_before_the_last_poll_still_counts_once() -> None:
    state = observe(SourceState(at("12:00")), NOTHING_LEARNT, 1.0, at("13:00"), [at("09:00")], Tally())

    assert state.messages == pytest.approx(1, abs=0.3)
    assert state.known_until == at("13:00")


def test_a_late_report_never_moves_the_state_back() -> None:
    state = observe(SourceState(at("12:00")), NOTHING_LEARNT, 1.0, at("11:00"), [], Tally())

    assert state.known_until == at("12:00")
    assert state.exposure == 0
