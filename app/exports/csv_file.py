"""CSV as Excel opens it under Russian settings: UTF-8 with a mark at the beginning, semicolons, texts in quotes."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from app.domain.cell import csv_cell
from app.exports.table import About, Cell, Heading, Row


class CsvFile:
    """A file that can be read while it is written: whatever `write` has taken stands in it."""

    grows = True

    def __init__(self, path: Path, headings: Sequence[Heading], zone: tzinfo) -> None:
        self.path = path
        self._zone = zone
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        self.write([[heading.title for heading in headings]])

    def write(self, rows: Iterable[Row]) -> None:
        """Adds rows."""
        self._rows.writerows([self._written(cell) for cell in row] for row in rows)
        self._file.flush()

    def finish(self, about: About) -> None:
        """Ends the file; a table alone has no place for more."""
        self._file.close()

    def close(self) -> None:
        """Lets go of what is open, whether the file was finished or not."""
        self._file.close()

    def _written(self, cell: Cell) -> str | int:
        match cell:
            case None:
                return ""
            case str():
                return csv_cell(cell)
            case datetime():
                return f"{cell.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"
            case timedelta():
                return clock_time(cell)
            case float():
                return str(cell).replace(".", ",")  # Excel under Russian settings reads 4.11 as the fourth of November
            case int():
                return cell


def clock_time(length: timedelta) -> str:
    """A length of time in hours, minutes and seconds: «26:03:04»."""
    minutes, seconds = divmod(max(int(length.total_seconds()), 0), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
