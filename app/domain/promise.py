"""By when an interim answer promises more: found in its words, and later resolved by the region's calendar.

A promise is kept as a short code («day:12-15», «days:3»), so that the log holds what was read and not the words, and what was read
does not depend on any calendar. A date is promised by «до», «к», «не позднее», a length of time by «в течение», «через»; a bare
date may as well be that of the complaint, «за три дня» be what has been done: they promise nothing.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from app.domain.working_time import Calendar, add_working_days

READ_AT_MOST = 4000
LONGEST_DAYS = 366
AGO = timedelta(days=180)
"""A day without a year that lies no longer back is past; one that lies longer back is next year's."""

MONTHS = {
    stem: number + 1
    for number, stem in enumerate(
        ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
    )
}
MONTH = r"(?P<month>январ|феврал|март|апрел|ма(?=[яйею]\b)|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{0,2}\b"
WEEKDAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")
WEEKDAY = r"(?P<weekday>(?:понедельник|вторник|четверг)(?=[ау]?\b)|(?:сред|пятниц|суббот)(?=[уые]\b)|воскресень(?=[яюе]\b))"
NUMBERS = {
    **dict.fromkeys(("один", "одного", "одну", "одной"), 1),
    **dict.fromkeys(("два", "две", "двух", "пары", "пару"), 2),
    **dict.fromkeys(("три", "трех"), 3),
    **dict.fromkeys(("четыре", "четырех"), 4),
    **dict.fromkeys(("пять", "пяти"), 5),
    **dict.fromkeys(("шесть", "шести"), 6),
    **dict.fromkeys(("семь", "семи"), 7),
    **dict.fromkeys(("восемь", "восьми"), 8),
    **dict.fromkeys(("девять", "девяти"), 9),
    **dict.fromkeys(("десять", "десяти"), 10),
    **dict.fromkeys(("четырнадцать", "четырнадцати"), 14),
    **dict.fromkeys(("пятнадцать", "пятнадцати"), 15),
    **dict.fromkeys(("двадцать", "двадцати"), 20),
    **dict.fromkeys(("тридцать", "тридцати"), 30),
}
COUNT = rf"(?:(?:\d{{1,2}}|{'|'.join(NUMBERS)})\s?(?:-|–|—|или)\s?)?(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})(?:-?[хтиех]{{1,3}})?"
"""«3», «трех», «2-3» (the later counts), «5-ти», «10 (десяти)»."""
BY = r"(?:до|к|ко|не\sпозднее|не\sпозже|по)\s(?:ближайш[а-я]{2,3}\s)?"
WITHIN = (
    r"(?:в\sтечени[еи]|через|спустя|на\sпротяжении|в\sближайш[а-я]{2,3}|в\sсрок\sдо)"
    r"\s(?:ближайш[а-я]{2,3}\s|следующ[а-я]{2,3}\s|примерно\s)?"
)
CALENDAR = r"(?:календарн[а-я]{2,3}\s|следующ[а-я]{2,3}\s)?"


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}")


NAMED_DAY = _rule(rf"{BY}(?P<day>\d{{1,2}})(?:-?го)?\s{MONTH}(?:\s(?P<year>20\d\d))?")
NUMERIC_DAY = _rule(rf"{BY}(?P<day>\d{{1,2}})\.(?P<number>\d{{2}})(?:\.(?P<year>20\d\d|\d\d))?(?![\d:])")
COUNTED = _rule(
    rf"{WITHIN}{COUNT}(?:\s?\([а-я]{{2,14}}\))?\s{CALENDAR}(?P<working>рабоч[а-я]{{2,3}}\s|раб\.\s?)?(?P<unit>минут|час|дн|день|сут|недел|месяц)"
)
ONE = _rule(rf"{WITHIN}{CALENDAR}(?P<working>рабоч[а-я]{{2,3}}\s)?(?P<unit>часа|дня|день|сут[окаи]{{2,3}}|недел[юией]{{1,2}}|месяца?)\b")
ENDS = _rule(
    r"(?:до|к|ко|не\sпозднее|не\sпозже|в)\sконц[ауе]\s(?P<which>этой\s|этого\s|текущ[а-я]{2,3}\s|следующ[а-я]{2,3}\s)?"
    rf"(?P<working>рабоч[а-я]{{2,3}}\s)?(?:(?P<unit>дня|смены|недели|месяца|квартала|года)|{MONTH})"
)
IN_THE = _rule(r"(?:на|в)\s(?P<which>этой|этом|текущ[а-я]{2,3}|следующ[а-я]{2,3}|ближайш[а-я]{2,3})\s(?P<unit>недел[еи]|месяце)\b")
BY_WEEKDAY = _rule(rf"{BY}(?P<next>следующ[а-я]{{2,3}}\s)?{WEEKDAY}")
SOON = _rule(r"(?:(?:до|к)\s)?(?P<word>завтра|послезавтра)(?:шнего\sдня)?\b|(?P<today>сегодня)\s(?:до|к|в\sтечение|днем|вечером|ночью)")

Read = Callable[[re.Match[str]], str | None]


