"""`otklik operator …`"""

import sys
from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.running import with_services
from app.domain.operator import Role
from app.storage.access import operators
from app.usecases.set_password import set_password

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
    """Lets somebody sign in to the console; the password is read from standard input. Again for the same name: a new password."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline()

    async def let_in(services: Services) -> None:
        async with services.database.write() as session:
            found = await operators.ensure(session, name, role, now=services.now())
        await set_password(services.database, found.operator.id, login=login, password=password.rstrip("\n"))
        print(f"{name} may sign in as {login} with the role {found.operator.role}.")

    with_services(let_in)
