"""`otklik replay`."""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.progress import bar
from app.cli.running import with_services
from app.domain.source import SourceId
from app.storage.engine import Database
from app.storage.replay import differences, evidence
from app.storage.replay.differences import Difference
from app.storage.replay.evidence import Window
from app.storage.replay.schemas import drop_leftovers, replay_schema, schema_of
from app.usecases.replay import Replay, replay


@dataclass(frozen=True, slots=True)
class ReplayChoice:
    """What to replay and how to tell of it."""

    start: datetime
    end: datetime
    source_id: SourceId | None
    keep: bool
    as_json: bool


DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]

commands = typer.Typer()


@commands.command("replay")
def replay_kept(
    start: Annotated[datetime, typer.Option("--from", help="The first day or minute (UTC) to replay.", formats=DAYS)],
    end: Annotated[datetime, typer.Option("--to", help="Where to end, this moment left out (UTC).", formats=DAYS)],
    source: Annotated[int | None, typer.Option(help="Only this page, by its number.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the replayed schema for a closer look.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a difference, for machines.")] = False,
) -> None:
    """Takes kept answers of the networks in once more and prints what differs from the stored. Exit codes: 0 nothing, 1 something."""
    source_id = None if source is None else SourceId(source)
    chosen = ReplayChoice(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC), source_id, keep, as_json)
    if not with_services(lambda services: run_replay(services, chosen)):
        sys.exit(1)


async def run_replay(services: Services, chosen: ReplayChoice) -> bool:
    """Replays and prints what differs; whether nothing does."""
    for name in await drop_leftovers(services.database):
        typer.echo(f"Dropped {name}: a replay had been killed.", err=True)
    window = await _window(services, chosen)
    if window is None:
        typer.echo("No answer that could be read again was collected then.", err=True)
        return True
    async with replay_schema(services.database, keep=chosen.keep) as (name, made):
        async with services.database.read() as session:
            own = await schema_of(session)
        count = await _feed(services, window, made, quiet=chosen.as_json)
        differing = await _tell(made, window, name, own=own, as_json=chosen.as_json)
        summary = f"{count} answers from {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M}: {differing or 'no'} differences."
        typer.echo(summary, err=chosen.as_json)
        if chosen.keep:
            typer.echo(f"The replayed state stays in the schema kept_{name}; drop it when you have seen it.", err=True)
    return differing == 0


async def _window(services: Services, chosen: ReplayChoice) -> Window | None:
    """The asked-for time as far as there is evidence of it."""
    async with services.database.read() as session:
        begins = await evidence.begins(session, services.region_id)
    if begins is None or begins >= chosen.end:
        return None
    if begins > chosen.start:
        typer.echo(f"Answers can be read again from {begins:%Y-%m-%d %H:%M}Z on; what came before is taken as stored.", err=True)
    return Window(services.region_id, max(begins, chosen.start), chosen.end, chosen.source_id)


async def _feed(services: Services, window: Window, made: Database, *, quiet: bool) -> int:
    async with services.database.read() as session:
        count = await evidence.count_payloads(session, window)
    with bar("Replaying", count, quiet=quiet) as advance:
        connectors, database = services.connectors, services.database
        await replay(Replay(database, made, services.classifier, window, connectors.reader_for, advance))
    return count


async def _tell(made: Database, window: Window, name: str, *, own: str, as_json: bool) -> int:
    differing = 0
    async with made.write() as session:  # rows are streamed, which takes a transaction
        async for difference in differences.found(session, window, own=own, made=name):
            typer.echo(json.dumps(asdict(difference), ensure_ascii=False) if as_json else as_line(difference))
            differing += 1
        if excused := await differences.excused(session, window, own=own, made=name):
            typer.echo(f"{excused} messages stand in threads that cannot be read again as a whole and were not compared.", err=True)
        if erased := await differences.erased(session, window, own=own):
            typer.echo(
                f"{erased} of these were erased, by term or on request: what they said is kept nowhere, so nothing can tell.", err=True
            )
    return differing


def as_line(difference: Difference) -> str:
    """A difference as a line for people."""
    told = difference.stored is not None or difference.replayed is not None
    values = f": {difference.stored or 'none'} → {difference.replayed or 'none'}" if told else ""
    return f"{difference.about} {difference.place}: {difference.what}{values}"
