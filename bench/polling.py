"""The planner against the best static plan known in hindsight, on generated traces.

    python -m bench.polling [--seeds 101 102 103] [--calls-per-day 5000] [--traces NAME] [--oracle | --picture docs/images/polling-lag.svg]

Constants were tuned on other seeds (docs/polling.md). `--oracle` sets the goal's traces beside what could be
reached at all. The picture shows the lag over budgets from a quarter to four times the usual one.
`python -m bench.polling --write FILE --sources 1000 --sigma 1.8` writes a trace for `otklik simulate-polling` and ends.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import numpy as np

from app.domain.polling.due import Interval
from app.simulation.planned import feasible
from app.simulation.report import Report, simulate_polling
from bench.polling_oracle import bounds_of
from bench.polling_picture import write_picture
from bench.polling_traces import Region, draw, write_trace
from bench.timing import print_table

BOUNDS = Interval(timedelta(seconds=15), timedelta(days=1))
LEARN_DAYS = 3
REGIONS = {
    "1000, σ 1.8": Region(1000, 1.8),
    "1000, σ 2.2": Region(1000, 2.2),
    "300, σ 1.8": Region(300, 1.8),
    "300, σ 2.2": Region(300, 2.2),
    "1000, σ 1.8, 10 a day": Region(1000, 1.8, per_day=10),
    "1000, σ 1.8, no weekends": Region(1000, 1.8, weekend=1),
    "1000, σ 2.2, no weekends": Region(1000, 2.2, weekend=1),
    "300, σ 1.8, no weekends": Region(300, 1.8, weekend=1),
    "300, σ 2.2, no weekends": Region(300, 2.2, weekend=1),
    "1000, σ 1.8, no weekends, spells": Region(1000, 1.8, weekend=1, echoes=0, spells_per_day=0.1),
    "1000, σ 2.2, no weekends, spells": Region(1000, 2.2, weekend=1, echoes=0, spells_per_day=0.1),
    "300, σ 1.8, no weekends, spells": Region(300, 1.8, weekend=1, echoes=0, spells_per_day=0.1),
    "300, σ 2.2, no weekends, spells": Region(300, 2.2, weekend=1, echoes=0, spells_per_day=0.1),
    "1000, σ 1.8, no bursts": Region(1000, 1.8, echoes=0),
    "1000, σ 2.2, long bursts": Region(1000, 2.2, echoes=0.5, echo_seconds=7200),
    "1000, σ 1.8, no day or night": Region(1000, 1.8, night=1, weekend=1),
}
COLUMNS = [
    "trace",
    "seed",
    "messages",
    "plan, s",
    "/ static",
    "/ uniform",
    "/ best phases",
    "p95, s",
    "calls",
    "24 h",
    "unseen, h",
    "run, s",
]
OF_THE_GOAL = tuple(REGIONS)[:4]
ORACLE_COLUMNS = [
    "trace",
    "seed",
    "plan, s",
    "/ static",
    "/ uniform",
    "/ learner",
    "/ all-knowing",
    "closed form",
    "true rates",
    "static",
    "learner",
    "all-knowing",
]
"""The last five are shares of uniform, too: see `bench.polling_oracle`."""
SHARES = (0.25, 0.5, 1, 2, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--calls-per-day", type=int, default=5000)
    parser.add_argument("--traces", default="", help="only the traces whose name contains this")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--sigma", type=float, default=1.8)
    given = parser.parse_args()
    if given.write is not None:
        write_trace(draw(Region(given.sources, given.sigma), given.seeds[0]), given.write)
    elif given.picture is not None:
        draw_picture(given.picture, Region(given.sources, given.sigma), given.seeds[0], given.calls_per_day)
    elif given.oracle:
        compare_with_oracle(given.seeds, given.calls_per_day)
    else:
        compare({name: region for name, region in REGIONS.items() if given.traces in name}, given.seeds, given.calls_per_day)


def compare(regions: Mapping[str, Region], seeds: Sequence[int], calls_per_day: int) -> None:
    """The table of the regions and seeds."""
    rows = [_row(name, region, seed, calls_per_day) for name, region in regions.items() for seed in seeds]
    print_table(f"{calls_per_day} calls a day, 10 days, evaluated from day {LEARN_DAYS} on", COLUMNS, rows, width=150)


def compare_with_oracle(seeds: Sequence[int], calls_per_day: int) -> None:
    """The table of the goal's traces: what the plan reached, and what it could have reached by knowing all but the messages."""
    rows = []
    for name in OF_THE_GOAL:
        shares = [_shares(REGIONS[name], seed, calls_per_day) for seed in seeds]
        rows += [_oracle_row(name, str(seed), share) for seed, share in zip(seeds, shares, strict=True)]
        rows.append(_oracle_row(name, "mean", np.mean(shares, axis=0).tolist()))
    print_table(f"{calls_per_day} calls a day; the last five columns as shares of uniform", ORACLE_COLUMNS, rows, width=150)


