"""The `otklik` command. Exit codes: 0 done; 1 failed, with a line that says why and what to do; 2 wrong usage."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.bootstrap import CannotStart, Services, migrated_database, remote_endpoint, running_services, sole_user
from app.classifier.commands import classify_lines, evaluate_files, train_files
from app.classifier.topics import read_taxonomy, write_taxonomy
from app.credential_commands import add_credential, check_credentials, list_credentials
from app.demo.run import run_demo
from app.domain.errors import DomainError
from app.domain.operator import Role
from app.domain.polling_due import Interval
from app.domain.source import SourceId
from app.gazetteer_commands import gazetteer_commands
from app.processes import run_processes
from app.push_commands import PushChoice, choose_push
from app.replay_commands import add_replay
from app.settings import Settings, SettingsInvalid, load_settings
from app.simulation.report import simulate_polling, write_polls
from app.simulation.trace import read_trace
from app.storage import authorities, credentials, gazetteer, operators, sources
from app.storage.embedded import EmbeddedDatabaseError
from app.storage.engine import DATABASE_ERRORS, DatabaseUnfit, explain
from app.telemetry.logs import configure_logs
from app.usecases.add_source import Networks, add_source, resolve_page
from app.usecases.change_topics import change_topics, topics_in_force
from app.usecases.create_token import create_token
from app.usecases.import_sources import import_sources, read_lines
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.set_password import set_password
from connectors.sdk.errors import ConnectorError

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
token_commands = typer.Typer(no_args_is_help=True, help="Keys to the REST API.")
operator_commands = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")
source_commands = typer.Typer(no_args_is_help=True, help="The registry of watched pages.")
credential_commands = typer.Typer(no_args_is_help=True, help="Keys to the networks, encrypted at rest and never printed.")
topic_commands = typer.Typer(no_args_is_help=True, help="What messages can be about.")
cli.add_typer(token_commands, name="token")
cli.add_typer(operator_commands, name="operator")
cli.add_typer(source_commands, name="source")
cli.add_typer(credential_commands, name="credential")
cli.add_typer(topic_commands, name="topics")

Result = TypeVar("Result")
EXPECTED = (CannotStart, SettingsInvalid, EmbeddedDatabaseError, DatabaseUnfit, DomainError, ConnectorError)
Port = Annotated[int | None, typer.Option(help="Instead of OTKLIK_PORT.", min=0, max=65535)]


def main() -> None:
    """Runs the command; an expected failure is a sentence on the error stream, without a traceback."""
    try:
        cli()
    except EXPECTED as error:
        fail(str(error))
    except DATABASE_ERRORS as error:
        fail(f"The database cannot be used: {explain(error)}")


def fail(reason: str) -> None:
    """Says why on the error stream and ends with code 1."""
    print(reason, file=sys.stderr)
    sys.exit(1)


def settings_in_force(**overrides: object) -> Settings:
    """Settings with the command's own options over them, and logs that follow them."""
    settings = load_settings(**{name: value for name, value in overrides.items() if value is not None})
    configure_logs(settings.log_format)
    return settings


def page() -> Console:
    """Where tables go: as wide as the terminal, and wide enough for a file."""
    return Console(width=None if sys.stdout.isatty() else 160)


def run_to_end(action: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine on the quick event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(action)


def with_services(action: Callable[[Services], Awaitable[Result]]) -> Result:
    """The result of one action, for commands that do a single thing."""

    async def run() -> Result:
        async with running_services(settings_in_force()) as services:
            return await action(services)

    return run_to_end(run())


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the console and the API answer.", min=0, max=65535)] = 8000,
    speed: Annotated[float, typer.Option(help="Recorded seconds per real second.", min=1, max=3600)] = 60,
) -> None:
    """A whole town on this machine: emulated networks, residents, bodies of different diligence."""
    run_to_end(run_demo(port=port, speed=speed))


@cli.command()
def run(port: Port = None) -> None:
    """Web and worker in one process."""
    settings = settings_in_force(port=port)
    with sole_user(settings):
        run_to_end(run_processes(settings, web=True, worker=True))


@cli.command()
def web(port: Port = None) -> None:
    """REST, console, metrics and health alone."""
    run_to_end(run_processes(settings_in_force(port=port), web=True, worker=False))


@cli.command()
def worker() -> None:
    """A worker alone; any number of them share the work."""
    run_to_end(run_processes(settings_in_force(), web=False, worker=True))


@cli.command()
def migrate() -> None:
    """Brings the database to the newest schema."""

    async def bring() -> None:
        async with migrated_database(settings_in_force()):
            print("The database has the newest schema.")

    run_to_end(bring())


