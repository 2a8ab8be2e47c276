"""`otklik erase`."""

from collections.abc import Mapping
from typing import Annotated

import typer

from app.bootstrap import Services
from app.cli.running import with_services
from app.storage.privacy import footprints
from app.usecases.erase_author import Desk, erase_author, person_named, take_back

SAID: Mapping[str, str] = {
    "messages": "messages that they wrote",
    "incidents": "incidents (clocks and figures stay)",
    "answers": "official comments that answered nobody else",
    "mentions": "texts of others that name them",
    "payloads": "answers of the network as received (they cannot be replayed any more)",
    "events": "pushed events as received",
    "repeats": "answers kept for repeated requests",
}

commands = typer.Typer()


@commands.command("erase")
def erase(
    author: Annotated[str, typer.Option(help="Whose: https://vk.com/id501, https://ok.ru/profile/501, or network:id.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it; without this it is only counted.")] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Store again what they write from now on.")] = False,
) -> None:
    """Erases one person on request: texts, name and id wherever they stand. What they write later is not stored either."""

    async def run(services: Services) -> None:
        people = services.erased_people
        person, desk = person_named(people, author), Desk(services.database, services.region_id, people, None, services.now())
        if lift:
            lifted = await take_back(desk, person)
            print("What they write is stored again from now on." if lifted else "Nobody like that was erased: nothing to take back.")
            return
        counts = await erase_author(desk, person, confirmed=confirm)
        for name, what in SAID.items():
            print(f"{counts[name]:>8}  {what}")
        print("Erased." if confirm else "Nothing was changed: add --confirm to erase this for good.")
        async with services.database.read() as session:
            if kept := await footprints.kept_replays(session):
                print(f"Copies in kept replays are not looked at: drop {', '.join(kept)}.")

    with_services(run)
