"""Recorded traces: when which source published, read from a table with the columns source and published_at."""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import DomainError

DAY_SECONDS = 86_400
HEADER = ["source", "published_at"]


class TraceRefused(DomainError):
    """The trace is not what it should be; the message names the file and the line."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}.")
        self.where = where
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trace:
    """Moments of publication by source, in Unix seconds, each source's in order. Time begins and ends with the first and last."""

    sources: tuple[str, ...]
    published: tuple[tuple[float, ...], ...]

    @property
    def began(self) -> int:
        """The last whole second at or before the first message."""
        return math.floor(min((moments[0] for moments in self.published), default=0))

    @property
    def ended(self) -> int:
        """The first whole second at or after the last message."""
        return math.ceil(max((moments[-1] for moments in self.published), default=0))


def read_trace(path: Path) -> Trace:
    """The trace in a file; `TraceRefused` names the first line that is wrong."""
    published: dict[str, list[float]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for source, moment in _read_lines(path, csv.reader(file)):
                published.setdefault(source, []).append(moment)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TraceRefused(str(path), f"it cannot be read as a CSV table in UTF-8 ({error})") from error
    return Trace(tuple(published), tuple(tuple(moments) for moments in published.values()))


def _read_lines(path: Path, rows: Iterable[list[str]]) -> Iterator[tuple[str, float]]:
    before = -math.inf
    for number, row in enumerate(rows, start=1):
        if not row or (number == 1 and [cell.strip() for cell in row] == HEADER):
            continue
        where = f"{path}, line {number}"
        if len(row) != len(HEADER):
            raise TraceRefused(where, f"{len(row)} columns; a line is source,published_at")
        source, moment = row[0].strip(), _moment(row[1], where)
        if not source:
            raise TraceRefused(where, "the source is empty")
        if moment < before:
            raise TraceRefused(where, f"{row[1].strip()} is earlier than the line before; sort the trace by published_at")
        before = moment
        yield source, moment


def _moment(text: str, where: str) -> float:
    try:
        moment = float(text)
    except ValueError as error:
        raise TraceRefused(where, f"{text!r} is no moment; published_at is in Unix seconds") from error
    if not 0 <= moment < 1e11:
        raise TraceRefused(where, f"{text.strip()} lies outside the time that Unix seconds can mean (milliseconds, perhaps?)")
    return moment
