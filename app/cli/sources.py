"""`otklik source …`: the registry of watched pages."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Services
from app.cli.progress import bar
from app.cli.push import PushChoice, choose_push
from app.cli.running import page, with_services
from app.domain.source import SourceId
from app.storage import authorities, gazetteer, sources
from app.usecases.add_source import Networks, add_source, resolve_page
from app.usecases.change_source import SourceChange, change_source
from app.usecases.import_sources import import_sources, read_lines

commands = typer.Typer(no_args_is_help=True, help="The registry of watched pages.")


@commands.command("add", context_settings={"ignore_unknown_options": True})  # so that "-1" is a link
def add(
    url: str,
    authority: Annotated[str | None, typer.Option(help="The body that answers there; registered if new.")] = None,
    official: Annotated[bool, typer.Option("--official", help="The page itself speaks for an authority.")] = False,
    territory: Annotated[str | None, typer.Option(help="The code in the gazetteer of the territory that it belongs to.")] = None,
    test: Annotated[
        bool, typer.Option("--test", help="A page of your own for `otklik canary`: read like any other, counted nowhere.")
    ] = False,
) -> None:
    """Watches a page: any form of its link, `@name` or number."""

    async def watch(services: Services) -> str:
        networks = Networks(services.plugins, services.connectors.connector_for)
        page = await resolve_page(networks, url)
        region = services.region_id
        async with services.database.write() as session:
            body = await authorities.ensure(session, region, authority) if authority else None
            place = await gazetteer.territory_of_code(session, region, territory) if territory else None
            added = await add_source(
                session, region, page, official=official, authority_id=body, territory_id=place, test=test, now=services.now()
            )
        advice = f" Its network only tells: run `otklik source push {added}` next." if page.wall.network in networks.only_push() else ""
        return f"Watching {page.name} ({page.url}) as {added}.{advice}"

    print(with_services(watch))


@commands.command("import")
def take_in(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Watches the pages of a CSV with the columns url, official, authority; every line that fails is named."""

    async def read_in(services: Services) -> int:
        lines = read_lines(file.read_text(encoding="utf-8-sig"))
        networks = Networks(services.plugins, services.connectors.connector_for)
        problems = 0
        with bar(file.name, len(lines)) as advance:
            async for line in import_sources(services.database, services.region_id, networks, lines, now=services.now):
                advance(1)
                if line.problem is not None:
                    problems += 1
                    print(f"{file}:{line.line.number}: {line.line.url}: {line.problem}", file=sys.stderr)
        print(f"{len(lines) - problems} of {len(lines)} pages are watched.")
        return problems

    if with_services(read_in):
        sys.exit(1)


@commands.command("list")
def show_all() -> None:
    """Every watched page with its health."""

    async def show(services: Services) -> None:
        table = Table("id", "page", "address", "state", "last success", "trouble")
        async with services.database.read() as session:
            after = None
            while found := await sources.listed(session, services.region_id, after=after):
                for one in found:
                    state = one.source.status if one.paused_reason is None else f"{one.source.status}: {one.paused_reason}"
                    state += ", test" if one.source.test else ""
                    success = "" if one.last_success_at is None else f"{one.last_success_at:%Y-%m-%d %H:%M}Z"
                    table.add_row(str(one.source.id), one.source.name, one.source.url, state, success, one.last_error or "")
                after = found[-1].source.id
        page().print(table)

    with_services(show)


@commands.command("test")
def flag_test(
    source_id: Annotated[int, typer.Argument(help="As `otklik source list` shows it.", min=1)],
    off: Annotated[bool, typer.Option("--off", help="A page like any other again, with what residents have asked there.")] = False,
) -> None:
    """Makes a watched page a test page: read like any other, counted in no queue, statistics, metrics or alarms."""

    async def flag(services: Services) -> None:
        async with services.database.write() as session:
            change = SourceChange(test=not off)
            await change_source(session, services.region_id, SourceId(source_id), change, version=None, now=services.now())

    with_services(flag)
    print(f"The page {source_id} counts like any other." if off else f"The page {source_id} is a test page.")


@commands.command("push")
def push(
    source_id: Annotated[int, typer.Argument(help="As `otklik source list` shows it.", min=1)],
    callback: Annotated[str | None, typer.Option(help="Our address as the network reaches it: https://otklik.example.ru")] = None,
    long_poll: Annotated[bool, typer.Option("--long-poll", help="We fetch: for servers that the network cannot reach.")] = False,
    direct_messages: Annotated[bool, typer.Option("--direct-messages", help="Private messages to the page as well.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say whether events arrive; exit code 1 when they are not relied on.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Poll only, from now on.")] = False,
) -> None:
    """Has the network push a page's news, by a key of that page (vk_community with the right to manage it, telegram_bot, viber_bot)."""
    if sum((callback is not None, long_poll, check, off)) != 1:
        raise typer.BadParameter("Give one of --callback URL, --long-poll, --check and --off.")

    async def choose(services: Services) -> tuple[list[str], bool]:
        chosen = PushChoice(SourceId(source_id), callback, long_poll=long_poll, check=check, direct_messages=direct_messages)
        return await choose_push(services, chosen)

    lines, is_well = with_services(choose)
    print("\n".join(lines))
    if not is_well:
        sys.exit(1)
