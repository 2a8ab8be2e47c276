"""When so many write of one thing that one answer should reach all of them: what is proposed to an operator as one mass incident.

A proposal is only that: people merge, or say that it is not one thing, and what they said is remembered.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, TypeVar

from app.domain.incident import IncidentId
from app.domain.likeness import HORIZON, SUGGESTED_FROM, Telling, compare, may_be_alike

Key = TypeVar("Key", bound=int)

MassId = NewType("MassId", int)

LEAST_MASS = 5
"""Incidents of different authors about one thing from which on a mass incident is proposed."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two that are likely about one thing, and how likely."""

    one: int
    other: int
    score: float


def links(tellings: Mapping[Key, Telling], *, score_from: float = SUGGESTED_FROM) -> Iterator[Link]:
    """Every pair within the horizon that is likely about one thing; quadratic in what was written within one horizon."""
    in_order = sorted(tellings.items(), key=lambda item: item[1].published_at)
    for first, (one, telling) in enumerate(in_order):
        for other, later in in_order[first + 1 :]:
            if later.published_at - telling.published_at > HORIZON:
                break
            if not may_be_alike(telling, later, score_from=score_from):
                continue
            score = compare(telling, later).score
            if score >= score_from:
                yield Link(one, other, score)


def masses(tellings: Mapping[Key, Telling], *, least: int = LEAST_MASS) -> list[frozenset[Key]]:
    """Groups by at least `least` authors of which each is linked to at least half of the others, the largest first.

    What has been merged into one counts with it. Chains do not make a group: of two streets without light the neighbours at
    the corner would join all.
    """
    near: dict[Key, set[Key]] = defaultdict(set)
    by_number = {int(key): key for key in tellings}
    for link in links(tellings):
        one, other = by_number[link.one], by_number[link.other]
        near[one].add(other)
        near[other].add(one)
    found: list[frozenset[Key]] = []
    taken: set[Key] = set()
    for core in sorted(near, key=lambda key: (-len(near[key]), key)):
        group = _tight(({core} | near[core]) - taken, near) if core not in taken else set()
        if len(group) > 1 and _voices(group, tellings) >= least:
            found.append(frozenset(group))
            taken |= group
    return sorted(found, key=lambda group: (-len(group), min(group)))


def _tight(group: set[Key], near: Mapping[Key, set[Key]]) -> set[Key]:
    """The group without those that are linked to fewer than half of the others."""
    while group:
        loose = min(group, key=lambda key: (len(near[key] & group), -key))
        if 2 * len(near[loose] & group) >= len(group) - 1:
            return group
        group = group - {loose}
    return group


def _voices(group: set[Key], tellings: Mapping[Key, Telling]) -> int:
    """How many people write of it: whoever repeats themselves counts once."""
    authors = {tellings[key].author or key for key in group}
    return len(authors) + sum(tellings[key].merged for key in group)


class MassState(StrEnum):
    """`merged` and `dismissed` are people's word; `over` is a proposal that fell apart by itself."""

    OPEN = "open"
    MERGED = "merged"
    DISMISSED = "dismissed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Incidents that were proposed as one, and what became of it."""

    id: MassId
    state: MassState
    incident_ids: frozenset[IncidentId]


@dataclass(slots=True)
class Settled:
    """What a look makes of the proposals: those that begin, those that go on with other incidents, those that fell apart."""

    new: list[frozenset[IncidentId]] = field(default_factory=list)
    kept: dict[MassId, frozenset[IncidentId]] = field(default_factory=dict)
    over: list[MassId] = field(default_factory=list)


def settle(found: Sequence[frozenset[IncidentId]], known: Sequence[Proposal], tellings: Mapping[IncidentId, Telling]) -> Settled:
    """Ties the groups of now to the proposals of before.

    What people have decided on is not proposed again: a group goes on without those incidents, and stands only if enough is
    left, or if the rest belongs to an incident under which others stand already.
    """
    decisions = (one.incident_ids for one in known if one.state in {MassState.MERGED, MassState.DISMISSED})
    decided: frozenset[IncidentId] = frozenset().union(*decisions)
    waiting = {one.id: one.incident_ids for one in known if one.state is MassState.OPEN}
    settled = Settled()
    for group in found:
        offered = _offered(group, decided, tellings)
        if not offered:
            continue
        same = max(waiting, key=lambda key: len(waiting[key] & offered), default=None)
        if same is not None and waiting[same] & offered:
            settled.kept[same] = offered
            del waiting[same]
        else:
            settled.new.append(offered)
    settled.over = list(waiting)
    return settled


def _offered(
    group: frozenset[IncidentId], decided: frozenset[IncidentId], tellings: Mapping[IncidentId, Telling]
) -> frozenset[IncidentId] | None:
    fresh, parents = group - decided, frozenset(key for key in group if tellings[key].merged)
    if not fresh - parents or (group & decided and not parents and _voices(set(fresh), tellings) < LEAST_MASS):
        return None
    return fresh | parents
