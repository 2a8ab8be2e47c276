"""The parts of a resident's wait: until we saw the question, until it had its body, and with each body that held it.

They follow each other without a gap, so that their lengths add up to the whole wait exactly, by any clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.authority import AuthorityId


class PartKind(StrEnum):
    DETECT = "detect"
    ROUTE = "route"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class HandOver:
    """An incident was given to a body, by a rule or by a person."""

    authority_id: AuthorityId
    at: datetime


def hand_overs(entries: Iterable[tuple[bool, AuthorityId | None, datetime]]) -> tuple[HandOver, ...]:
    """The hand-overs of a log: entries that were `undone`, by the entry that says so, never happened.

    Each entry tells whether it takes the one before it back, the body (none where an operator alone was named), and when it was.
    """
    found: list[tuple[AuthorityId | None, datetime]] = []
    for undone, authority_id, at in entries:
        if undone:
            del found[-1:]
        else:
            found.append((authority_id, at))
    return tuple(HandOver(authority_id, at) for authority_id, at in found if authority_id is not None)


@dataclass(frozen=True, slots=True)
class Custody:
    """Into whose hands an incident came: it was opened on a page of `owner_id`, if anybody's, and handed over from then on."""

    owner_id: AuthorityId | None
    opened_at: datetime
    handed: Sequence[HandOver] = ()

    def until(self, moment: datetime) -> Sequence[HandOver]:
        """The hand-overs that count by a moment, in their order.

        The owner of the page holds an incident from the beginning unless somebody else is given it: then whatever passed until
        that was spent on finding the right body.
        """
        handed = sorted((one for one in self.handed if one.at <= moment), key=lambda one: one.at)
        if self.owner_id is None or (handed and handed[0].authority_id != self.owner_id) or moment < self.opened_at:
            return handed
        return [HandOver(self.owner_id, self.opened_at), *handed]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a wait; `authority_id` is the body that held the incident."""

    kind: PartKind
    authority_id: AuthorityId | None
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        """In calendar time."""
        return self.until - self.since


def parts_of(started_at: datetime, collected_at: datetime, ended_at: datetime, custody: Custody) -> tuple[Part, ...]:
    """The parts of a wait in their order.

    A part is there once it has begun: without a `route` the wait was over before we saw the question, without a `body`
    before anybody was given it.
    """
    ended_at = max(ended_at, started_at)  # the network's clock may be ahead of ours
    if ended_at < collected_at:
        return (Part(PartKind.DETECT, None, started_at, ended_at),)
    seen_at = max(started_at, collected_at)
    seen = Part(PartKind.DETECT, None, started_at, seen_at)
    held = custody.until(ended_at)
    if not held:
        return (seen, Part(PartKind.ROUTE, None, seen_at, ended_at))
    handed_at = max(held[0].at, seen_at)
    return (seen, Part(PartKind.ROUTE, None, seen_at, handed_at), *_bodies(held, handed_at, ended_at))


def _bodies(held: Sequence[HandOver], since: datetime, until: datetime) -> list[Part]:
    """One part for each stretch with a body, the last of them also when it has just begun; a body that is given what it has keeps it."""
    found: list[Part] = []
    ends = [*(max(one.at, since) for one in held[1:]), until]
    for one, end in zip(held, ends, strict=True):
        begun = max(one.at, since)
        if found and found[-1].authority_id == one.authority_id:
            found[-1] = Part(PartKind.BODY, one.authority_id, found[-1].since, end)
        elif begun < end or one is held[-1]:
            found.append(Part(PartKind.BODY, one.authority_id, begun, end))
    return found
