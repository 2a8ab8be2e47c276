"""A table on its way into a file: its columns, its cells, and what is told of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

Cell = str | int | float | datetime | timedelta | None
Row = Sequence[Cell]


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def number(value: float) -> Cell:
    """A number to its last digit, whole ones as such."""
    return int(value) if value.is_integer() else value


MEDIA_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and how wide a spreadsheet shows it."""

    title: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class About:
    """What is told of the whole file, where the format has a place for it: names and values, line by line."""

    title: str
    lines: Sequence[tuple[str, Cell]]
