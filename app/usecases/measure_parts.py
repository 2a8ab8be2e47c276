"""Measures where residents' waits pass: before we see a question, before a body is given it, and with each body."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId
from app.domain.statistics import Figures, Wait, exact, figures_of, working_clock
from app.domain.wait_parts import Part, PartKind, parts_of
from app.domain.working_time import Calendar
from app.storage import wait_parts
from app.storage.regions import RegionId
from app.storage.wait_parts import HeldWait
from app.usecases.measure_answers import Period

Length = Callable[[datetime, datetime], float]
"""The seconds between two moments, by the clock that was asked for."""


@dataclass(frozen=True, slots=True)
class PartsOfGroup:
    """How long each part takes. `key` and `name` are those of a body, `None` for what no body had."""

    key: int | None
    name: str | None
    figures: Mapping[PartKind, Figures]


@dataclass(frozen=True, slots=True)
class MeasuredParts:
    """The parts of all waits, and of those that each body had to do with, by name."""

    total: PartsOfGroup
    groups: Sequence[PartsOfGroup]


@dataclass(slots=True)
class _Found:
    """Waits for the end of a part. One that the answer cut short, or that still lasts, is known to be no shorter."""

    waits: dict[PartKind, list[Wait]] = field(default_factory=lambda: {kind: [] for kind in PartKind})

    def figures(self) -> Mapping[PartKind, Figures]:
        return {kind: figures_of(found) for kind, found in self.waits.items()}


async def measure_parts(
    session: AsyncSession, region_id: RegionId, period: Period, *, calendar: Calendar | None, now: datetime
) -> MeasuredParts:
    """The parts on the calendar's working time, or in plain time without one.

    The way of a question to a body is told of the body that had it first, the time with a body of everyone that held it: a body that
    passed it on is known to have had it so long without an answer.
    """
    found = await wait_parts.held_waits(session, region_id, since=period.since, until=period.until, now=now)
    total, groups = await asyncio.to_thread(_measure, found, calendar)
    names = await wait_parts.names_of(session, region_id, [key for key in groups if key is not None])
    named = [PartsOfGroup(key, None if key is None else names[key], figures) for key, figures in groups.items()]
    ordered = sorted(named, key=lambda group: (group.name is None, group.name or "", group.key or 0))
    return MeasuredParts(PartsOfGroup(None, None, total), ordered)


def _measure(
    found: Sequence[HeldWait], calendar: Calendar | None
) -> tuple[Mapping[PartKind, Figures], Mapping[AuthorityId | None, Mapping[PartKind, Figures]]]:
    length, total = _length_by(found, calendar), _Found()
    groups: dict[AuthorityId | None, _Found] = defaultdict(_Found)
    for one in found:
        parts = parts_of(one.started_at, one.collected_at, one.ended_at, one.custody)
        first = next((part.authority_id for part in parts if part.kind is PartKind.BODY), None)
        for part, over in zip(parts[:2], [len(parts) > 1, len(parts) > 2], strict=False):
            wait = Wait(length(part.since, part.until), over)
            total.waits[part.kind].append(wait)
            groups[first].waits[part.kind].append(wait)
        by_body = _by_body(parts[2:], length)
        if by_body:
            total.waits[PartKind.BODY].append(Wait(sum(by_body.values()), one.answered))
        for body, seconds in by_body.items():
            groups[body].waits[PartKind.BODY].append(Wait(seconds, one.answered and body == parts[-1].authority_id))
    return total.figures(), {key: group.figures() for key, group in groups.items()}


def _by_body(parts: Collection[Part], length: Length) -> dict[AuthorityId | None, float]:
    """How long each body had the question, all its stretches together."""
    held: dict[AuthorityId | None, float] = defaultdict(float)
    for part in parts:
        held[part.authority_id] += length(part.since, part.until)
    return held


def _length_by(found: Sequence[HeldWait], calendar: Calendar | None) -> Length:
    if calendar is None or not found:
        return lambda since, until: (until - since).total_seconds()
    elapsed = working_clock(calendar, min(one.started_at for one in found), max(one.ended_at for one in found))
    return lambda since, until: exact(elapsed(until.timestamp()) - elapsed(since.timestamp()))
