"""The gazetteer of a region: the tree of its territories, and the settlements, streets and landmarks that residents name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, assert_never

EntryId = NewType("EntryId", int)

LONGEST_NAME = 120
LONGEST_CODE = 60
MOST_ALIASES = 20


class EntryKind(StrEnum):
    TERRITORY = "territory"
    SETTLEMENT = "settlement"
    DISTRICT = "district"
    STREET = "street"
    LANDMARK = "landmark"


COUNTED = frozenset({EntryKind.TERRITORY, EntryKind.SETTLEMENT})
"""What pages belong to and incidents are counted by."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A line of a gazetteer: `type` is the word that goes with the name («улица», «деревня»), `aliases` are other names of it."""

    line: int
    kind: EntryKind
    code: str
    parent: str | None
    name: str
    type: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored line; `parent_id` is the territory or settlement that it lies in."""

    id: EntryId
    kind: EntryKind
    code: str
    parent_id: EntryId | None
    name: str
    type: str
    aliases: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name with its type, as people write it: «улица Лесная», «Карьерный посёлок»."""
        return f"{self.type} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line of a gazetteer was left out."""

    line: int
    reason: str


def may_lie_in(kind: EntryKind) -> frozenset[EntryKind | None]:
    """What the parent of an entry may be; None is no parent."""
    match kind:
        case EntryKind.TERRITORY | EntryKind.SETTLEMENT:
            return frozenset({None, EntryKind.TERRITORY})
        case EntryKind.DISTRICT | EntryKind.STREET:
            return frozenset({EntryKind.SETTLEMENT})
        case EntryKind.LANDMARK:
            return frozenset({EntryKind.SETTLEMENT, EntryKind.TERRITORY})
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class Checked:
    """The lines that fit, parents before their children, and what is wrong with the others."""

    entries: Sequence[NewEntry]
    faults: Sequence[Fault]


def check_entries(lines: Iterable[NewEntry], stored: Mapping[str, NewEntry]) -> Checked:
    """Lines against each other and against what the region holds by code: one wrong line leaves out itself and what lies in it."""
    faults: list[Fault] = []
    given: dict[str, NewEntry] = {}
    for entry in lines:
        reason = _own_fault(entry, given)
        if reason is None:
            given[entry.code] = entry
        else:
            faults.append(Fault(entry.line, reason))
    known = {**stored, **given}
    fit: dict[str, NewEntry] = {}
    for entry in _parents_first(given, known):
        reason = _parent_fault(entry, known, fit, stored)
        if reason is None:
            fit[entry.code] = entry
        else:
            faults.append(Fault(entry.line, reason))
    twins = list(_twins(fit, stored))
    left_out = {code for code, _ in twins}
    faults += [fault for _, fault in twins]
    return Checked([entry for code, entry in fit.items() if code not in left_out], sorted(faults, key=lambda fault: fault.line))


def _own_fault(entry: NewEntry, given: Mapping[str, NewEntry]) -> str | None:
    twin = given.get(entry.code)
    if twin is not None:
        return f"the code {entry.code} stands in line {twin.line} already"
    if not 1 <= len(entry.code) <= LONGEST_CODE:
        return f"a code of 1 to {LONGEST_CODE} characters is needed"
    if not 1 <= len(entry.name) <= LONGEST_NAME:
        return f"a name of 1 to {LONGEST_NAME} characters is needed"
    if len(entry.aliases) > MOST_ALIASES:
        return f"more than {MOST_ALIASES} aliases"
    return None


def _parents_first(given: Mapping[str, NewEntry], known: Mapping[str, NewEntry]) -> list[NewEntry]:
    def depth(entry: NewEntry) -> int:
        steps, seen = 0, {entry.code}
        while entry.parent is not None and entry.parent in known and entry.parent not in seen:
            seen.add(entry.parent)
            entry, steps = known[entry.parent], steps + 1
        return steps

    return sorted(given.values(), key=depth)


def _parent_fault(
    entry: NewEntry, known: Mapping[str, NewEntry], fit: Mapping[str, NewEntry], stored: Mapping[str, NewEntry]
) -> str | None:
    parent = None if entry.parent is None else known.get(entry.parent)
    if entry.parent is not None and parent is None:
        return f"the parent {entry.parent} is unknown"
    if (None if parent is None else parent.kind) not in may_lie_in(entry.kind):
        allowed = " or ".join(sorted("nothing" if kind is None else f"a {kind}" for kind in may_lie_in(entry.kind)))
        return f"a {entry.kind} lies in {allowed}, not in {'nothing' if parent is None else f'the {parent.kind} {parent.code}'}"
    if _goes_round(entry, known):
        return "its parents go round in a circle"
    if parent is not None and parent.code not in fit and parent.code not in stored:
        return f"the parent {parent.code} in line {parent.line} was left out itself"
    return None


def _goes_round(entry: NewEntry, known: Mapping[str, NewEntry]) -> bool:
    seen = {entry.code}
    while entry.parent is not None and entry.parent in known:
        if entry.parent in seen:
            return True
        seen.add(entry.parent)
        entry = known[entry.parent]
    return False


def _twins(fit: Mapping[str, NewEntry], stored: Mapping[str, NewEntry]) -> Iterator[tuple[str, Fault]]:
    """Streets and settlements that have their kind, parent, type and name from another under a different code."""
    seen = {_identity(entry): entry for code, entry in stored.items() if code not in fit}
    for entry in sorted(fit.values(), key=lambda entry: entry.line):
        twin = seen.setdefault(_identity(entry), entry)
        if twin is not entry:
            where = f"in line {twin.line}" if twin.code in fit else "in the region"
            yield (
                entry.code,
                Fault(entry.line, f"{entry.type} {entry.name} of {entry.parent or 'the region'} stands {where} as {twin.code}"),
            )


def _identity(entry: NewEntry) -> tuple[str, ...]:
    return (entry.kind, entry.parent or "", entry.type.casefold(), entry.name.casefold().replace("ё", "е"))
