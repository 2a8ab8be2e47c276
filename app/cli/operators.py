"""`otklik operator …`"""

import sys
from typing import Annotated

import typer
from rich.table import Table

from app.bootstrap import Services
from app.cli.running import page, with_services
from app.domain.operator import Role
from app.storage.access import operators
from app.usecases.set_password import let_in
from app.usecases.shut_out import shut_out

commands = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")


@commands.callback()
def people() -> None:
    """People who sign in to the console."""


@commands.command("add")
def add(
    login: str,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option(help="As colleagues see them.")],
) -> None:
    """Lets somebody sign in to the console; the password is read from standard input. Again for the same name: anew, under this role."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline()

    async def admit(services: Services) -> None:
        await let_in(services.database, name, role, login=login, password=password.rstrip("\n"), now=services.now())
        print(f"{name} may sign in as {login} with the role {role}.")

    with_services(admit)


@commands.command("list")
def show() -> None:
    """Who may come in, by password or token, and under which role."""

    async def read(services: Services) -> None:
        async with services.database.read() as session:
            found = await operators.listed(session)
        table = Table("name", "login", "role", "tokens", "shut out since")
        for one in found:
            operator, since = one.registered.operator, one.registered.disabled_at
            table.add_row(operator.name, one.login or "", operator.role, str(one.token_count), f"{since:%Y-%m-%d %H:%MZ}" if since else "")
        page().print(table)

    with_services(read)


@commands.command("disable")
def disable(who: Annotated[str, typer.Argument(help="The name or the login.")]) -> None:
    """Shuts somebody out at once, by password and token; what they did keeps their name. `operator add` lets them in again."""

    async def shut(services: Services) -> None:
        await shut_out(services.database, who, now=services.now())
        print(f"{who} may come in no more.")

    with_services(shut)
