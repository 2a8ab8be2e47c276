"""`otklik demo`, `run`, `web`, `worker`, `migrate`: what starts a process or prepares its database.

What these run is imported when they run: the web framework takes longer to load than many another command to finish.
"""

from typing import Annotated

import typer

from app.bootstrap import migrated_database, sole_user
from app.cli.running import interruptible, run_to_end, settings_in_force
from app.settings import Settings
from app.storage.server.migrate import Standing, standing

commands = typer.Typer()
STANDINGS = {
    Standing.OURS: "The database has the newest schema.",
    Standing.NEWER: "The database has the schema of a later release, with which this one works: nothing was changed.",
}
Port = Annotated[int | None, typer.Option(help="Instead of OTKLIK_PORT.", min=0, max=65535)]


@commands.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the console and the API answer.", min=0, max=65535)] = 8000,
    speed: Annotated[float, typer.Option(help="Recorded seconds per real second.", min=1, max=3600)] = 60,
) -> None:
    """A whole town on this machine: emulated networks, residents, bodies of different diligence."""
    with interruptible():
        from app.demo.run import run_demo

    run_to_end(run_demo(port=port, speed=speed))


@commands.command()
def run(port: Port = None) -> None:
    """Web and worker in one process."""
    settings = settings_in_force(port=port)
    with sole_user(settings):
        _run(settings, web=True, worker=True)


@commands.command()
def web(port: Port = None) -> None:
    """REST, console, metrics and health alone."""
    _run(settings_in_force(port=port), web=True, worker=False)


@commands.command()
def worker() -> None:
    """A worker alone; any number of them share the work."""
    _run(settings_in_force(), web=False, worker=True)


@commands.command()
def migrate() -> None:
    """Brings the database to the newest schema."""

    async def bring() -> None:
        async with migrated_database(settings_in_force()) as database:
            print(STANDINGS[await standing(database.engine)])

    run_to_end(bring())


def _run(settings: Settings, *, web: bool, worker: bool) -> None:
    with interruptible():
        from app.processes import run_processes

    run_to_end(run_processes(settings, web=web, worker=worker))
