"""Reads labelled tables: CSV with the columns text and kind, and if wanted post, urgent and topic."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, is_held_out
from app.domain.verdict import Kind

YES = frozenset({"1", "true", "yes", "да"})


def read_table(path: Path) -> list[Example]:
    """The labelled rows of a CSV in UTF-8 or Windows-1251; `DataRefused` names the file and the row."""
    table = csv.DictReader(io.StringIO(_decoded(path), newline=""))
    missing = {"text", "kind"} - set(table.fieldnames or ())
    if missing:
        raise DataRefused(f"{path}:1", f"the column {' and '.join(sorted(missing))} is missing")
    return list(_examples(table, path))


def _examples(table: "csv.DictReader[str]", path: Path) -> Iterator[Example]:
    for row in table:
        where = f"{path}:{table.line_num}"
        if row["kind"] not in set(Kind):
            raise DataRefused(where, f"the kind {row['kind']!r} is none of {', '.join(Kind)}")
        urgent = row.get("urgent")
        told = None if urgent in {None, ""} else str(urgent).strip().lower() in YES
        text = TextInContext(row["text"] or "", row.get("post") or None)
        yield Example(text, Kind(row["kind"]), told, row.get("topic") or None, where, is_held_out(row["text"] or ""))


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataRefused(str(path), "it is neither UTF-8 nor Windows-1251")
