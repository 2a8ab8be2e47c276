"""`otklik canary …`: a message of our own, sent through a test page and timed."""

import json
import secrets
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Services
from app.cli.running import page, with_services
from app.domain.canary import MARK, USUAL_TEXT, marked_text
from app.domain.source import SourceId
from app.usecases.add_source import Networks
from app.usecases.send_canary import send_canary
from app.usecases.watch_canary import Arrived, CanaryDesk, require_test_page, watch_canary

commands = typer.Typer(no_args_is_help=True, help="A message of our own, sent through a test page and timed.")

Page = Annotated[int, typer.Argument(metavar="SOURCE", help="A test page, as `otklik source list` shows it.", min=1)]
Patience = Annotated[float, typer.Option("--timeout", help="Seconds to wait for it to reach the queue.", min=0.1, max=86_400)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]


@commands.command("send")
def send(
    source_id: Page,
    text: Annotated[str, typer.Option(help="What is asked; a mark is put behind it.")] = USUAL_TEXT,
    wait: Annotated[bool, typer.Option(help="Wait for it and print its way.")] = True,
    timeout: Patience = 600,
    as_json: AsJson = False,
) -> None:
    """Writes a canary under the page's newest post, with the page's own stored key (vk_community, ok_app), and times it."""
    mark = new_mark()

    async def run(services: Services) -> Arrived | None:
        networks = Networks(services.plugins, services.connectors.connector_for)
        sent = await send_canary(desk_of(services), networks, SourceId(source_id), text, mark)
        typer.echo(f"Sent {mark}: {sent.url}", err=True)
        return await watch_canary(desk_of(services), SourceId(source_id), mark, patience=timedelta(seconds=timeout)) if wait else None

    arrived = with_services(run)
    if arrived is None:
        print(mark)
    else:
        tell(mark, arrived, as_json=as_json)


@commands.command("watch")
def watch(
    source_id: Page,
    mark: Annotated[
        str | None, typer.Option(help="The mark of a canary that is under way; a new one to be written by hand without.")
    ] = None,
    timeout: Patience = 600,
    as_json: AsJson = False,
) -> None:
    """Waits for a canary and prints its way to the queue; exit code 1 when it does not come in time."""
    if mark is not None and not MARK.fullmatch(mark):
        raise typer.BadParameter("A mark looks like otk-1a2b3c4d.", param_hint="--mark")
    chosen = mark or new_mark()

    async def run(services: Services) -> Arrived:
        found = await require_test_page(desk_of(services), SourceId(source_id))
        if mark is None:
            typer.echo(f"Write under a post of {found.source.url}: {marked_text(USUAL_TEXT, chosen)}", err=True)
        return await watch_canary(desk_of(services), SourceId(source_id), chosen, patience=timedelta(seconds=timeout))

    tell(chosen, with_services(run), as_json=as_json)


def new_mark() -> str:
    """A mark that nobody has used."""
    return f"otk-{secrets.token_hex(4)}"


def desk_of(services: Services) -> CanaryDesk:
    """What canaries are watched with."""
    return CanaryDesk(services.database, services.region_id, services.now)


def tell(mark: str, arrived: Arrived, *, as_json: bool) -> None:
    """Prints the canary's way, step by step."""
    if as_json:
        way = [asdict(stage) | {"at": stage.at.isoformat().replace("+00:00", "Z")} for stage in arrived.stages]
        print(json.dumps({"mark": mark, "url": arrived.seen.url, "total_seconds": arrived.total_seconds, "stages": way}))
        return
    table = Table("step", "at", "after", title=f"{mark} · {arrived.seen.url}")
    for stage in arrived.stages:
        table.add_row(stage.name, f"{stage.at:%H:%M:%S.%f}"[:-3] + "Z", f"+{stage.seconds:.3f} s")
    table.add_row("in all", "", f"{arrived.total_seconds:.3f} s")
    if arrived.seen.timing is None:
        table.caption = "The reading's own moments were not noted: it was published before the watch of the page began."
    page().print(table)
