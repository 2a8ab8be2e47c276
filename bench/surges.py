"""A simulated year of a region: how often the watch for surges cries wolf, and how soon it notices a threefold rise."""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import pi

import numpy as np

from app.domain.surge import HOUR, HOURS_A_WEEK, PRIOR_WEEKS, UsualTime, course_of, surges, tempered, usual_rate, usual_time
from app.domain.surge_limit import equal_share, limit_of, rise_of
from bench.timing import print_table

BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
LEARNT_WEEKS = 12
WATCHED = timedelta(weeks=2)
RISE_WEEKS = 2
"""A rise is followed for so long: in one week a series of three messages a week has but nine to be noticed by."""
TOPICS, TERRITORIES = 160, 30
RISEN_FROM = 3.0
"""Messages a week from which on rises are measured."""


@dataclass(frozen=True)
class Year:
    """A region's messages: hours since `BEGIN` by series, the true rate of each (messages a week), the true course of the year."""

    series: list[np.ndarray]
    rates: np.ndarray
    hourly: np.ndarray
    weeks: int


def make_year(random: np.random.Generator, *, a_week: float, weeks: int, follow_up: float) -> Year:
    """A year with a day, a week, seasons, holidays and a growing trend; every message brings another with the chance `follow_up`."""
    hours = np.arange(weeks * HOURS_A_WEEK)
    by_day = 1 + 0.85 * np.sin((hours % 24 - 9) / 24 * 2 * pi)
    by_week = np.where((hours // 24) % 7 >= 5, 0.7, 1.12)
    by_season = 1 + 0.25 * np.sin(hours / (52 * HOURS_A_WEEK) * 2 * pi) + 0.2 * hours / hours.size
    days = np.repeat(random.lognormal(0, 0.15, weeks * 7), 24)
    hourly = by_day * by_week * by_season * days
    hourly /= hourly.mean()
    shares = (
        random.lognormal(0, 1.3, (TOPICS, 1)) * random.lognormal(0, 1.0, (1, TERRITORIES)) * random.lognormal(0, 0.5, (TOPICS, TERRITORIES))
    )
    rates = (shares / shares.sum() * a_week / (1 + follow_up)).ravel()
    chances = hourly / hourly.sum()
    series = []
    for rate in rates:
        moments = random.choice(hours.size, size=random.poisson(rate * weeks), p=chances) + random.random()
        more = moments[random.random(moments.size) < follow_up]
        later = more + random.exponential(6, more.size)
        series.append(np.sort(np.concatenate([moments, later[later < hours.size]])))
    return Year(series, rates, hourly, weeks)


def seen_time(year: Year, week: int) -> UsualTime:
    """Usual time of the two weeks before the end of `week`, from the weeks before alone, and from how much is written in all."""
    everything = np.concatenate(year.series)
    until, since = week * HOURS_A_WEEK, max(week - LEARNT_WEEKS, 0) * HOURS_A_WEEK
    past = everything[(everything >= since) & (everything < until - WATCHED / HOUR)]
    course = course_of(np.bincount(past.astype(int) % HOURS_A_WEEK, minlength=HOURS_A_WEEK).tolist(), UTC)
    begin = until - int(WATCHED / HOUR)
    plain = usual_time(course, since=BEGIN + HOUR * begin, until=BEGIN + HOUR * until)
    usual_a_day = past.size / ((until - since) / 24 - WATCHED / HOUR / 24)
    recent = np.bincount((everything[(everything >= begin) & (everything < until)] - begin).astype(int) // 24, minlength=14)
    activity = []
    for day in range(14):
        expected = usual_a_day * (plain.reached[(day + 1) * 24] - plain.reached[day * 24]) / 24
        activity += [max(float((recent[day] + 20) / (expected + 20)), 0.5)] * 24
    return usual_time(course, since=BEGIN + HOUR * begin, until=BEGIN + HOUR * until, activity=activity)


def watch(year: Year, week: int, allowed: float, moments_of: dict[int, np.ndarray] | None = None) -> dict[int, list[tuple[float, int]]]:
    """Alarms of a week by series: the hour of each and the messages it counted by then."""
    time = seen_time(year, week)
    until, since = week * HOURS_A_WEEK, (week - LEARNT_WEEKS) * HOURS_A_WEEK
    learnt_until = until - int(WATCHED / HOUR)
    weeks = (learnt_until - since) / HOURS_A_WEEK
    counts = np.array([tempered(np.histogram(one, bins=int(weeks), range=(since, learnt_until))[0].tolist()) for one in year.series])
    grid = counts.reshape(TOPICS, TERRITORIES)
    expected = np.outer(grid.sum(1), grid.sum(0)).ravel() / max(grid.sum(), 1) / weeks
    usual = [usual_rate(float(count), weeks, expected=float(one)) for count, one in zip(counts, expected, strict=True)]
    share = equal_share((rate * HOURS_A_WEEK for rate in usual), false_alarms_a_week=allowed)
    now = BEGIN + HOUR * until
    found: dict[int, list[tuple[float, int]]] = {}
    chosen = range(len(year.series)) if moments_of is None else moments_of.keys()
    for number in chosen:
        one = year.series[number] if moments_of is None else moments_of[number]
        moments = [BEGIN + timedelta(hours=float(hour)) for hour in one[(one >= learnt_until) & (one < until)]]
        rise = rise_of(usual[number] * HOURS_A_WEEK)
        limit = limit_of(usual[number] * HOURS_A_WEEK, share=share, learnt_weeks=weeks + PRIOR_WEEKS)
        for surge in surges(moments, time, usual[number], rise=rise, limit=limit, now=now):
            hour = (surge.raised_at - BEGIN) / HOUR
            if hour >= until - HOURS_A_WEEK:
                found.setdefault(number, []).append((hour, surge.messages))
    return found


def delays(year: Year, random: np.random.Generator, week: int, allowed: float, trials: int) -> list[float]:
    """Messages of a series from the moment when its rate trebled to the alarm; infinite where none came within `RISE_WEEKS`."""
    begin = (week - 1) * HOURS_A_WEEK
    end = begin + RISE_WEEKS * HOURS_A_WEEK
    often = [number for number, rate in enumerate(year.rates) if rate >= RISEN_FROM]
    weights = year.hourly[begin:end] / HOURS_A_WEEK
    found = []
    for number in random.choice(often, size=min(trials, len(often)), replace=False):
        more = np.concatenate(
            [begin + hour + random.random(count) for hour, count in enumerate(random.poisson(2 * year.rates[number] * weights))]
        )
        own = np.sort(np.concatenate([year.series[number], more]))
        looks = (watch(year, week + later, allowed, {int(number): own}) for later in range(RISE_WEEKS))
        first = min((hour for look in looks for hour, _ in look.get(int(number), [])), default=None)
        found.append(float("inf") if first is None else float(((own >= begin) & (own <= first)).sum()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--allowed", type=float, default=1.0)
    given = parser.parse_args()
    rows = []
    for a_week, follow_up in ((600, 0.0), (600, 0.1), (2000, 0.0), (2000, 0.1)):
        random = np.random.default_rng(given.seed)
        year = make_year(random, a_week=a_week, weeks=given.weeks + LEARNT_WEEKS, follow_up=follow_up)
        alarms = [sum(map(len, watch(year, week, given.allowed).values())) for week in range(LEARNT_WEEKS + 1, year.weeks + 1)]
        waits = [wait for week in range(LEARNT_WEEKS + 4, year.weeks, 8) for wait in delays(year, random, week, given.allowed, 20)]
        known = sorted(waits)
        rows.append(
            (
                f"{a_week}",
                f"{follow_up:.0%}",
                f"{statistics.mean(alarms):.2f}",
                f"{max(alarms)}",
                f"{known[len(known) // 2]:.0f}" if known else "–",
                f"{known[int(len(known) * 0.9)]:.0f}" if known else "–",
                f"{len(waits)}",
            )
        )
    print_table(
        "Surges in a simulated year",
        ("messages a week", "follow-ups", "false alarms a week", "in the worst", "delay, messages (median)", "90 %", "rises"),
        rows,
    )


if __name__ == "__main__":
    main()
