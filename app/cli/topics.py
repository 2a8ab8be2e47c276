"""`otklik topics …`: what messages can be about."""

from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import Services
from app.classifier.topics import read_taxonomy, write_taxonomy
from app.cli.running import with_services
from app.usecases.change_topics import change_topics, topics_in_force

commands = typer.Typer(no_args_is_help=True, help="What messages can be about.")


@commands.command("export")
def export(file: Annotated[Path, typer.Argument(dir_okay=False)]) -> None:
    """Writes the topics in force as JSON, to be edited and imported again."""

    async def write(services: Services) -> None:
        async with services.database.read() as session:
            taxonomy = await topics_in_force(session, services.region_id)
        write_taxonomy(taxonomy, file)
        print(f"Version {taxonomy.version} of the topics is in {file}.")

    with_services(write)


@commands.command("import")
def take_in(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Puts the topics of a file in force, if nobody has changed them since it was exported."""
    wanted = read_taxonomy(file)

    async def read_in(services: Services) -> None:
        async with services.database.write() as session:
            changed = await change_topics(session, services.region_id, wanted, version=wanted.version, changed_by=None, now=services.now())
        print(f"Version {changed.version} of the topics is in force.")

    with_services(read_in)
