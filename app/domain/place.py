"""A place that a message names: where the words stand, and what in the gazetteer they can mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.territory import EntryId, EntryKind

SURE = 0.7
"""A candidate of this confidence is taken for meant; below it an operator is asked."""


class PlaceKind(StrEnum):
    SETTLEMENT = "settlement"
    DISTRICT = "district"
    STREET = "street"
    ADDRESS = "address"
    LANDMARK = "landmark"


KIND_OF = {
    EntryKind.TERRITORY: PlaceKind.SETTLEMENT,
    EntryKind.SETTLEMENT: PlaceKind.SETTLEMENT,
    EntryKind.DISTRICT: PlaceKind.DISTRICT,
    EntryKind.STREET: PlaceKind.STREET,
    EntryKind.LANDMARK: PlaceKind.LANDMARK,
}
"""What a place is that an entry of the gazetteer stands for, without a house."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a place may be, and the settlement or territory that lies in (itself, if it is one)."""

    entry_id: EntryId
    territory_id: EntryId | None
    confidence: float


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """`text[start:end]` says where; `house` only of an address. Without candidates it is a place that the gazetteer lacks."""

    start: int
    end: int
    surface: str
    kind: PlaceKind
    house: str | None
    candidates: tuple[Candidate, ...]

    @property
    def meant(self) -> Candidate | None:
        """The one candidate that is sure enough to act on; None where a person must choose."""
        return self.candidates[0] if self.candidates and self.candidates[0].confidence >= SURE else None


FINEST_FIRST = (PlaceKind.ADDRESS, PlaceKind.STREET, PlaceKind.LANDMARK, PlaceKind.DISTRICT, PlaceKind.SETTLEMENT)


def territory_of(places: Sequence[FoundPlace], page_territory: EntryId | None) -> EntryId | None:
    """Where a message is counted: where its finest place lies that is sure, or else where its page belongs."""
    found = [(FINEST_FIRST.index(place.kind), meant.territory_id) for place in places if (meant := place.meant) is not None]
    return next((territory for _, territory in sorted(found, key=lambda pair: pair[0]) if territory is not None), page_territory)
