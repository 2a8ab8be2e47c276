"""One call as the methods see it, and the table row that each method fills."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from connectors.ok.emulator.keys import Gate, Key
from connectors.ok.emulator.parameters import Parameters
from connectors.ok.emulator.quirks import Quirks
from connectors.ok.emulator.refusals import Refusal, invalid
from connectors.ok.emulator.wall import Order
from connectors.ok.emulator.world import World
from connectors.sdk.emulation.town import TownPage

BASIC: frozenset[str] = frozenset({"VALUABLE_ACCESS"})
WRITING = BASIC | {"GROUP_CONTENT"}


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted call. `administered` are the pages whose administrator the token's owner is."""

    world: World
    gate: Gate
    key: Key
    parameters: Parameters
    quirks: Quirks
    administered: Collection[int]


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the rights that an application needs for it."""

    rights: frozenset[str]
    answer: Callable[[Call], Any]


def open_page(world: World, page_id: int) -> TownPage:
    """The page, refused when a stranger may not read it."""
    page = world.replay.pages.get(page_id)
    if page is None:
        raise Refusal(160, f"Invalid group id [{page_id}]")
    if page.deleted:
        raise Refusal(300, "Group is not found")
    if page.closed:
        raise Refusal(456, "Access to the group is restricted")
    return page


def write_anchor(place: Order) -> str:
    """A place in a list as an anchor that says nothing to the caller."""
    return b64encode(f"{place[0]}:{place[1]}".encode()).decode()


def read_anchor(anchor: str) -> Order:
    try:
        milliseconds, number = b64decode(anchor, validate=True).decode("ascii").split(":")
        return int(milliseconds), int(number)
    except ValueError:
        raise invalid("anchor", anchor) from None
