"""What `otklik gazetteer import` and `export` do."""

import asyncio
from pathlib import Path

from app.bootstrap import Services
from app.usecases.import_gazetteer import export_gazetteer, import_gazetteer, read_gazetteer


async def take_in(services: Services, file: Path) -> tuple[str, list[str]]:
    """What went in, in a sentence, and the lines that did not, each with its place in the file."""
    table = read_gazetteer(await asyncio.to_thread(file.read_bytes))
    async with services.database.write() as session:
        done = await import_gazetteer(session, services.region_id, table, now=services.now())
    faults = [f"{file}:{fault.line}: {fault.reason}" for fault in done.faults]
    return f"{done.entries} entries of the gazetteer are in force, {len(faults)} lines were left out.", faults


async def write_out(services: Services, file: Path) -> str:
    """Writes the gazetteer; how much there was, in a sentence."""
    async with services.database.read() as session:
        table = await export_gazetteer(session, services.region_id)
    await asyncio.to_thread(file.write_text, table, encoding="utf-8")
    return f"{table.count(chr(10)) - 1} entries are in {file}."
