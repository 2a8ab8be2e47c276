"""Takes a region's gazetteer in from a table, and writes it out again; a line that does not fit is named and left out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.territory import Entry, EntryKind, Fault, NewEntry, check_entries
from app.storage import gazetteer
from app.storage.regions import RegionId

COLUMNS = ("kind", "code", "parent", "name", "type", "aliases")
NEEDED = frozenset({"kind", "code", "parent", "name"})
BETWEEN_ALIASES = "|"
STORED = 0
"""The line of what no file has named."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many entries went in, and which lines did not."""

    entries: int
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file that can be read, and what is wrong with the others."""

    entries: Sequence[NewEntry]
    faults: Sequence[Fault]


def read_gazetteer(table: bytes) -> Table:
    """The lines of a CSV in UTF-8 with the columns of `COLUMNS`; a wrong encoding or column refuses the whole, with what to do."""
    try:
        written = table.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = table[: error.start].count(b"\n") + 1
        raise InvalidInput("file", f"Line {line} is not in UTF-8: save the table as «CSV UTF-8» and import it again.") from error
    headings = written.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(written, newline=""), delimiter=";" if ";" in headings else ",")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    unknown, missing = set(reader.fieldnames) - set(COLUMNS), NEEDED - set(reader.fieldnames)
    if unknown or missing:
        wrong = ", ".join([*(f"{name!r} is unknown" for name in sorted(unknown)), *(f"{name!r} is missing" for name in sorted(missing))])
        raise InvalidInput("file", f"The first line must name the columns {', '.join(COLUMNS)}: {wrong}.")
    return _read(reader)


def _read(reader: "csv.DictReader[str]") -> Table:
    entries, faults = [], []
    for row in _rows(reader):
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not any(cells.values()):
            continue
        if None in row:
            faults.append(Fault(reader.line_num, "more cells than columns: is a comma in a name without quotes?"))
        elif cells["kind"] not in set(EntryKind):
            faults.append(Fault(reader.line_num, f"the kind {cells['kind']!r} is none of {', '.join(EntryKind)}"))
        else:
            aliases = tuple(alias for part in cells["aliases"].split(BETWEEN_ALIASES) if (alias := part.strip()))
            kind, parent = EntryKind(cells["kind"]), cells["parent"] or None
            entries.append(NewEntry(reader.line_num, kind, cells["code"], parent, cells["name"], cells["type"], aliases))
    return Table(entries, faults)


def _rows(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise InvalidInput("file", f"Line {reader.line_num} is not CSV: {error}.") from error


async def import_gazetteer(session: AsyncSession, region_id: RegionId, table: Table, *, now: datetime) -> Imported:
    """Adds what is new and changes what is known by its code; codes that the table does not name stay as they are."""
    await gazetteer.lock(session, region_id, now=now)
    stored = _lines(await gazetteer.all_entries(session, region_id))
    checked = check_entries(table.entries, stored)
    if checked.entries:
        await gazetteer.save(session, region_id, checked.entries)
    return Imported(len(checked.entries), sorted([*table.faults, *checked.faults], key=lambda fault: fault.line))


async def export_gazetteer(session: AsyncSession, region_id: RegionId) -> str:
    """The region's gazetteer as the import takes it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in _lines(await gazetteer.all_entries(session, region_id)).values():
        writer.writerow([one.kind, one.code, one.parent or "", one.name, one.type, BETWEEN_ALIASES.join(one.aliases)])
    return out.getvalue()


def _lines(entries: Iterable[Entry]) -> dict[str, NewEntry]:
    """Stored entries by code, each with the code of its parent."""
    by_id = {entry.id: entry for entry in entries}
    return {one.code: _line(one, None if one.parent_id is None else by_id[one.parent_id].code) for one in by_id.values()}


def _line(entry: Entry, parent: str | None) -> NewEntry:
    return NewEntry(STORED, entry.kind, entry.code, parent, entry.name, entry.type, entry.aliases)