def _day(found: re.Match[str]) -> str | None:
    """«day:12-15», with the year where it is said."""
    given = found.groupdict()
    month = MONTHS[given["month"]] if "month" in given else int(given["number"])
    year = given["year"]
    full = None if year is None else 2000 + int(year) % 100
    try:
        day = date(full or 2024, month, int(given["day"]))  # in a leap year, so that the 29th of February is a day
    except ValueError:
        return None
    return f"day:{day:%m-%d}" if full is None else f"day:{day:%Y-%m-%d}"


def _counted(found: re.Match[str]) -> str | None:
    given = found.groupdict()
    count = 1 if given.get("count") is None else NUMBERS.get(given["count"]) or int(given["count"])
    unit, working = given["unit"], bool(given["working"])
    if unit.startswith("час"):
        return f"hours:{count}"
    if unit == "минут":
        return f"minutes:{count}"
    days = count * (7 if unit.startswith("недел") else 30 if unit.startswith("месяц") else 1)
    if not 0 < days <= LONGEST_DAYS:
        return None
    return f"{'working_days' if working else 'days'}:{days}"


def _end(found: re.Match[str]) -> str | None:
    given = found.groupdict()
    if given.get("month"):
        return f"month:{MONTHS[given['month']]}"
    following = int(bool(given["which"]) and given["which"].startswith("следующ"))
    unit = given["unit"]
    if unit in {"дня", "смены"}:
        return f"days:{following}"
    if unit.startswith("недел"):
        return f"{'working_week' if given.get('working') else 'week'}:{following}"
    return {"меся": "this_month", "квар": "quarter", "года": "year"}[unit[:4]] + f":{following}"


def _weekday(found: re.Match[str]) -> str:
    return f"weekday:{WEEKDAYS.index(found['weekday'])}:{int(bool(found['next']))}"


def _soon(found: re.Match[str]) -> str:
    return {"завтра": "days:1", "послезавтра": "days:2", None: "days:0"}[found["word"]]


RULES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (NAMED_DAY, _day),
    (NUMERIC_DAY, _day),
    (COUNTED, _counted),
    (ONE, _counted),
    (ENDS, _end),
    (IN_THE, _end),
    (BY_WEEKDAY, _weekday),
    (SOON, _soon),
)


def promises_of(text: str) -> tuple[str, ...]:
    """What a text promises, as codes, each once; empty when no rule finds anything."""
    plain = re.sub(r"[«»\"]", "", text[:READ_AT_MOST]).lower().replace("ё", "е")
    plain = re.sub(r"\s+", " ", plain)
    return tuple(dict.fromkeys(code for pattern, read in RULES for found in pattern.finditer(plain) if (code := read(found)) is not None))


def promised_at(codes: tuple[str, ...], said_at: datetime, calendar: Calendar) -> datetime | None:
    """The end of the day until which a text that was published at `said_at` asks to wait, the last that it names; `None` without any."""
    return max(_moments(codes, said_at, calendar), default=None)


def _moments(codes: tuple[str, ...], said_at: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Midnights: what is promised within hours is promised for the day in which they end."""
    for code in codes:
        kind, _, value = code.partition(":")
        if kind in {"hours", "minutes"}:
            day: date | None = calendar.day_of(said_at + timedelta(**{kind: int(value)}))
        else:
            day = _day_of(kind, value, calendar.day_of(said_at), calendar)
        if day is not None:
            yield calendar.end_of(day)


def _day_of(kind: str, value: str, said: date, calendar: Calendar) -> date | None:
    match kind:
        case "day":
            return _dated(value, said)
        case "days":
            return said + timedelta(days=int(value))
        case "working_days":
            return add_working_days(said, int(value), calendar)
        case "weekday":
            weekday, _, following = value.partition(":")
            return said + timedelta(days=(int(weekday) - said.weekday() - 1) % 7 + 1 + 7 * _skips(int(weekday), said, int(following)))
        case "week" | "working_week":
            left = (6 if kind == "week" else 4) - said.weekday() + 7 * int(value)
            return said + timedelta(days=left if left >= 0 else left + 7)  # «до конца рабочей недели», said on a Saturday
        case "month":
            return _last_of(said.year + (int(value) < said.month), int(value))
        case "this_month":
            return _last_of(said.year, said.month + int(value))
        case "quarter":
            return _last_of(said.year, 3 * ((said.month - 1) // 3 + 1 + int(value)))
        case _:
            return date(said.year + int(value), 12, 31)


def _skips(weekday: int, said: date, following: int) -> int:
    """«Следующая пятница», said before this week's, is the one of the next week."""
    return int(bool(following) and weekday > said.weekday())


def _dated(value: str, said: date) -> date | None:
    """The day of a promise; one that has passed by then promises nothing."""
    if len(value) > len("12-15"):
        day = date.fromisoformat(value)
        return day if said <= day <= said + timedelta(days=2 * LONGEST_DAYS) else None
    month, _, number = value.partition("-")
    this = _real(said.year, int(month), int(number))
    if this >= said:
        return this
    return _real(said.year + 1, int(month), int(number)) if said - this > AGO else None


def _real(year: int, month: int, day: int) -> date:
    """The day, or the last of its month in a year that has no such day."""
    return min(date(year, month, min(day, 28)) + timedelta(days=max(day - 28, 0)), _last_of(year, month))


def _last_of(year: int, month: int) -> date:
    """The last day of a month; months beyond December are the next year's."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
