"""`otklik gazetteer import` and `export`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.running import with_services
from app.usecases.import_gazetteer import Imported, export_gazetteer, import_gazetteer, read_gazetteer

commands = typer.Typer(no_args_is_help=True, help="Territories, settlements, streets and landmarks of the region.")


@commands.command("import")
def take_in(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Takes in a CSV with the columns kind, code, parent, name, type, aliases; known codes are changed, wrong lines left out."""
    table = read_gazetteer(file.read_bytes())

    async def run(services: Services) -> None:
        async with services.database.write() as session:
            done = await import_gazetteer(session, services.region_id, table, now=services.now())
        _tell(file, done)

    with_services(run)


@commands.command("export")
def write_out(file: Annotated[Path, typer.Argument(dir_okay=False)]) -> None:
    """Writes the region's gazetteer as the import takes it."""

    async def run(services: Services) -> None:
        async with services.database.read() as session:
            table = await export_gazetteer(session, services.region_id)
        await asyncio.to_thread(file.write_text, table, encoding="utf-8")
        typer.echo(f"{table.count(chr(10)) - 1} entries are in {file}.")

    with_services(run)


def _tell(file: Path, done: Imported) -> None:
    for fault in done.faults:
        typer.echo(f"{file}:{fault.line}: {fault.reason}", err=True)
    typer.echo(f"{done.entries} entries of the gazetteer are in force, {len(done.faults)} lines were left out.")
    if done.faults:
        sys.exit(1)
