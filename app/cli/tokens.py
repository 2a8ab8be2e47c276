"""`otklik token …`"""

from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.running import with_services
from app.domain.operator import Role
from app.usecases.create_token import create_token

commands = typer.Typer(no_args_is_help=True, help="Keys to the REST API.")


@commands.callback()
def tokens() -> None:
    """Keys to the REST API."""


@commands.command("create")
def create(
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    name: Annotated[str, typer.Option(help="Who or what it is for.")],
) -> None:
    """Prints a new token alone on the last line; it is stored hashed and cannot be shown again."""

    async def make(services: Services) -> str:
        async with services.database.write() as session:
            return (await create_token(session, name, role, now=services.now())).secret

    print(with_services(make))
