"""Moments and lengths in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.console.times import Times
from app.domain.spoken import in_one_unit, length, roughly

MOSCOW = ZoneInfo("Europe/Moscow")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("time", "exactly", "at_a_glance", "in_one"),
    [
        (timedelta(seconds=59), "меньше минуты", "меньше минуты", "меньше минуты"),
        (timedelta(minutes=1, seconds=59), "1 мин", "1 мин", "1 мин"),
        (timedelta(hours=2, minutes=10), "2 ч 10 мин", "2 ч 10 мин", "2 ч"),
        (timedelta(hours=3), "3 ч", "3 ч", "3 ч"),
        (timedelta(hours=26, minutes=36), "26 ч 36 мин", "26 ч", "26 ч"),
        (timedelta(days=2, minutes=5), "2 дн", "2 дн", "2 дн"),
        (timedelta(days=5, hours=19), "5 дн 19 ч", "5 дн 19 ч", "5 дн"),
        (timedelta(days=30, hours=19), "30 дн 19 ч", "30 дн", "30 дн"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_units(time: timedelta, exactly: str, at_a_glance: str, in_one: str) -> None:
    assert [plain(say(time)) for say in (length, roughly, in_one_unit)] == [exactly, at_a_glance, in_one]


def test_what_is_due_says_how_much_is_left_or_over(noon: datetime) -> None:
    times = Times(noon, MOSCOW)

    assert plain(times.due(noon + timedelta(hours=2, minutes=10))) == "через 2 ч 10 мин"
    assert plain(times.due(noon - timedelta(hours=3))) == "просрочено на 3 ч"


def test_the_past_and_the_future_are_told_apart(noon: datetime) -> None:
    times = Times(noon, MOSCOW)

    assert plain(times.ago(noon - timedelta(minutes=5))) == "5 мин назад"
    assert plain(times.ago(noon + timedelta(minutes=5))) == "через 5 мин"
    assert times.ago(noon) == "только что"


def test_how_often_is_said_as_people_say_it(noon: datetime) -> None:
    times = Times(noon, MOSCOW)

    assert times.every(timedelta(seconds=40)) == "чаще раза в минуту"
    assert times.every(timedelta(seconds=70)) == "раз в минуту"
    assert plain(times.every(timedelta(minutes=10))) == "раз в 10 мин"


def test_a_brief_moment_says_only_what_is_not_plain(noon: datetime) -> None:
    times = Times(noon, MOSCOW)

    assert times.brief(noon) == "15:00"
    assert times.brief(noon - timedelta(days=1)) == "10 марта, 15:00"
    assert times.brief(noon - timedelta(days=365)) == "11 марта 2025, 15:00"


def test_midnight_is_that_of_the_region(noon: datetime) -> None:
    evening = noon.replace(hour=21, minute=30)

    assert Times(evening, MOSCOW).brief(noon) == "11 марта, 15:00"


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Europe/Moscow", "15:00:00 (UTC+3)"), ("Asia/Kolkata", "17:30:00 (UTC+5:30)"), ("America/New_York", "08:00:00 (UTC-4)")],
)
def test_an_exact_moment_names_its_distance_from_utc(noon: datetime, zone: str, said: str) -> None:
    assert Times(noon, ZoneInfo(zone)).exact(noon) == f"11 марта 2026, {said}"