@token_commands.command("create")
def token_create(
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    name: Annotated[str, typer.Option(help="Who or what it is for.")],
) -> None:
    """Prints a new token alone on the last line; it is stored hashed and cannot be shown again."""

    async def create(services: Services) -> str:
        async with services.database.write() as session:
            return (await create_token(session, name, role, now=services.now())).secret

    print(with_services(create))


@operator_commands.command("add")
def operator_add(
    login: str,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option(help="As colleagues see them.")],
) -> None:
    """Lets somebody sign in to the console; the password is read from standard input. Again for the same name: a new password."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline()

    async def add(services: Services) -> None:
        async with services.database.write() as session:
            found = await operators.ensure(session, name, role, now=services.now())
        await set_password(services.database, found.operator.id, login=login, password=password.rstrip("\n"))
        print(f"{name} may sign in as {login} with the role {found.operator.role}.")

    with_services(add)


@source_commands.command("add", context_settings={"ignore_unknown_options": True})  # so that "-1" is a link
def source_add(
    url: str,
    authority: Annotated[str | None, typer.Option(help="The body that answers there; registered if new.")] = None,
    official: Annotated[bool, typer.Option("--official", help="The page itself speaks for an authority.")] = False,
    territory: Annotated[str | None, typer.Option(help="The code in the gazetteer of the territory that it belongs to.")] = None,
) -> None:
    """Watches a page: any form of its link, `@name` or number."""

    async def add(services: Services) -> str:
        page = await resolve_page(Networks(services.plugins, services.connectors.connector_for), url)
        region = services.region_id
        async with services.database.write() as session:
            body = await authorities.ensure(session, region, authority) if authority else None
            place = await gazetteer.territory_of_code(session, region, territory) if territory else None
            await add_source(session, region, page, official=official, authority_id=body, territory_id=place, now=services.now())
        return f"Watching {page.name} ({page.url})."

    print(with_services(add))


@source_commands.command("import")
def source_import(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Watches the pages of a CSV with the columns url, official, authority; every line that fails is named."""

    async def read_in(services: Services) -> int:
        lines = read_lines(file.read_text(encoding="utf-8-sig"))
        networks = Networks(services.plugins, services.connectors.connector_for)
        problems = 0
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task(file.name, total=len(lines))
            async for line in import_sources(services.database, services.region_id, networks, lines, now=services.now):
                progress.advance(bar)
                if line.problem is not None:
                    problems += 1
                    print(f"{file}:{line.line.number}: {line.line.url}: {line.problem}", file=sys.stderr)
        print(f"{len(lines) - problems} of {len(lines)} pages are watched.")
        return problems

    if with_services(read_in):
        sys.exit(1)


@source_commands.command("list")
def source_list() -> None:
    """Every watched page with its health."""

    async def show(services: Services) -> None:
        table = Table("id", "page", "address", "state", "last success", "trouble")
        async with services.database.read() as session:
            after = None
            while found := await sources.listed(session, services.region_id, after=after):
                for one in found:
                    state = one.source.status if one.paused_reason is None else f"{one.source.status}: {one.paused_reason}"
                    success = "" if one.last_success_at is None else f"{one.last_success_at:%Y-%m-%d %H:%M}Z"
                    table.add_row(str(one.source.id), one.source.name, one.source.url, state, success, one.last_error or "")
                after = found[-1].source.id
        page().print(table)

    with_services(show)


@source_commands.command("push")
def source_push(
    source_id: Annotated[int, typer.Argument(help="As `otklik source list` shows it.", min=1)],
    callback: Annotated[str | None, typer.Option(help="Our address as the network reaches it: https://otklik.example.ru")] = None,
    long_poll: Annotated[bool, typer.Option("--long-poll", help="We fetch: for servers that the network cannot reach.")] = False,
    direct_messages: Annotated[bool, typer.Option("--direct-messages", help="Private messages to the page as well.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say whether events arrive; exit code 1 when they are not relied on.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Poll only, from now on.")] = False,
) -> None:
    """Has the network push a page's news, with a stored key of that page (vk_community, with the right to manage it)."""
    if sum((callback is not None, long_poll, check, off)) != 1:
        raise typer.BadParameter("Give one of --callback URL, --long-poll, --check and --off.")

    async def push(services: Services) -> tuple[list[str], bool]:
        chosen = PushChoice(SourceId(source_id), callback, long_poll=long_poll, check=check, direct_messages=direct_messages)
        return await choose_push(services, chosen)

    lines, is_well = with_services(push)
    print("\n".join(lines))
    if not is_well:
        sys.exit(1)


@credential_commands.command("add")
def credential_add(kind: str, name: Annotated[str, typer.Option(help="Under which it is listed.")]) -> None:
    """Stores a key read from standard input, encrypted. Kinds: vk_service, vk_community, ok_app …"""
    print(with_services(lambda services: add_credential(services, kind, name)))


