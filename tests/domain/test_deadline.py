"""By when a question must be answered under each kind of policy."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.deadline import ClockStart, Policy
from app.domain.working_time import Calendar
from tests.domain.story import DAY_AND_NIGHT, HOUR, Story, at

MOSCOW = Calendar("Москва", ZoneInfo("Europe/Moscow"))
NINE_HOURS = replace(DAY_AND_NIGHT, name="9 working hours", threshold=9 * HOUR, calendar=MOSCOW)
FROM_DETECTION = replace(DAY_AND_NIGHT, clock_start=ClockStart.DETECTED)


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