def draw_picture(path: Path, region: Region, seed: int, calls_per_day: int) -> None:
    """The mean lag of three plans over budgets."""
    trace = draw(region, seed)
    budgets = [round(calls_per_day * share) for share in SHARES]
    reports = [simulate_polling(trace, budget, BOUNDS, LEARN_DAYS)[0] for budget in budgets]
    lines = {
        "every page alike": [one.uniform.mean_lag_seconds or 0.0 for one in reports],
        "best fixed intervals, known in hindsight": [one.best_static.mean_lag_seconds or 0.0 for one in reports],
        "the planner": [one.plan.mean_lag_seconds or 0.0 for one in reports],
    }
    write_picture(path, budgets, lines)
    rows = [[str(budget), *(f"{line[place]:.0f}" for line in lines.values())] for place, budget in enumerate(budgets)]
    print_table("mean lag, s", ["calls a day", *lines], rows)


def _row(name: str, region: Region, seed: int, calls_per_day: int) -> list[str]:
    began = perf_counter()
    report, _ = simulate_polling(draw(region, seed), calls_per_day, BOUNDS, LEARN_DAYS)
    seconds = perf_counter() - began
    lag = report.plan.mean_lag_seconds or 0.0
    rivals = (report.best_static, report.uniform, report.best_static_with_best_phases)
    ratios = [f"{lag / (rival.mean_lag_seconds or 1.0):.3f}" for rival in rivals]
    return [name, str(seed), str(report.messages), f"{lag:.0f}", *ratios, *_checks(report), f"{seconds:.0f}"]


def _shares(region: Region, seed: int, calls_per_day: int) -> list[float]:
    trace = draw(region, seed)
    report, _ = simulate_polling(trace, calls_per_day, BOUNDS, LEARN_DAYS)
    between = feasible(BOUNDS, len(trace.sources), calls_per_day)
    bounds = bounds_of(region, seed, trace, calls_per_day, between, report.evaluated_from)
    lag, uniform, static = (one.mean_lag_seconds or math.nan for one in (report.plan, report.uniform, report.best_static))
    share = lag / uniform
    reached = [lag, lag / static, share, share / bounds.learner, share / bounds.all_knowing]
    return [*reached, bounds.closed_form, bounds.fixed, static / uniform, bounds.learner, bounds.all_knowing]


def _oracle_row(name: str, seed: str, shares: Sequence[float]) -> list[str]:
    return [name, seed, f"{shares[0]:.0f}", *(f"{share:.3f}" for share in shares[1:])]


def _checks(report: Report) -> list[str]:
    p95, calls = report.plan.p95 or 0.0, report.plan.calls
    return [f"{p95:.0f}", str(calls), str(report.most_calls_in_24_hours), f"{report.longest_unseen_seconds / 3600:.1f}"]


if __name__ == "__main__":
    main()
