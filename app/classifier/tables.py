"""Reads labelled tables: CSV with a text and a kind or a subject, in our columns or in those of an export that a map knows."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.classifier.contract import TextInContext
from app.classifier.errors import DataRefused
from app.classifier.examples import Example, is_held_out
from app.classifier.topic_maps import SHIPPED_MAPS, TopicMap, shipped_topic_map
from app.classifier.topics import shipped_taxonomy
from app.domain.topic import Taxonomy
from app.domain.verdict import Kind

TEXT, KIND, TOPIC = "text", "kind", "topic"
YES, NO = frozenset({"1", "true", "yes", "да"}), frozenset({"0", "false", "no", "нет"})
FEWEST_CYRILLIC = 0.5
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are. Without a `topic_map`, subjects are codes of the taxonomy in the column `topic`."""

    has_kinds: bool
    topic_map: TopicMap | None
    taxonomy: Taxonomy

    def kind(self, values: Mapping[str, str], where: str) -> Kind | None:
        """The kind of a row; it may be empty only where the table has none."""
        if not self.has_kinds:
            return None
        if values[KIND] not in set(Kind):
            raise DataRefused(where, f"the kind {values[KIND]!r} is none of {', '.join(Kind)}")
        return Kind(values[KIND])

    def topic(self, values: Mapping[str, str], where: str) -> str | None:
        """The topic or group of a row, None where nothing is said."""
        if self.topic_map is not None:
            theme, category = values.get(self.topic_map.theme_column, ""), values.get(self.topic_map.category_column, "")
            topic = self.topic_map.topic(theme, category)
            if topic is None and (theme or category):
                raise DataRefused(where, f"the theme {theme!r} of {category!r} is not on the map of {self.topic_map.data}")
            return topic
        code = values.get(TOPIC) or None
        if code is not None and code not in self.taxonomy.titles:
            raise DataRefused(where, f"there is no topic {code!r} in the taxonomy")
        return code


def read_table(path: Path, refused: list[DataRefused] | None = None) -> list[Example]:
    """The labelled rows of a CSV, comma or semicolon, in UTF-8 or Windows-1251; `DataRefused` names the file and the line.

    Where a list for refused rows is given, they go there and the other rows are read; none left is an error all the same.
    """
    table = open_table(path)
    before = 0 if refused is None else len(refused)
    columns = _columns(table.names, f"{path}:1")
    examples = []
    for where, values in table.rows(refused):
        try:
            examples.append(_read_row(values, columns, where))
        except DataRefused as refusal:
            if refused is None:
                raise
            refused.append(refusal)
    if not examples:
        raise refused[before] if refused and len(refused) > before else DataRefused(f"{path}:1", "there are no rows below the column names")
    return examples


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table that was decoded: the names of its columns, and its rows to be read once."""

    path: Path
    reader: "csv.DictReader[str]"

    @property
    def names(self) -> Sequence[str]:
        return self._read(lambda: list(self.reader.fieldnames or ()))

    def rows(self, refused: list[DataRefused] | None) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Where each row stands, and its values; a row of the wrong length goes to `refused` where that is given."""
        while (row := self._read(lambda: next(self.reader, None))) is not None:
            where = f"{self.path}:{self.reader.line_num}"
            try:
                yield where, _values(row, where)
            except DataRefused as refusal:
                if refused is None:
                    raise
                refused.append(refusal)

    def _read(self, read: Callable[[], Result]) -> Result:
        try:
            return read()
        except csv.Error as error:
            raise DataRefused(f"{self.path}:{self.reader.reader.line_num}", f"this is not CSV ({error})") from error


def open_table(path: Path) -> OpenTable:
    """A CSV, comma or semicolon, in UTF-8 or Windows-1251; `DataRefused` when it is neither."""
    text = _decode(path)
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    return OpenTable(path, csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _values(row: Mapping[str | None, str | list[str] | None], where: str) -> Mapping[str, str]:
    if None in row:
        raise DataRefused(where, "there are more values than columns; a text with commas or line ends needs quotes around it")
    if None in row.values():
        raise DataRefused(where, "there are fewer values than columns")
    return {column: value.strip() for column, value in row.items() if column and isinstance(value, str)}


def _columns(names: Sequence[str], where: str) -> Columns:
    given = set(names)
    maps = (shipped_topic_map(name) for name in SHIPPED_MAPS)
    topic_map = next((one for one in maps if {one.theme_column, one.category_column} <= given), None)
    if TEXT not in given:
        raise DataRefused(where, f"the column {TEXT} is missing; there are {', '.join(names)}")
    if topic_map is None and not given & {KIND, TOPIC}:
        raise DataRefused(where, f"the column {KIND} is missing, and so is {TOPIC}; there are {', '.join(names)}")
    return Columns(KIND in given, topic_map, shipped_taxonomy())


def _read_row(values: Mapping[str, str], columns: Columns, where: str) -> Example:
    text = TextInContext(values[TEXT], values.get("post") or None, values.get("reply_to") or None)
    thread = hashlib.sha256(values[TEXT].encode()).hexdigest()
    urgent = _yes_or_no(values.get("urgent", ""), where)
    return Example(text, columns.kind(values, where), urgent, columns.topic(values, where), thread, is_held_out(thread))


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
