"""Which day an interim answer promises, phrase by phrase. Said on Wednesday, the 11th of March 2026, at noon in Moscow."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.promise import promised_at, promises_of
from app.domain.russian_days import russian_calendar

MOSCOW = ZoneInfo("Europe/Moscow")
SAID = datetime(2026, 3, 11, 12, tzinfo=MOSCOW)


def day_of(text: str, said_at: datetime = SAID) -> str | None:
    """The last day of a promise as «16.03»; with the year where it is another."""
    found = promised_at(promises_of(text), said_at, russian_calendar(MOSCOW))
    if found is None:
        return None
    last = (found - timedelta(seconds=1)).astimezone(MOSCOW)
    return f"{last:%d.%m}" if last.year == said_at.year else f"{last:%d.%m.%Y}"


@pytest.mark.parametrize(
    ("phrase", "day"),
    [
        ("Устраним до 15 марта.", "15.03"),
        ("Работы завершат до 15-го апреля", "15.04"),
        ("Яму заделают не позднее 20 марта 2026 года", "20.03"),
        ("Ответ дадим к 20.03.", "20.03"),
        ("Срок — до 20.03.2026.", "20.03"),
        ("Сделаем к 02.04.26", "02.04"),
        ("Работы идут с 10 по 18 марта", "18.03"),
        ("Заменим до 15 мая", "15.05"),
        ("Устраним до конца недели", "15.03"),
        ("до конца рабочей недели подсыпем", "13.03"),
        ("К концу следующей недели включат", "22.03"),
        ("на этой неделе бригада выедет", "15.03"),
        ("На следующей неделе всё отремонтируем", "22.03"),
        ("Ремонт закончат до конца марта", "31.03"),
        ("Ремонт закончат до конца месяца", "31.03"),
        ("в конце апреля", "30.04"),
        ("до конца квартала", "31.03"),
        ("До конца года построим", "31.12"),
        ("Сделаем до конца рабочего дня", "11.03"),
        ("устранят до конца дня", "11.03"),
        ("Ответим в течение трёх дней", "14.03"),
        ("Ответим в течении 3 дней", "14.03"),
        ("в течение 3-х рабочих дней", "16.03"),
        ("в течение трех рабочих дней направим ответ", "16.03"),
        ("в течение 10 (десяти) календарных дней", "21.03"),
        ("В ближайшие два-три дня отсыплем", "14.03"),
        ("в ближайшие 2-3 дня", "14.03"),
        ("Приедут через неделю", "18.03"),
        ("в течение месяца", "10.04"),
        ("в течение суток", "12.03"),
        ("в течение дня", "12.03"),
        ("в течение 24 часов", "12.03"),
        ("Через два часа дадут воду", "11.03"),
        ("бригада будет в течение 40 минут", "11.03"),
        ("Вывезем завтра", "12.03"),
        ("послезавтра будет бригада", "13.03"),
        ("Сегодня до вечера включат", "11.03"),
        ("Сделаем к пятнице", "13.03"),
        ("до понедельника", "16.03"),
        ("к среде", "18.03"),
        ("до следующей пятницы", "20.03"),
        ("Бригада выедет завтра, работы завершат до 20 марта", "20.03"),
    ],
)
def test_a_promise_is_read_in_the_words(phrase: str, day: str) -> None:
    assert day_of(phrase) == day


@pytest.mark.parametrize(
    "phrase",
    [
        "Специалисты займутся вопросом.",
        "Ваша заявка от 5 марта принята",
        "Работы выполнили 10 марта",
        "Работы выполнены до 5 марта",
        "Дом 15, квартира 20.03",
        "Сообщили по номеру 8 800 100 20 30",
        "Средства выделены, к середине не успели",
        "не раньше 15 апреля",
        "Мусор вывозят по понедельникам и пятницам",
        "За сутки вывезли 15 машин снега",
        "Устраним до 15 января",
        "до 31.02",
        "Проезд до 15.99",
        "",
    ],
)
def test_what_promises_no_day_gives_none(phrase: str) -> None:
    assert day_of(phrase) is None


def test_a_day_that_has_passed_promises_nothing_and_one_of_next_winter_does() -> None:
    assert day_of("Срок был до 1 марта") is None
    assert day_of("до 10 января", datetime(2026, 12, 20, 12, tzinfo=MOSCOW)) == "10.01.2027"
    assert day_of("до 1 марта 2020 года") is None


def test_a_promise_is_kept_as_codes_and_not_as_words() -> None:
    assert promises_of("Устраним до 15 декабря, ответим в течение трёх рабочих дней") == ("day:12-15", "working_days:3")


BY = st.sampled_from(("до", "к", "не позднее", "по"))
NUMBERS = st.integers(0, 32)
PROMISES = st.one_of(
    st.builds("{} {:02}.{:02}".format, BY, NUMBERS, st.integers(0, 13)),
    st.builds("{} {:02}.{:02}.{:02}".format, BY, NUMBERS, st.integers(0, 13), NUMBERS),
    st.builds("{} {} {}".format, BY, NUMBERS, st.sampled_from(("января", "февраля", "мая", "декабря"))),
    st.builds(
        "в течение {} {}".format, st.integers(0, 999), st.sampled_from(("минут", "часов", "дней", "рабочих дней", "недель", "месяцев"))
    ),
    st.builds(
        "до конца {}{}".format,
        st.sampled_from(("", "следующего ")),
        st.sampled_from(("дня", "недели", "месяца", "квартала", "года", "мая")),
    ),
    st.sampled_from(("к пятнице", "до следующего вторника", "завтра", "сегодня вечером", "до конца рабочей недели", "на следующей неделе")),
)
TEXTS = st.lists(PROMISES | st.text(max_size=20), max_size=4).map(" ".join)


@given(TEXTS, st.integers(0, 5 * 8760))
@example("Устраним до 15 декабря", 0)
def test_any_text_is_read_and_never_promises_the_past(text: str, hours: int) -> None:
    said_at = SAID + timedelta(hours=hours)
    codes = promises_of(text)

    found = promised_at(codes, said_at, russian_calendar(MOSCOW))
    assert found is None or found >= said_at
    assert all(re.fullmatch(r"[a-z_]+:[\d:-]+", code) for code in codes)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 31), date(2028, 2, 29), date(2026, 12, 31), date(2026, 10, 1), date(2026, 3, 14), date(2026, 3, 15)]
)
@pytest.mark.parametrize("code", ["working_week:0", "this_month:1", "quarter:1", "month:2", "year:1", "day:02-29", "week:1", "weekday:0:1"])
def test_every_code_has_its_day_on_every_day(day: date, code: str) -> None:
    said_at = datetime(day.year, day.month, day.day, 12, tzinfo=MOSCOW)
    found = promised_at((code,), said_at, russian_calendar(MOSCOW))

    assert found is None or found > said_at
