"""When more people than usual write of one thing: the usual course of a week, and the moment at which it is left.

Messages of a topic in a territory come, as long as nothing happens, as a Poisson process whose rate follows the hour of
the week, holidays and how much is written at all. Measured in *usual time*, which runs as fast as messages usually come,
that rate is constant, and a rise shows in the logarithm of the likelihood ratio between the rate that would be a surge and the
usual one. Its running maximum (CUSUM: Page 1954; for Poisson processes Lucas 1985; optimal for a given rate of false alarms
by Moustakides 1986) raises the alarm at a threshold, and where it last stood at zero the rise began.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate
from math import log, sqrt

from app.domain.territory import EntryId

HOURS_A_WEEK = 168
HOUR = timedelta(hours=1)
PRIOR_WEEKS = 2.0
"""How many weeks of its own a series must show before they weigh as much as what topic and territory lead one to expect."""
PROFILE_PRIOR = 1.0
"""Messages that every hour of the week is given in advance, so that an hour in which nobody has yet written is not impossible."""


@dataclass(frozen=True, slots=True)
class UsualTime:
    """Hours from `origin` on, each as long as messages usually come in it: an ordinary week lasts `HOURS_A_WEEK`."""

    origin: datetime
    reached: tuple[float, ...]

    def at(self, moment: datetime) -> float:
        """Usual hours passed at a moment, linear within an hour; outside the span, its nearest end."""
        hours = (moment - self.origin) / HOUR
        if hours <= 0:
            return 0.0
        whole = int(hours)
        if whole >= len(self.reached) - 1:
            return self.reached[-1]
        return self.reached[whole] + (hours - whole) * (self.reached[whole + 1] - self.reached[whole])

    def moment(self, usual_hours: float) -> datetime:
        """The moment at which so many usual hours have passed."""
        after = min(max(bisect_left(self.reached, usual_hours), 1), len(self.reached) - 1)
        width = self.reached[after] - self.reached[after - 1]
        part = (usual_hours - self.reached[after - 1]) / width if width else 0.0
        return self.origin + HOUR * (after - 1 + min(max(part, 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class Course:
    """How much is usually written: a weight for each hour of the week (mean 1) in `zone`, and what a day off weighs besides."""

    weights: tuple[float, ...]
    zone: tzinfo
    days_off: Collection[date] = ()
    weight_of_a_day_off: float = 1.0

    def weight(self, moment: datetime) -> float:
        """The weight of a moment; on a holiday that of the same hour on a Sunday."""
        local = moment.astimezone(self.zone)
        if local.date() in self.days_off:
            return self.weights[6 * 24 + local.hour] * self.weight_of_a_day_off
        return self.weights[local.weekday() * 24 + local.hour]


def course_of(counts: Sequence[float], zone: tzinfo, *, days_off: Collection[date] = (), weight_of_a_day_off: float = 1.0) -> Course:
    """The course of a week from messages counted by hour of the week; hours without messages keep a small weight."""
    if len(counts) != HOURS_A_WEEK:
        raise ValueError(f"A week has {HOURS_A_WEEK} hours, not {len(counts)}.")
    by_hour = [sum(counts[hour::24]) / 7 for hour in range(24)]
    raised = [count + PROFILE_PRIOR * (by_hour[hour % 24] + 1) for hour, count in enumerate(counts)]
    mean = sum(raised) / HOURS_A_WEEK
    return Course(tuple(one / mean for one in raised), zone, days_off, weight_of_a_day_off)


def usual_time(course: Course, *, since: datetime, until: datetime, activity: Sequence[float] = ()) -> UsualTime:
    """The usual time of a span. `activity` tells by hour how much more is written at all than usual, 1 where it is not given."""
    origin = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    count = max(int((until - origin) / HOUR) + 1, 1)
    weights = (course.weight(origin + HOUR * hour) * (activity[hour] if hour < len(activity) else 1.0) for hour in range(count))
    return UsualTime(origin, tuple(accumulate(weights, initial=0.0)))


def usual_rate(messages: float, weeks: float, *, expected: float) -> float:
    """Messages an hour of usual time, from those of past weeks, drawn towards the `expected` ones a week where the past is short."""
    return (messages + PRIOR_WEEKS * expected) / (weeks + PRIOR_WEEKS) / HOURS_A_WEEK


def tempered(by_week: Sequence[float]) -> float:
    """The sum of weekly counts, a week out of line lowered to what chance brings about: one past surge must not hide the next."""
    if len(by_week) < 2:
        return sum(by_week)
    *others, second, highest = sorted(by_week)
    mean = (sum(others) + second) / (len(by_week) - 1)
    return sum(by_week) - max(highest - max(second, mean + BY_CHANCE * sqrt(mean)), 0.0)


BY_CHANCE = 2.0
"""By so many standard deviations the busiest of some twelve ordinary weeks stands out."""


@dataclass(frozen=True, slots=True)
class Series:
    """Messages that belong together: of one topic, in one territory (`None`: on pages of which no territory is known)."""

    topic: str
    territory_id: EntryId | None


@dataclass(frozen=True, slots=True)
class Surge:
    """More than usual: since `began_at`, noticed with the message at `raised_at`, over at `ended_at` (`None`: it lasts)."""

    began_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    messages: int
    usual: float


def surges(moments: Sequence[datetime], time: UsualTime, rate: float, *, rise: float, limit: float, now: datetime) -> list[Surge]:
    """The surges of one series: `moments` in order, `rate` in messages an hour of usual time, `rise` and `limit` from `surge_limit`.

    A surge is over when the sum, which never rises above twice the limit, has fallen back to zero.
    """
    found: list[Surge] = []
    fall, step, highest = (rise - 1) * rate, log(rise), 2 * limit
    total, before, first, raised = 0.0, 0.0, 0, -1

    def close(last: int, ended_at: datetime | None) -> None:
        began_at, until = moments[first], ended_at or now
        usual = rate * (time.at(until) - time.at(began_at))
        found.append(Surge(began_at, moments[raised], ended_at, last - first + 1, usual))

    for number, moment in enumerate(moments):
        at = time.at(moment)
        left = total - fall * (at - before)
        if left <= 0:
            if raised >= 0:
                close(number - 1, time.moment(before + total / fall))
            left, first, raised = 0.0, number, -1
        total, before = min(left + step, highest), at
        if raised < 0 and total >= limit:
            raised = number
    if raised >= 0:
        is_over = fall > 0 and total - fall * (time.at(now) - before) <= 0
        close(len(moments) - 1, time.moment(before + total / fall) if is_over else None)
    return found
