"""Files that are written row by row, read back by others' readers."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from app.exports.csv_file import CsvFile, clock_time
from app.exports.folder import LEFT_AFTER_SECONDS, remove_left
from app.exports.spool import Spool
from app.exports.table import About, Heading
from app.exports.xlsx_file import XlsxFile

MOSCOW = ZoneInfo("Europe/Moscow")
HEADINGS = [Heading("Номер", 10), Heading("Текст", 40)]
ABOUT = About("Обращения", [("Обращений", 1)])
SHEET = "xl/worksheets/sheet1.xml"
SPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
MARKUP = '<r></r></is></c><c r="Z9" t="str"><f>1+1</f><v>2</v></c><c t="inlineStr"><is><t>x</t></r>'


@pytest.mark.parametrize("text", ["=1+1", MARKUP, "<b>&amp;", "_x0041_", "  края  ", "строка\nдругая"])
def test_whatever_a_text_looks_like_it_is_a_string_of_the_sheet(tmp_path: Path, text: str) -> None:
    file = XlsxFile(tmp_path / "one.xlsx", HEADINGS, MOSCOW)
    file.write([[1, text]])
    file.finish(ABOUT)

    with ZipFile(file.path) as archive:
        sheet = ElementTree.fromstring(archive.read(SHEET))
    cells = {cell.get("r"): cell for cell in sheet.iterfind(".//x:c", SPACE)}
    assert sheet.find(".//x:f", SPACE) is None
    assert set(cells) == {"A1", "B1", "A2", "B2"}
    assert "".join(cells["B2"].itertext()).replace("_x005F_", "_").rstrip(" ") == text.rstrip(" ")


def test_a_row_that_is_done_is_on_the_disk_and_not_in_memory(tmp_path: Path) -> None:
    file = XlsxFile(tmp_path / "one.xlsx", HEADINGS, MOSCOW)
    sizes = []
    for _ in range(3):
        file.write([number, "Холодно! " * 20] for number in range(200))
        sizes.append(sum(part.stat().st_size for part in tmp_path.iterdir()))
    file.close()

    assert 0 < sizes[0] < sizes[1] < sizes[2]


def test_moments_and_lengths_are_values_of_the_sheet(tmp_path: Path) -> None:
    file = XlsxFile(tmp_path / "one.xlsx", HEADINGS, MOSCOW)
    file.write([[datetime(2026, 3, 11, 21, 30, 5, 9, tzinfo=UTC), timedelta(hours=26, seconds=4)]])
    file.finish(ABOUT)

    local = datetime(2026, 3, 12, 0, 30, 5, tzinfo=MOSCOW)
    sheet, about = openpyxl.load_workbook(file.path).worksheets
    assert [cell.value for cell in sheet[2]] == [local.replace(tzinfo=None), timedelta(hours=26, seconds=4)]
    assert [[cell.value for cell in row] for row in about.iter_rows()] == [["Обращения", None], ["Обращений", 1]]


@pytest.mark.parametrize(("seconds", "written"), [(0, "0:00:00"), (59.9, "0:00:59"), (93784, "26:03:04"), (-5, "0:00:00")])
def test_lengths_in_csv_are_hours_minutes_and_seconds(seconds: float, written: str) -> None:
    assert clock_time(timedelta(seconds=seconds)) == written


def test_a_number_in_csv_has_a_comma_since_a_point_would_make_a_date_of_it(tmp_path: Path) -> None:
    file = CsvFile(tmp_path / "one.csv", HEADINGS, MOSCOW)
    file.write([[4, 4.11]])
    file.finish(ABOUT)

    assert file.path.read_text("utf-8-sig").splitlines()[1] == '4;"4,11"'


async def test_a_file_that_grows_is_read_as_it_is_written_and_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "one.csv", grows=True)
    file = CsvFile(spool.path, HEADINGS, MOSCOW)
    pieces: list[bytes] = []

    async def read() -> None:
        async for piece in spool.read():
            pieces.append(piece)
            seen.set()

    seen = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        for number in range(3):
            file.write([[number, "Холодно"]])
            spool.grew(1)
            await seen.wait()
            seen.clear()
            assert not spool.is_taken
        file.finish(ABOUT)
        spool.end()

    assert len(pieces) == 3
    assert b"".join(pieces) == spool.path.read_bytes()
    assert spool.is_taken


def test_what_a_killed_process_left_is_removed_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    for name in ("otklik-export-left", "otklik-export-new", "another"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "incidents.csv").write_text("Анна")
        os.utime(tmp_path / name, times=(0, 10_000 if name.endswith("new") else 0))

    remove_left(tmp_path, now=LEFT_AFTER_SECONDS + 1)

    assert {one.name for one in tmp_path.iterdir()} == {"otklik-export-new", "another"}
