"""How soon a message is seen: what its wait was made of, what a page's messages may wait, and when silence is suspicious."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PageClass(StrEnum):
    """What a page's budget of detection goes by."""

    HOT = "hot"
    COLD = "cold"
    THIRD_PARTY = "third_party"


class AlarmKind(StrEnum):
    """What an alarm says of a page: its messages are seen too late, it has been silent longer than is likely, or nothing of it can

    reach us, as it cannot be polled and is not pushed.
    """

    LATE = "late"
    SILENT = "silent"
    DEAF = "deaf"


HOT_FROM = 5.0
"""Posts a day from which an official page is hot."""
TIMELY = 0.95
"""The share of a page's messages that must be seen within its budget."""
LEAST_EVIDENCE = 5
"""Messages of a day below which a page's lag is no evidence."""
UNLIKELY = 1e-4
"""Silence is told when a page that still lives would have kept it with less than this probability."""
DISPERSION = 3.0
"""Pages publish in bursts: silence is as likely as of a steady page that publishes three times less."""


def class_of(*, official: bool, posts_per_day: float | None) -> PageClass:
    """The class of a page; one of which nothing is known yet is cold."""
    if not official:
        return PageClass.THIRD_PARTY
    return PageClass.HOT if (posts_per_day or 0.0) >= HOT_FROM else PageClass.COLD


@dataclass(frozen=True, slots=True)
class Budgets:
    """How long 95 % of a page's messages may wait until they are seen; third-party pages have the cold ones' budget."""

    hot: timedelta
    cold: timedelta

    def of(self, page: PageClass) -> timedelta:
        """The budget of a class."""
        return self.hot if page is PageClass.HOT else self.cold


USUAL_BUDGETS = Budgets(timedelta(minutes=5), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class Timing:
    """The moments of one page of a reading: its poll was due, was begun, was answered, was judged, and could be seen in the queue."""

    due_at: datetime
    asked_at: datetime
    received_at: datetime
    judged_at: datetime
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Parts:
    """The seconds of a message's wait: for the planned poll, for a free hand, for the network, for a verdict, for the database."""

    waiting: float
    queueing: float
    network: float
    classifying: float
    storing: float

    def by_name(self) -> dict[str, float]:
        """The seconds by the part's name."""
        return {
            "waiting": self.waiting,
            "queueing": self.queueing,
            "network": self.network,
            "classifying": self.classifying,
            "storing": self.storing,
        }

    @property
    def total(self) -> float:
        """From publication to the queue."""
        return self.waiting + self.queueing + self.network + self.classifying + self.storing


def parts_of(published_at: datetime, timing: Timing) -> Parts:
    """What the wait of a message was made of; a part that ended before its publication is none of its wait."""
    moments = (published_at, timing.due_at, timing.asked_at, timing.received_at, timing.judged_at, timing.stored_at)
    reached, seconds = published_at, []
    for moment in moments[1:]:
        seconds.append(max((moment - reached).total_seconds(), 0.0))
        reached = max(reached, moment)
    return Parts(*seconds)


def is_suspicious(silent_days: float, posts_per_day: float) -> bool:
    """Whether so many days (of average rhythm) without a post are too many for a page that still lives."""
    return math.exp(-posts_per_day * silent_days / DISPERSION) < UNLIKELY


def least_suspicious(posts_per_day: float) -> float:
    """The shortest silence in days that is suspicious."""
    return -math.log(UNLIKELY) * DISPERSION / posts_per_day
