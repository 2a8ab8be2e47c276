"""Reads labelled tables: CSV with the columns text and kind, and if wanted post, reply_to, urgent and topic."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, is_held_out
from app.domain.verdict import Kind

NEEDED = ("text", "kind")
YES, NO = frozenset({"1", "true", "yes", "да"}), frozenset({"0", "false", "no", "нет"})
FEWEST_CYRILLIC = 0.5


def read_table(path: Path) -> list[Example]:
    """The labelled rows of a CSV, comma or semicolon, in UTF-8 or Windows-1251; `DataRefused` names the file and the line."""
    text = _decode(path)
    first_line = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first_line.count(";") > first_line.count(",") else ",", strict=True
    )
    examples = list(_read_rows(rows, path))
    if not examples:
        raise DataRefused(f"{path}:1", "there are no rows below the line of column names")
    return examples


def _read_rows(rows: "csv.DictReader[str]", path: Path) -> Iterator[Example]:
    try:
        missing = [column for column in NEEDED if column not in (rows.fieldnames or ())]
        if missing:
            raise DataRefused(f"{path}:1", f"the column {' and '.join(missing)} is missing; there are {', '.join(rows.fieldnames or ())}")
        for row in rows:
            yield _read_row(row, f"{path}:{rows.line_num}")
    except csv.Error as error:
        raise DataRefused(f"{path}:{rows.reader.line_num}", f"this is not CSV ({error})") from error


def _read_row(row: Mapping[str | None, str | list[str] | None], where: str) -> Example:
    if None in row:
        raise DataRefused(where, "there are more values than columns; a text with commas or line ends needs quotes around it")
    values = {column: value.strip() for column, value in row.items() if column and isinstance(value, str)}
    if any(column not in values for column in NEEDED):
        raise DataRefused(where, "there are fewer values than columns")
    if values["kind"] not in set(Kind):
        raise DataRefused(where, f"the kind {values['kind']!r} is none of {', '.join(Kind)}")
    text = TextInContext(values["text"], values.get("post") or None, values.get("reply_to") or None)
    thread = hashlib.sha256(values["text"].encode()).hexdigest()
    return Example(
        text, Kind(values["kind"]), _yes_or_no(values.get("urgent", ""), where), values.get("topic") or None, thread, is_held_out(thread)
    )


def _yes_or_no(value: str, where: str) -> bool | None:
    if not value:
        return None
    if value.lower() not in YES | NO:
        raise DataRefused(where, f"urgent is {value!r}, it must be 1 or 0, yes or no")
    return value.lower() in YES


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataRefused(str(path), f"it cannot be read ({error.strerror})") from error
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig" or _looks_russian(text):
            return text
    raise DataRefused(str(path), "it is neither UTF-8 nor Windows-1251; save it as UTF-8")


def _looks_russian(text: str) -> bool:
    foreign = [letter for letter in text if not letter.isascii()]
    return "\x00" not in text and sum("а" <= letter.lower() <= "я" for letter in foreign) >= FEWEST_CYRILLIC * len(foreign)
