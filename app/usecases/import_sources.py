"""Registers many pages from a table; a line that fails is reported and never stops the others."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import AuthorityId
from app.domain.errors import AlreadyExists, DomainError, InvalidInput
from app.domain.source import SourceId
from app.storage import authorities
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks, add_source, resolve_page
from connectors.sdk.errors import ConnectorError

YES = frozenset({"1", "true", "yes", "y", "да", "д", "+"})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of the table; `number` counts from the line of the headings, which is 1."""

    number: int
    url: str
    official: bool
    authority: str | None


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """What became of a line: a new source, one that was `known` already, or a `problem` in words."""

    line: SourceLine
    source_id: SourceId | None = None
    known: bool = False
    problem: str | None = None


def read_lines(table: str) -> Sequence[SourceLine]:
    """The lines of a CSV text with the columns url and, if wanted, official and authority; commas or semicolons divide them."""
    plain = table.removeprefix("\ufeff")
    headings = plain.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=";" if ";" in headings else ",")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if "url" not in reader.fieldnames:
        raise InvalidInput("file", "The first line must name the columns: url, official, authority.")
    return [_line(reader.line_num, row) for row in reader if (row["url"] or "").strip()]


async def import_sources(
    database: Database, region_id: RegionId, networks: Networks, lines: Iterable[SourceLine], *, now: Callable[[], datetime]
) -> AsyncIterator[ImportedLine]:
    """Registers line by line, each in its own transaction; authorities that are named for the first time are registered too."""
    for line in lines:
        try:
            page = await resolve_page(networks, line.url)
            async with database.write() as session:
                authority_id: AuthorityId | None = None
                if line.authority is not None:
                    authority_id = await authorities.ensure(session, region_id, line.authority)
                added = await add_source(session, region_id, page, official=line.official, authority_id=authority_id, now=now())
            yield ImportedLine(line, added)
        except AlreadyExists as error:
            yield ImportedLine(line, None if error.existing_id is None else SourceId(error.existing_id), known=True)
        except (DomainError, ConnectorError) as error:
            yield ImportedLine(line, problem=str(error))


def _line(number: int, row: dict[str, str | None]) -> SourceLine:
    authority = (row.get("authority") or "").strip()
    return SourceLine(number, (row["url"] or "").strip(), (row.get("official") or "").strip().lower() in YES, authority or None)
