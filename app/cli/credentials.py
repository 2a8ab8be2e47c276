"""`otklik credential …`: keep, show and try the keys to the networks."""

import asyncio
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Services
from app.cli.running import fail, page, with_services
from app.domain.errors import InvalidInput
from app.storage import credentials
from app.storage.calls.quotas import ANY_METHOD, CredentialUse
from app.usecases.check_credential import check_credential

commands = typer.Typer(no_args_is_help=True, help="Keys to the networks, encrypted at rest and never printed.")


@commands.command("add")
def add(kind: str, name: Annotated[str, typer.Option(help="Under which it is listed.")]) -> None:
    """Stores a key read from standard input, encrypted. Kinds: vk_service, vk_community, ok_app, telegram_bot, viber_bot …"""
    print(with_services(lambda services: add_credential(services, kind, name)))


@commands.command("list")
def show_all() -> None:
    """Which keys there are, how they stand with their network and what they have called, without the keys."""
    page().print(with_services(list_credentials))


@commands.command("check")
def check() -> None:
    """Makes a few cheap calls with each key and says what it may do; ends with 1 when one is dead."""
    table, is_any_dead = with_services(check_credentials)
    page().print(table)
    if is_any_dead:
        fail("A key is dead: make a new one at the network, `otklik credential remove` the old and `otklik credential add` the new.")


@commands.command("remove")
def remove(kind: str, name: Annotated[str, typer.Option(help="As it is listed.")]) -> None:
    """Forgets a key."""

    async def forget(services: Services) -> None:
        async with services.database.write() as session:
            await credentials.remove(session, kind=kind, name=name)
        print(f"Removed {kind} {name}.")

    with_services(forget)


async def add_credential(services: Services, kind: str, name: str) -> str:
    """Stores the key that comes on standard input; says so."""
    kinds = services.connectors.kinds()
    if kind not in kinds:
        raise InvalidInput("kind", f"{kind} is no kind of credential; known are {', '.join(kinds)}.")
    if sys.stdin.isatty():
        print(f"Paste the key for {kind} and press Enter:", file=sys.stderr)
    secret = (await asyncio.to_thread(sys.stdin.readline if sys.stdin.isatty() else sys.stdin.read)).strip()
    if fault := services.connectors.fault_of(kind, secret) if secret else "nothing came on standard input":
        raise InvalidInput("secret", f"This is no key of the kind {kind}: {fault}.")
    async with services.database.write() as session:
        await credentials.add(session, services.secret_box, kind=kind, name=name, secret=secret, now=services.now())
    if not services.settings.uses(kind):
        return f"Stored {kind} {name}. Keys of this kind are used once OTKLIK_VK_VIDEOS is true (docs/configuration.md)."
    return f"Stored {kind} {name}. Running workers take it up within 15 seconds; `otklik credential check` tells what it may do."


async def list_credentials(services: Services) -> Table:
    """Which keys there are, how they stand with their network and what they have called, without the keys."""
    table = Table("kind", "name", "state", "calls/s", "calls in 24 h", "refused")
    for one in await services.connectors.credentials_in_use():
        calls = ", ".join(f"{method} {use.window}" for method, use in sorted(one.methods.items()) if use.window)
        table.add_row(
            one.kind, one.name, state_of(one, services.now()), f"{one.rate:g} of {one.per_second}", calls, refused_to(one, services.now())
        )
    async with services.database.read() as session:
        for stored in await credentials.listed(session, services.secret_box):
            if stored.secret is None:
                table.add_row(stored.kind, stored.name, "encrypted under another OTKLIK_SECRET_KEY", "", "", "")
    return table


async def check_credentials(services: Services) -> tuple[Table, bool]:
    """What each key may do, asked of its network now, and whether one is dead."""
    table = Table("kind", "name", "state", "may", "may not")
    is_any_dead = False
    async for network, credential, connector in services.connectors.checkers():
        checked = await check_credential(network, credential, connector)
        state = "dead" if checked.is_dead else "not checked" if checked.trouble else "works"
        refused = "; ".join(f"{capability} ({refusal})" for capability, refusal in checked.may_not)
        table.add_row(checked.kind, checked.name, state, ", ".join(checked.may), checked.trouble or refused)
        is_any_dead |= checked.is_dead
    return table, is_any_dead


def state_of(use: CredentialUse, now: datetime) -> str:
    """How a credential stands as a whole."""
    block = use.block(ANY_METHOD, now)
    if block is None:
        return "usable"
    until = "" if block.until is None else f" until {block.until:%Y-%m-%d %H:%M}Z"
    return f"{block.reason}{until}: {block.error}"


def refused_to(use: CredentialUse, now: datetime) -> str:
    """Which methods are refused to a credential."""
    return ", ".join(f"{one.method} ({one.reason})" for one in use.refused_methods(now))
