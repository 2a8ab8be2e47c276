"""What `otklik simulate-polling` prints: the lag of the planner beside that of its rivals."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from app.domain.polling.due import Interval
from app.simulation.planned import feasible, plan_polls
from app.simulation.rivals import Floats, best_intervals, best_phases, fixed_polls, lags, spread_phases, uniform_intervals
from app.simulation.trace import DAY_SECONDS, Trace

SEEDS = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """The lag of detection under one plan, in seconds, and all its calls; no figures where no message is evaluated."""

    mean_lag_seconds: float | None
    p50: float | None
    p95: float | None
    max: float | None
    calls: int


@dataclass(frozen=True, slots=True)
class Report:
    """All plans over one trace. The last is not to be beaten: it knows the moment of every message."""

    sources: int
    messages: int
    evaluated_from: float
    ended_at: float
    longest_interval_seconds: float
    plan: Figures
    uniform: Figures
    best_static: Figures
    best_static_with_best_phases: Figures
    most_calls_in_24_hours: int
    longest_unseen_seconds: float

    def as_json(self) -> str:
        """For machines, on one line."""
        return json.dumps(asdict(self))

    def as_table(self) -> Table:
        """For people."""
        plans = {
            "the plan": self.plan,
            "uniform": self.uniform,
            "best static, known in hindsight": self.best_static,
            "… and best phases": self.best_static_with_best_phases,
        }
        table = Table("plan", "mean lag, s", "p50", "p95", "max", "calls", "plan / this", title=f"{self.messages} messages evaluated")
        for name, figures in plans.items():
            cells = [_number(value) for value in (figures.mean_lag_seconds, figures.p50, figures.p95, figures.max)]
            table.add_row(name, *cells, str(figures.calls), _ratio(self.plan, figures))
        table.caption = (
            f"{self.sources} sources; at most {self.most_calls_in_24_hours} calls in 24 hours; "
            f"no source unseen for longer than {self.longest_unseen_seconds:.0f} s"
        )
        return table


def simulate_polling(
    trace: Trace, calls_per_day: int, bounds: Interval, learn_days: float, on_seconds: Callable[[float], None] = lambda seconds: None
) -> tuple[Report, list[list[int]]]:
    """The report and the planner's polls by source. Messages of the first `learn_days` are read but not evaluated, under any
    plan; a trace that is no longer than that is evaluated as a whole."""
    bounds = feasible(bounds, len(trace.sources), calls_per_day)
    since = trace.began + learn_days * DAY_SECONDS
    since = since if since < trace.ended else float(trace.began)
    polls = plan_polls(trace, calls_per_day, bounds, on_seconds)
    uniform = uniform_intervals(trace, calls_per_day, bounds)
    static = best_intervals(trace, calls_per_day, bounds, since)
    report = Report(
        sources=len(trace.sources),
        messages=sum(moment >= since for moments in trace.published for moment in moments),
        evaluated_from=since,
        ended_at=trace.ended,
        longest_interval_seconds=bounds.maximum.total_seconds(),
        plan=_figures(trace, polls, since),
        uniform=_figures(trace, fixed_polls(trace, uniform, spread_phases(uniform, 0)), since),
        best_static=_least(_figures(trace, fixed_polls(trace, static, spread_phases(static, seed)), since) for seed in range(SEEDS)),
        best_static_with_best_phases=_figures(trace, fixed_polls(trace, static, best_phases(trace, static, since)), since),
        most_calls_in_24_hours=most_calls(polls),
        longest_unseen_seconds=longest_unseen(trace, polls),
    )
    return report, polls


def write_polls(path: Path, trace: Trace, polls: Sequence[Sequence[int]]) -> None:
    """Every poll as source,polled_at in order of time, with a heading."""
    rows = sorted((moment, source) for source, moments in zip(trace.sources, polls, strict=True) for moment in moments)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "polled_at"])
        writer.writerows((source, moment) for moment, source in rows)


def most_calls(polls: Sequence[Sequence[int]]) -> int:
    """The most calls within any 24 hours, both ends included."""
    moments = np.sort(np.array([moment for one in polls for moment in one], dtype=np.int64))
    return int(np.max(np.searchsorted(moments, moments + DAY_SECONDS, side="right") - np.arange(len(moments)), initial=0))


def longest_unseen(trace: Trace, polls: Sequence[Sequence[int]]) -> float:
    """The longest time without a poll of any one source, from the trace's beginning to its end."""
    return float(max((np.max(np.diff([trace.began, *one, trace.ended])) for one in polls), default=0))


def _figures(trace: Trace, polls: Sequence[Sequence[int] | Floats], since: float) -> Figures:
    waits, calls = lags(trace, polls, since), sum(len(one) for one in polls)
    if not len(waits):
        return Figures(None, None, None, None, calls)
    p50, p95 = np.percentile(waits, [50, 95])
    return Figures(float(waits.mean()), float(p50), float(p95), float(waits.max()), calls)


def _least(candidates: Iterable[Figures]) -> Figures:
    return min(candidates, key=lambda figures: figures.mean_lag_seconds or 0.0)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _ratio(plan: Figures, other: Figures) -> str:
    return f"{plan.mean_lag_seconds / other.mean_lag_seconds:.3f}" if plan.mean_lag_seconds and other.mean_lag_seconds else "–"
