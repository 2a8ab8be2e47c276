"""`otklik rebuild-statistics`."""

import sys
from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.progress import bar
from app.cli.running import with_services
from app.storage import incidents
from app.usecases.rebuild_statistics import rebuild_statistics

commands = typer.Typer()


@commands.command("rebuild-statistics")
def rebuild(check: Annotated[bool, typer.Option("--check", help="Say what differs, change nothing.")] = False) -> None:
    """Recomputes all clocks from the event log and puts right what differs; with --check it only tells."""

    async def go_through(services: Services) -> tuple[int, int]:
        count, differences = 0, 0
        async with services.database.read() as session:
            total = await incidents.count(session, services.region_id)
        with bar("Recomputing", total) as advance:
            async for checked in rebuild_statistics(services.database, services.region_id, check_only=check, now=services.now()):
                count += checked.count
                differences += len(checked.differences)
                advance(checked.count)
                for one in checked.differences:
                    print(f"incident {one.incident_id}: {', '.join(one.fields)}")
        return count, differences

    count, differences = with_services(go_through)
    print(f"{count} incidents: {differences or 'no'} difference{'s' if differences > 1 else ''}.")
    if check and differences:
        sys.exit(1)
