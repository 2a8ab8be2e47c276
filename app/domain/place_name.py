"""Names of places that operators teach: what residents call an entry of the gazetteer, and the gazetteer does not."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from app.domain.place import PlaceKind
from app.domain.territory import LONGEST_NAME, EntryId

TaughtNameId = NewType("TaughtNameId", int)

FEWEST_TIMES = 2
"""Incidents in which words that looked like no place must have been said to be one, before they count as a name by themselves."""
HOUSE_WORDS = r"(?:д\.?|дом(?:а|е|у|ом)?|№)"


class NameState(StrEnum):
    """Offered to an administrator, found in texts from now on, or refused for good."""

    OFFERED = "offered"
    USED = "used"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TaughtName:
    """Words that mean an entry; `kind` is what the finder took them for, None where it saw no place in them."""

    name: str
    kind: PlaceKind | None
    entry_id: EntryId


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of a message, with the house in them, and what the finder took them for; None: it saw no place there.

    `is_listed`: the gazetteer has them as the name of something else.
    """

    surface: str
    house: str | None
    kind: PlaceKind | None
    is_listed: bool = False


def bare_name(spoken: Spoken) -> str | None:
    """The words without their house; None where nothing, or too much, is left to be a name."""
    name = spoken.surface if spoken.house is None else _without_house(spoken.surface, spoken.house)
    tidy = " ".join(name.split()).strip(" ,.;:!?")
    return tidy if len(tidy) > 1 and len(tidy) <= LONGEST_NAME else None


def _without_house(surface: str, house: str) -> str:
    number = r"\s*".join(re.escape(part) for part in house.split())
    behind = re.sub(rf"[\s,]*{HOUSE_WORDS}?\s*{number}\s*$", "", surface, flags=re.IGNORECASE)
    if behind != surface:
        return behind
    return re.sub(
        rf"^\s*{HOUSE_WORDS}?\s*{number}(?:-?[йи])?\s*(?:{HOUSE_WORDS}\s*)?,?\s*(?:(?:по|на)\s+)?", "", surface, flags=re.IGNORECASE
    )


def state_of(known: NameState, spoken: Spoken, name: str, times: int) -> NameState:
    """The state of a name that was taught `times`: what an administrator refused stays so; what looks like a place, and is the name of

    nothing else, counts at once; other words when two incidents speak for them; a single word that looked like no place waits for an
    administrator.
    """
    if known in {NameState.REFUSED, NameState.USED}:
        return known
    is_new = spoken.kind is not None and not spoken.is_listed
    if is_new or (times >= FEWEST_TIMES and (spoken.kind is not None or " " in name)):
        return NameState.USED
    return NameState.OFFERED
