"""Moments and lengths of time as an operator reads them: near ones in words, exact ones in the region's zone."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")
MINUTE, HOUR, DAY = 60, 3600, 86400
TOGETHER = "\N{NO-BREAK SPACE}"


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


@dataclass(frozen=True, slots=True)
class Times:
    """Says moments relative to `now` and in `zone`."""

    now: datetime
    zone: tzinfo

    def due(self, moment: datetime) -> str:
        """How much time is left, or by how much it has run out."""
        left = moment - self.now
        return f"через {roughly(left)}" if left >= timedelta() else f"просрочено на {in_one_unit(-left)}"

    def ago(self, moment: datetime) -> str:
        """How long ago something was, or in how long it will be."""
        passed = self.now - moment
        if abs(passed) < timedelta(minutes=1):
            return "только что" if passed >= timedelta() else "сейчас"
        return f"{roughly(passed)} назад" if passed > timedelta() else f"через {roughly(-passed)}"

    def brief(self, moment: datetime) -> str:
        """«15:04» today, «10 марта, 15:04» this year, with the year otherwise."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {MONTHS[local.month - 1]}{year}, {local:%H:%M}"

    def exact(self, moment: datetime) -> str:
        """The whole moment with the zone's distance from UTC: «11 марта 2026, 15:04:05 (UTC+3)»."""
        local = moment.astimezone(self.zone)
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M:%S} ({_offset(local)})"

    def machine(self, moment: datetime) -> str:
        """ISO 8601 in UTC."""
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
