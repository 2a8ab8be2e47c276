"""Measures how long residents wait for an answer, the first one or one to the point, over all questions and group by group."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.statistics import Curve, Figures, Wait, exact, expected_shares, figures_of, kaplan_meier, working_clock
from app.domain.working_time import Calendar
from app.storage import statistics
from app.storage.regions import RegionId
from app.storage.statistics import Answered, GroupBy, GroupOfWaits


class Clock(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Period:
    """Questions put in `since <= t < until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class MeasuredGroup:
    """One group; `key` is its number where it has one, `name` is `None` for what belongs to nobody.

    `no_reply` counts the questions that nobody could answer; the figures are without them. `expected_share`: what would be answered
    within a day of questions of these topics, if all were answered as they are in the region.
    """

    key: int | None
    name: str | None
    figures: Figures
    no_reply: int = 0
    expected_share: float | None = None


@dataclass(frozen=True, slots=True)
class MeasuredAnswers:
    """The figures of everything together with the curve they are read from, and the figures of each group by name."""

    total: Figures
    curve: Curve
    groups: Sequence[MeasuredGroup]

    @property
    def no_reply(self) -> int:
        """The questions that nobody could answer, in all groups."""
        return sum(group.no_reply for group in self.groups)


async def measure_answers(
    session: AsyncSession,
    region_id: RegionId,
    period: Period,
    *,
    group_by: GroupBy,
    answered: Answered = Answered.FIRST,
    calendar: Calendar | None,
    now: datetime,
) -> MeasuredAnswers:
    """The figures on the calendar's working time, or in plain time without one."""
    found = await statistics.waits(
        session, region_id, since=period.since, until=period.until, group_by=group_by, answered=answered, now=now
    )
    return await asyncio.to_thread(_measure, found, calendar)


def _measure(found: Sequence[GroupOfWaits], calendar: Calendar | None) -> MeasuredAnswers:
    waits = _plain_waits(found) if calendar is None else _working_waits(found, calendar)
    expected = expected_shares([list(zip(group.topics, of_group, strict=True)) for group, of_group in zip(found, waits, strict=True)])
    groups = [
        MeasuredGroup(group.key, group.name, figures_of(of_group), group.no_reply, share)
        for group, of_group, share in zip(found, waits, expected, strict=True)
    ]
    everything = [wait for of_group in waits for wait in of_group]
    return MeasuredAnswers(figures_of(everything), kaplan_meier(everything), groups)


def _plain_waits(found: Sequence[GroupOfWaits]) -> list[list[Wait]]:
    return [[Wait(exact(ended - started), *about) for started, ended, *about in _rows(group)] for group in found]


def _working_waits(found: Sequence[GroupOfWaits], calendar: Calendar) -> list[list[Wait]]:
    moments = [moment for group in found for moment in (*group.started, *group.ended)]
    if not moments:
        return [[] for _ in found]
    first, last = min(moments), max(moments)
    elapsed = working_clock(calendar, datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))
    return [[Wait(exact(elapsed(ended) - elapsed(started)), *about) for started, ended, *about in _rows(group)] for group in found]


def _rows(group: GroupOfWaits) -> Iterator[tuple[float, float, bool, bool, bool]]:
    return zip(group.started, group.ended, group.answered, group.retracted, group.withdrawn, strict=True)
