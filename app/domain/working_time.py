"""Time as offices count it: weekly hours, holidays and moved working days, in the region's own zone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Hours = tuple[time, time]
WeeklyHours = Mapping[int, Hours]
WEEKDAYS_9_TO_18: WeeklyHours = {weekday: (time(9), time(18)) for weekday in range(5)}
LONGEST_CLOSURE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`weekly` gives the working hours by weekday (Monday is 0); `exceptions` override single days, `None` is a day off.

    Hours begin and end on the same day; others are a `ValueError`.
    """

    name: str
    zone: tzinfo
    weekly: WeeklyHours = field(default_factory=lambda: WEEKDAYS_9_TO_18)
    exceptions: Mapping[date, Hours | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for day, hours in (*self.weekly.items(), *self.exceptions.items()):
            if hours is not None and hours[0] >= hours[1]:
                raise ValueError(
                    f"The hours {hours[0]:%H:%M}–{hours[1]:%H:%M} of {day} in the calendar {self.name!r} end before they begin."
                )

    def hours(self, day: date) -> Hours | None:
        """The working hours of a day, `None` when nobody works."""
        return self.exceptions[day] if day in self.exceptions else self.weekly.get(day.weekday())

    def day_of(self, moment: datetime) -> date:
        """The day that it is in the zone."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The midnight in which a day ends, in UTC."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def stretches(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working stretches between two moments, in UTC and in order; the last one may reach past `end`."""
        day, start = start.astimezone(self.zone).date(), start.astimezone(UTC)
        while day <= end.astimezone(self.zone).date():
            hours = self.hours(day)
            if hours is not None:
                opens, closes = (datetime.combine(day, moment, self.zone).astimezone(UTC) for moment in hours)
                if closes > max(opens, start):
                    yield max(opens, start), closes
            day += timedelta(days=1)


def add_working_time(start: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    """The moment at which `duration` of working time has passed since `start`; `ValueError` when nobody works for a year."""
    left, since = duration, start
    while True:
        reached = since
        for opens, closes in calendar.stretches(since, since + LONGEST_CLOSURE):
            if closes - opens >= left:
                return opens + left
            left, reached = left - (closes - opens), closes
        if reached == since:
            raise ValueError(f"By the calendar {calendar.name!r} nobody works for a year from {since:%Y-%m-%d} on.")
        since = reached


def add_working_days(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th day after `day` on which anybody works; `ValueError` when nobody does for a year."""
    reached = last = day
    while count > 0:
        reached += timedelta(days=1)
        if calendar.hours(reached) is not None:
            count, last = count - 1, reached
        elif reached - last > LONGEST_CLOSURE:
            raise ValueError(f"By the calendar {calendar.name!r} nobody works for a year from {last:%Y-%m-%d} on.")
    return reached


def working_time_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much working time lies between two moments; zero when `end` is not after `start`."""
    total = timedelta()
    for opens, closes in calendar.stretches(start, end):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total
