"""How long a file of many incidents takes, and that its length costs no memory.

    python -m bench.exports [--rows 100000]

The maker of the file and its reader live in this process, as in web. The figures to quote are incidents a second, and the
memory of the process at a tenth of the rows and at all of them.
"""

import argparse
import asyncio
from time import perf_counter
from zoneinfo import ZoneInfo

import psutil

from app.domain.operator import Operator, Role
from app.exports.desk import ExportDesk
from app.exports.incident_columns import Layout
from app.exports.table import FileFormat
from app.storage.access import operators
from app.storage.queue import QueueFilter
from app.usecases.export_incidents import IncidentsAsked, export_incidents
from bench.timing import print_table
from bench.town_server import NOW, Town, towns

ZONE = ZoneInfo("Europe/Moscow")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    asyncio.run(run(parser.parse_args().rows))


async def run(rows: int) -> None:
    """Makes each file of a small and of a large region and prints the table."""
    table = []
    async with towns(max(rows // 10, 1), rows) as pair:
        for number, town in zip((rows // 10, rows), pair, strict=True):
            async with town.database.write() as session:
                by = (await operators.ensure(session, "bench", Role.OPERATOR, now=NOW)).operator
            for format in FileFormat:
                for layout in Layout:
                    table.append([f"{number}", format.value, layout.value, *await _taken(town, by, format, layout)])
    print_table("Files of incidents", ["incidents", "format", "columns", "s", "first byte, s", "incidents/s", "MB", "memory, MiB"], table)


async def _taken(town: Town, by: Operator, format: FileFormat, layout: Layout) -> list[str]:
    asked = IncidentsAsked(by=by, wanted=QueueFilter(), filters={}, format=format, layout=layout)
    process, peak = psutil.Process(), 0
    began, first, size = perf_counter(), 0.0, 0
    async with export_incidents(town.database, town.region_id, asked, desk=ExportDesk(), zone=ZONE, clock=lambda: NOW) as spool:
        async for piece in spool.read():
            first = first or perf_counter() - began
            size += len(piece)
            peak = max(peak, process.memory_info().rss)
    took = perf_counter() - began
    return [f"{took:.1f}", f"{first:.2f}", f"{spool.rows / took:.0f}", f"{size / 1e6:.1f}", f"{peak / 2**20:.0f}"]


if __name__ == "__main__":
    main()