@credential_commands.command("list")
def credential_list() -> None:
    """Which keys there are, how they stand with their network and what they have called, without the keys."""
    page().print(with_services(list_credentials))


@credential_commands.command("check")
def credential_check() -> None:
    """Makes a few cheap calls with each key and says what it may do; ends with 1 when one is dead."""
    table, is_any_dead = with_services(check_credentials)
    page().print(table)
    if is_any_dead:
        fail("A key is dead: make a new one at the network, `otklik credential remove` the old and `otklik credential add` the new.")


@credential_commands.command("remove")
def credential_remove(kind: str, name: Annotated[str, typer.Option(help="As it is listed.")]) -> None:
    """Forgets a key."""

    async def remove(services: Services) -> None:
        async with services.database.write() as session:
            await credentials.remove(session, kind=kind, name=name)
        print(f"Removed {kind} {name}.")

    with_services(remove)


@topic_commands.command("export")
def topics_export(file: Annotated[Path, typer.Argument(dir_okay=False)]) -> None:
    """Writes the topics in force as JSON, to be edited and imported again."""

    async def write(services: Services) -> None:
        async with services.database.read() as session:
            taxonomy = await topics_in_force(session, services.region_id)
        write_taxonomy(taxonomy, file)
        print(f"Version {taxonomy.version} of the topics is in {file}.")

    with_services(write)


@topic_commands.command("import")
def topics_import(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Puts the topics of a file in force, if nobody has changed them since it was exported."""
    wanted = read_taxonomy(file)

    async def read_in(services: Services) -> None:
        async with services.database.write() as session:
            changed = await change_topics(session, services.region_id, wanted, version=wanted.version, changed_by=None, now=services.now())
        print(f"Version {changed.version} of the topics is in force.")

    with_services(read_in)


cli.add_typer(gazetteer_commands(with_services), name="gazetteer")
add_replay(cli, with_services)


@cli.command()
def classify() -> None:
    """JSON Lines in, verdicts out, in order; a line that cannot be read is named on the error stream and left out."""
    if classify_lines(sys.stdin, sys.stdout, sys.stderr):
        sys.exit(1)


@cli.command()
def train(data: list[Path], out: Annotated[Path, typer.Option(help="The model file to write.")]) -> None:
    """Fits a model from labelled corpus folders or CSV files; the same data give the same file."""
    page().print(train_files(data, out).as_table())


@cli.command()
def evaluate(
    data: list[Path],
    model: Annotated[Path | None, typer.Option(help="Another model file than the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Of the model at OTKLIK_CLASSIFIER_URL instead.")] = False,
) -> None:
    """Prints the quality of the model on labelled data; rows that are wrong are named on the error stream and left out."""
    endpoint = remote_endpoint(settings_in_force()) if remote else None
    if remote and endpoint is None:
        fail("OTKLIK_CLASSIFIER_URL is not set: there is no other classifier to measure.")
    report = evaluate_files(data, model, endpoint)
    if as_json:
        print(report.as_json())
    else:
        page().print(report.as_table())


@cli.command("simulate-polling")
def simulate(
    trace: Annotated[Path, typer.Option(help="source,published_at in Unix seconds, sorted by time.", exists=True, dir_okay=False)],
    calls_per_day: Annotated[int, typer.Option(help="The budget of any 24 hours.", min=1)],
    polls: Annotated[Path | None, typer.Option(help="Where to write every poll as source,polled_at.", dir_okay=False)] = None,
    learn_days: Annotated[float, typer.Option(help="Messages of so many first days are not evaluated.", min=0)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Runs the polling planner over a recorded trace, beside the uniform plan and the best static one known in hindsight."""
    settings = settings_in_force()
    bounds = Interval(timedelta(seconds=settings.poll_min_seconds), timedelta(seconds=settings.poll_max_seconds))
    recorded = read_trace(trace)
    report, planned = simulate_polling(recorded, calls_per_day, bounds, learn_days)
    if polls is not None:
        write_polls(polls, recorded, planned)
    if as_json:
        print(report.as_json())
    else:
        page().print(report.as_table())


@cli.command("rebuild-statistics")
def rebuild(check: Annotated[bool, typer.Option("--check", help="Say what differs, change nothing.")] = False) -> None:
    """Recomputes all clocks from the event log and puts right what differs; with --check it only tells."""

    async def go_through(services: Services) -> tuple[int, int]:
        count, differences = 0, 0
        async for checked in rebuild_statistics(services.database, services.region_id, check_only=check, now=services.now()):
            count += checked.count
            differences += len(checked.differences)
            for one in checked.differences:
                print(f"incident {one.incident_id}: {', '.join(one.fields)}")
        return count, differences

    count, differences = with_services(go_through)
    print(f"{count} incidents: {differences or 'no'} difference{'s' if differences > 1 else ''}.")
    if check and differences:
        sys.exit(1)
