"""Lengths of time, shares and zones in words, the same on pages and in files."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from app.domain.working_time import Hours, WeeklyHours

MINUTE, HOUR, DAY = 60, 3600, 86400
NEARLY = 1e-9
"""What arithmetic may miss."""
TOGETHER = "\N{NO-BREAK SPACE}"
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")


def week_in_words(weekly: WeeklyHours) -> str:
    """Weekly hours, days that follow each other with the same ones together: «пн–чт 09:00–18:00, пт 09:00–16:45»."""
    runs: list[tuple[list[int], Hours]] = []
    for day, hours in sorted(weekly.items()):
        if runs and runs[-1][1] == hours and runs[-1][0][-1] == day - 1:
            runs[-1][0].append(day)
        else:
            runs.append(([day], hours))
    return ", ".join(f"{_days(days)} {opens:%H:%M}–{closes:%H:%M}" for days, (opens, closes) in runs)


def _days(days: Sequence[int]) -> str:
    return WEEKDAYS[days[0]] if len(days) == 1 else f"{WEEKDAYS[days[0]]}–{WEEKDAYS[days[-1]]}"


def length(time: timedelta | float) -> str:
    """A length of time in its two largest units: «2 ч 10 мин». Days begin after two of them: terms are given in hours."""
    return _spoken(time, exact_below=math.inf)


def roughly(time: timedelta | float) -> str:
    """A length of time at a glance: the second unit only where it still matters, below ten of the first."""
    return _spoken(time, exact_below=10)


def in_one_unit(time: timedelta | float) -> str:
    """A length of time in its largest unit."""
    return _spoken(time, exact_below=0)


def _spoken(time: timedelta | float, *, exact_below: float) -> str:
    seconds = int(time.total_seconds() if isinstance(time, timedelta) else time)
    if seconds < MINUTE:
        return "меньше минуты"
    days = seconds // DAY if seconds >= 2 * DAY else 0
    hours, minutes = (seconds - days * DAY) // HOUR, seconds % HOUR // MINUTE
    parts = [(days, "дн"), (hours, "ч"), (minutes, "мин")]
    first = next(index for index, (number, _) in enumerate(parts) if number)
    width = 2 if parts[first][0] < exact_below else 1
    return TOGETHER.join(f"{number}{TOGETHER}{unit}" for number, unit in parts[first : first + width] if number)


def whole_percent(share: float) -> int:
    """A share of 1 in hundredths, a half counted up; nothing and all are said of nothing and of all alone."""
    if NEARLY < share < 1 - NEARLY:
        return min(max(math.floor(100 * share + 0.5 + NEARLY), 1), 99)
    return 100 * round(share)


def offset(local: datetime) -> str:
    """How far a local moment is from UTC: «UTC+3»."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def zone_name(zone: tzinfo, now: datetime) -> str:
    """The zone with its distance from UTC, where that is the same all year: «Europe/Moscow, UTC+3»."""
    halves = {offset(datetime(now.year, month, 1, tzinfo=UTC).astimezone(zone)) for month in (1, 7)}
    return f"{zone}, {halves.pop()}" if len(halves) == 1 else str(zone)


def day_in_words(day: date) -> str:
    """«5 декабря»."""
    return f"{day.day} {MONTHS[day.month - 1]}"
