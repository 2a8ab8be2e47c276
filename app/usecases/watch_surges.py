"""Notices where more than usual is written of a topic in a territory, and where that is over."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

import structlog

from app.domain.surge import (
    HOUR,
    HOURS_A_WEEK,
    PRIOR_WEEKS,
    Course,
    Series,
    Surge,
    UsualTime,
    course_of,
    surges,
    tempered,
    usual_rate,
    usual_time,
)
from app.domain.surge_limit import equal_share, limit_of, rise_of
from app.domain.territory import EntryId
from app.storage import surges as stored
from app.storage.engine import Database
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)

LEARNT_OVER = timedelta(weeks=14)
WATCHED = timedelta(weeks=2)
"""What has been written for so long is judged; what is usual is learnt from the time before, so that a surge never teaches itself."""
WATCHED_SHARE = 0.25
"""Of a history too short for that, so much is judged."""
LEAST_LEARNT = 50
"""Questions in the time before, without which nothing can be called usual."""
FALSE_ALARMS_A_WEEK = 1.0
DAYS_PRIOR = 20
"""Messages by which a day's activity is drawn towards the usual one."""

Written = Mapping[Series, Sequence[datetime]]


async def watch_surges(database: Database, region_id: RegionId, zone: tzinfo, *, now: datetime) -> int:
    """One look at the region; how many surges began. Late and double looks are harmless: a surge begins once and ends once."""
    async with database.read() as reading:
        began_at = await stored.began_at(reading, region_id, since=now - LEARNT_OVER)
        if began_at is None:
            return 0
        judged_since = now - min(WATCHED, (now - began_at) * WATCHED_SHARE)
        past = await stored.written(reading, region_id, since=began_at, until=judged_since)
        present = await stored.written(reading, region_id, since=judged_since, until=now)
    found = now_open(past, present, began_at=began_at, judged_since=judged_since, zone=zone, now=now)
    async with database.write() as session:
        began = await stored.settle(session, region_id, found, now=now)
    if began:
        log.info("surges began", count=began)
    return began


def now_open(
    past: Written, present: Written, *, began_at: datetime, judged_since: datetime, zone: tzinfo, now: datetime
) -> dict[Series, Surge]:
    """The surges that last, by series."""
    learnt = sum(map(len, past.values()))
    if learnt < LEAST_LEARNT:
        return {}
    weeks = (judged_since - began_at) / timedelta(weeks=1)
    course = _course(past, zone)
    time = _time(course, present, since=judged_since, until=now, a_day=learnt / weeks / 7)
    counts = {series: _tempered(moments, began_at, weeks) for series, moments in past.items()}
    rates = {
        series: usual_rate(counts.get(series, 0.0), weeks, expected=expected) for series, expected in _expected(counts, present, weeks)
    }
    share = equal_share((rate * HOURS_A_WEEK for rate in rates.values()), false_alarms_a_week=FALSE_ALARMS_A_WEEK)
    found = {}
    for series, moments in present.items():
        a_week = rates[series] * HOURS_A_WEEK
        limit = limit_of(a_week, share=share, learnt_weeks=weeks + PRIOR_WEEKS)
        lasting = [one for one in surges(moments, time, rates[series], rise=rise_of(a_week), limit=limit, now=now) if one.ended_at is None]
        if lasting:
            found[series] = lasting[-1]
    return found


def _course(past: Written, zone: tzinfo) -> Course:
    counts = [0.0] * HOURS_A_WEEK
    for moments in past.values():
        for moment in moments:
            local = moment.astimezone(zone)
            counts[local.weekday() * 24 + local.hour] += 1
    return course_of(counts, zone)


def _time(course: Course, present: Written, *, since: datetime, until: datetime, a_day: float) -> UsualTime:
    """Usual time that runs as fast as anything is written at all: a day on which all topics are livelier is no surge of each."""
    plain = usual_time(course, since=since, until=until)
    written = [0] * len(plain.reached)
    for moments in present.values():
        for moment in moments:
            written[int((moment - plain.origin) / HOUR)] += 1
    activity: list[float] = []
    for first in range(0, len(plain.reached) - 1, 24):
        last = min(first + 24, len(plain.reached) - 1)
        usual = a_day * (plain.reached[last] - plain.reached[first]) / 24
        activity += [(sum(written[first:last]) + DAYS_PRIOR) / (usual + DAYS_PRIOR)] * 24
    return usual_time(course, since=since, until=until, activity=activity)


def _tempered(moments: Sequence[datetime], began_at: datetime, weeks: float) -> float:
    by_week = [0.0] * (int(weeks) + 1)
    for moment in moments:
        by_week[int((moment - began_at) / timedelta(weeks=1))] += 1
    return tempered(by_week) if weeks >= 4 else float(len(moments))


def _expected(counts: Mapping[Series, float], present: Written, weeks: float) -> Iterator[tuple[Series, float]]:
    """Messages a week that topic and territory together lead one to expect, of every series that has been written to."""
    total = sum(counts.values())
    of_topic: dict[str, float] = defaultdict(float)
    of_territory: dict[EntryId | None, float] = defaultdict(float)
    for series, count in counts.items():
        of_topic[series.topic] += count
        of_territory[series.territory_id] += count
    for series in {**counts, **present}:
        yield series, of_topic[series.topic] * of_territory[series.territory_id] / total / weeks if total else 0.0
