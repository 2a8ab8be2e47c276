"""One call as the methods see it, and the table row that each method fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sdk.emulation.town import TownPage
from connectors.vk.emulator.parameters import Parameters
from connectors.vk.emulator.push import Pushes
from connectors.vk.emulator.refusals import Refusal, invalid
from connectors.vk.emulator.tokens import Token, TokenKind
from connectors.vk.emulator.wall import Wall
from connectors.vk.emulator.world import World

READERS = frozenset({TokenKind.SERVICE})
WRITERS = frozenset({TokenKind.COMMUNITY})
PEOPLE = frozenset({TokenKind.USER})
EVERYONE = READERS | WRITERS | PEOPLE


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted call. `guids` remembers comments by the keys against repeats: (community, guid) to comment id.

    `base_url` is where the caller found this VK.
    """

    world: World
    parameters: Parameters
    token: Token
    guids: dict[tuple[int, str], int]
    pushes: Pushes
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the kinds of token that its schema names."""

    kinds: frozenset[TokenKind]
    answer: Callable[[Call], Any]


def readable_wall(call: Call, owner_id: int) -> Wall | None:
    """The wall of a community that a stranger may read; `None` for a person, whose wall is empty in every town."""
    if owner_id > 0:
        if owner_id not in call.world.people:
            raise Refusal(18)
        return None
    page = existing_page(call.world, owner_id)
    if page.closed:
        raise Refusal(15, "this wall available only for community members")
    return call.world.walls[page.id]


def existing_page(world: World, owner_id: int) -> TownPage:
    """The community behind a negative id, refused when it was deleted or never was."""
    page = world.pages.get(-owner_id)
    if page is None:
        raise invalid("owner_id is incorrect")
    if page.deleted:
        raise Refusal(18)
    return page
