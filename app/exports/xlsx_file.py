"""XLSX row by row: every finished row goes to the disk, so that a file of any length takes the memory of one row."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import xlsxwriter

from app.domain.cell import xlsx_cell
from app.exports.table import About, Heading, Row

MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel, the head included."""
ABOUT = "О выгрузке"
SHEET = "Выгрузка"
MARKUP = "</r>"


class XlsxFile:
    """A workbook of the table and a sheet that tells of it. It can be read when it is finished and not before."""

    grows = False

    def __init__(self, path: Path, headings: Sequence[Heading], zone: tzinfo) -> None:
        self.path = path
        self._zone = zone
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self._book.use_zip64()  # written only where a part is larger than 2 GiB
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss", "align": "left"})
        self._length = self._book.add_format({"num_format": "[h]:mm:ss"})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._sheet = self._book.add_worksheet(SHEET)
        self._number = 0
        self._lay_out(headings)

    def _lay_out(self, headings: Sequence[Heading]) -> None:
        for column, heading in enumerate(headings):
            self._sheet.set_column(column, column, heading.width)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, None, self._head)
        self.write([[heading.title for heading in headings]])

    def write(self, rows: Iterable[Row]) -> None:
        """Adds rows."""
        for row in rows:
            self._fill(self._sheet, self._number, row)
            self._number += 1

    def finish(self, about: About) -> None:
        """Adds the sheet that tells of the table and puts the file together."""
        sheet = self._book.add_worksheet(ABOUT)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        for number, line in enumerate([(about.title, None), *about.lines]):
            self._fill(sheet, number, line)
        self._book.close()

    def close(self) -> None:
        """Lets go of what is open, whether the file was finished or not."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _fill(self, sheet: Any, number: int, row: Row) -> None:
        """Writes one row; a text is always a string, whatever it looks like."""
        for column, cell in enumerate(row):
            match cell:
                case None | "":
                    pass
                case str():
                    sheet.write_string(number, column, _plain(xlsx_cell(cell)))
                case datetime():
                    sheet.write_datetime(number, column, cell.astimezone(self._zone).replace(tzinfo=None, microsecond=0), self._moment)
                case timedelta():
                    sheet.write_datetime(number, column, max(cell, timedelta()), self._length)
                case int() | float():
                    sheet.write_number(number, column, cell)


def _plain(text: str) -> str:
    """The text; the library would take one between <r> and </r> for markup of its own and write it as it is."""
    return f"{text} " if text.endswith(MARKUP) else text
