"""By when a question must be answered under each kind of policy."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.deadline import ClockStart, Policy, PolicyId, SubstantiveTerm
from app.domain.ready_policies import READY, ReadyPolicy
from app.domain.russian_days import russian_calendar
from app.domain.working_time import Calendar
from tests.domain.story import DAY_AND_NIGHT, HOUR, Story, at

MOSCOW = Calendar("Москва", ZoneInfo("Europe/Moscow"))
NINE_HOURS = replace(DAY_AND_NIGHT, name="9 working hours", threshold=9 * HOUR, calendar=MOSCOW)
FROM_DETECTION = replace(DAY_AND_NIGHT, clock_start=ClockStart.DETECTED)
FROM_HANDOVER = replace(NINE_HOURS, clock_start=ClockStart.HANDED_OVER)


def test_a_day_around_the_clock_passes_at_night_and_at_the_weekend_too() -> None:
    asked = at("20:00", day=3)

    assert DAY_AND_NIGHT.due_at(published_at=asked, collected_at=asked, urgent=False) == at("20:00", day=4)


def test_working_hours_run_by_the_policys_calendar() -> None:
    asked = at("12:00", day=3)

    assert NINE_HOURS.due_at(published_at=asked, collected_at=asked, urgent=False) == at("12:00", day=6)


def test_life_and_health_run_around_the_clock_whatever_the_calendar() -> None:
    asked = at("20:00", day=3)

    assert NINE_HOURS.due_at(published_at=asked, collected_at=asked, urgent=True) == at("20:00", day=3) + 4 * HOUR


def test_late_collection_puts_no_deadline_off_when_the_clock_starts_at_publication() -> None:
    assert DAY_AND_NIGHT.due_at(published_at=at("10:00"), collected_at=at("23:00"), urgent=False) == at("10:00", day=2)


def test_a_policy_may_count_from_detection() -> None:
    assert FROM_DETECTION.due_at(published_at=at("10:00"), collected_at=at("23:00"), urgent=False) == at("23:00", day=2)


@pytest.mark.parametrize("policy", [DAY_AND_NIGHT, NINE_HOURS, FROM_DETECTION], ids=["calendar", "working", "detected"])
def test_the_wait_is_measured_from_publication_whatever_the_deadline_counts_from(policy: Policy) -> None:
    story = Story(policy=policy)
    story.resident_asks(at("10:00"), collected=at("12:00"))
    story.page_answers(at("13:00"))

    assert story.turn().time_to_first_answer == 3 * HOUR


def test_a_question_asked_at_night_is_due_within_the_next_working_day() -> None:
    assert NINE_HOURS.due_at(published_at=at("00:30"), collected_at=at("00:31"), urgent=False) == at("15:00")


def test_an_unanswered_question_is_overdue_only_once_its_working_hours_are_over() -> None:
    story = Story(policy=NINE_HOURS)
    story.resident_asks(at("14:00", day=3))

    turn = story.turn()

    assert turn.due_at == at("14:00", day=6)
    assert turn.breached_at(at("14:00", day=6)) is None
    assert turn.breached_at(at("14:00", day=6) + timedelta(seconds=1)) == at("14:00", day=6)


def test_a_deadline_from_the_hand_over_runs_by_the_policys_calendar() -> None:
    asked, handed = at("12:00", day=1), at("14:00", day=1)

    assert FROM_HANDOVER.due_at(published_at=asked, collected_at=asked, urgent=False, handed_over_at=handed) == at("14:00", day=2)
    assert FROM_HANDOVER.due_at(published_at=asked, collected_at=asked, urgent=True, handed_over_at=handed) == at("18:00", day=1)


def test_until_it_is_handed_over_a_question_is_due_as_if_it_had_been_at_once() -> None:
    story = Story(policy=FROM_HANDOVER)
    story.resident_asks(at("12:00"), collected=at("12:30"))

    assert story.turn().due_at == at("12:30", day=2)


@pytest.mark.parametrize(("handed", "due"), [("12:29", "12:30"), ("12:30", "12:30"), ("14:00", "14:00")])
def test_a_question_that_came_to_a_body_s_own_page_is_handed_over_when_it_is_collected(handed: str, due: str) -> None:
    story = Story(policy=FROM_HANDOVER, handed_over_at=at(handed))
    story.resident_asks(at("12:00"), collected=at("12:30"))

    assert story.turn().due_at == at(due, day=2)


def test_handing_over_too_late_takes_no_missed_deadline_back() -> None:
    story = Story(policy=FROM_HANDOVER, handed_over_at=at("12:31", day=2))
    story.resident_asks(at("12:00"), collected=at("12:30"))

    assert story.turn().breached_at(at("13:00", day=2)) == at("12:30", day=2)


def test_full_answers_are_due_at_the_end_of_a_working_day() -> None:
    term = SubstantiveTerm(7, russian_calendar(ZoneInfo("Europe/Moscow")))

    assert term.due_at(at("12:00", day=1)) == at("21:00", day=10), "Wednesday the 11th of March to Friday the 20th"
    assert term.due_at(datetime(2026, 12, 30, 9, tzinfo=UTC)) == datetime(2027, 1, 19, 21, tzinfo=UTC), "the holidays lie between"


EIGHT_HOURS = replace(DAY_AND_NIGHT, id=PolicyId(2), threshold=8 * HOUR, rejudges=True)


def changed(when: datetime, *, policy: Policy = DAY_AND_NIGHT, to: Policy = EIGHT_HOURS) -> Story:
    return Story(policy=policy, later=(replace(to, active_from=when),))


def test_a_changed_policy_judges_what_is_open_by_then() -> None:
    story = changed(at("12:00"))
    story.resident_asks(at("10:00"))

    assert (story.turn().due_at, story.turn().policy_id) == (at("18:00"), 2)


def test_what_was_answered_before_keeps_the_policy_that_judged_it_and_what_is_asked_afterwards_does_not() -> None:
    story = changed(at("12:00"))
    story.resident_asks(at("10:00"))
    story.page_answers(at("11:59"))
    story.resident_asks(at("13:00"))

    first, second = story.turns()
    assert (first.due_at, first.policy_id) == (at("10:00", day=2), 1)
    assert (second.due_at, second.policy_id) == (at("21:00"), 2)


def test_an_answer_that_is_found_late_is_judged_by_the_policy_of_its_own_time() -> None:
    story = changed(at("12:00"))
    story.resident_asks(at("10:00"))
    open_by_then = story.turn()
    story.page_answers(at("11:00"))

    assert (open_by_then.policy_id, story.turn().policy_id) == (2, 1)


def test_nobody_misses_a_deadline_that_did_not_hold() -> None:
    story = changed(at("19:00"))
    story.resident_asks(at("10:00"))

    assert (story.turn().due_at, story.turn().policy_id) == (at("10:00", day=2), 1), "eight hours would have ended at 18:00"


def test_a_milder_policy_takes_no_missed_deadline_back() -> None:
    story = changed(at("19:00"), policy=replace(EIGHT_HOURS, rejudges=False), to=replace(DAY_AND_NIGHT, id=PolicyId(3), rejudges=True))
    story.resident_asks(at("10:00"))

    assert (story.turn().due_at, story.turn().policy_id) == (at("18:00"), 2)


def test_what_nobody_owes_keeps_its_policy() -> None:
    story = changed(at("12:00"))
    story.operator_dismisses(story.resident_asks(at("10:00")))

    assert story.turn().policy_id == 1


@pytest.mark.parametrize("ready", READY.values(), ids=lambda ready: ready.code)
def test_ready_policies_say_whose_they_are(ready: ReadyPolicy) -> None:
    assert ready.source.endswith(".")
    assert timedelta() < ready.urgent_threshold <= ready.threshold
