"""When so many write of one thing that one answer should reach all of them: what is proposed to an operator as one mass incident."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.domain.likeness import HORIZON, SUGGESTED_FROM, Telling, compare

Key = TypeVar("Key", bound=int)

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
            score = compare(telling, later).score
            if score >= score_from:
                yield Link(one, other, score)


def masses(tellings: Mapping[Key, Telling], *, least: int = LEAST_MASS) -> list[frozenset[Key]]:
    """Groups of at least `least` of which each is linked to at least half of the others, the largest first.

    Chains do not make a group: of two streets without light the neighbours at the corner would join all.
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
        if len(group) >= least:
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
