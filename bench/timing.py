"""Measured times as rows of a table."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter

from rich.console import Console
from rich.table import Table

Call = Callable[[], Awaitable[object]]
Times = Mapping[str, Sequence[float]]


async def interleaved(calls: Mapping[str, Call], *, rounds: int, warm_up: int) -> dict[str, list[float]]:
    """Milliseconds of each call, taken in turns, so that a slow minute of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(warm_up + rounds):
        for name, call in calls.items():
            started = perf_counter()
            await call()
            if number >= warm_up:
                times[name].append((perf_counter() - started) * 1000)
    return times


def percentile(times: Sequence[float], share: float) -> float:
    """The time below which this share of the calls stayed."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, width: int = 110) -> None:
    """A small table on the terminal."""
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row)
    Console(width=width).print(table)
