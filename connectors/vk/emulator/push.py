"""Who has asked to be told of a community's events, and what there is to tell: callback servers, long polls, envelopes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

Envelope = dict[str, Any]
MOST_SERVERS = 10
KEPT = timedelta(days=1)
"""How long a long poll remembers events."""


@dataclass(frozen=True, slots=True)
class PushQuirks:
    """Shares of events that never come, come twice, or come late; decided by the seed and the order of events."""

    seed: int = 0
    lost: float = 0.0
    repeated: float = 0.0
    delayed: float = 0.0
    delay: timedelta = timedelta(minutes=20)


@dataclass(slots=True)
class CallbackServer:
    """One address that a community has its events sent to. `wanted` are the types of events that are switched on."""

    id: int
    url: str
    title: str
    secret: str
    status: str = "unconfigured"
    api_version: str = "5.199"
    wanted: set[str] = field(default_factory=set)
    failures: int = 0


@dataclass(slots=True)
class Delivery:
    """An envelope on its way to a server."""

    server: CallbackServer
    envelope: Envelope
    due_at: datetime
    attempts: int = 0


@dataclass(slots=True)
class LongPollBox:
    """The events of a community that wait for its long poll; `first` is the `ts` of the oldest kept one."""

    key: str
    is_enabled: bool = False
    api_version: str = "5.199"
    wanted: set[str] = field(default_factory=set)
    first: int = 1
    events: list[tuple[datetime, Envelope]] = field(default_factory=list)

    @property
    def ts(self) -> int:
        """Where somebody begins who wants nothing of the past."""
        return self.first + len(self.events)

    def since(self, ts: int) -> list[Envelope]:
        return [envelope for _, envelope in self.events[ts - self.first :]]

    def forget(self, before: datetime) -> None:
        """Drops what is older."""
        while self.events and self.events[0][0] < before:
            del self.events[0]
            self.first += 1

    def expire(self) -> None:
        """Makes the key old, as VK does after an hour or so."""
        self.key = digest(self.key, "next")


class Pushes:
    """All that is pushed by one emulated VK."""

    def __init__(self, quirks: PushQuirks | None = None) -> None:
        self.servers: dict[int, dict[int, CallbackServer]] = {}
        self.boxes: dict[int, LongPollBox] = {}
        self.deliveries: list[Delivery] = []
        self._quirks = quirks or PushQuirks()
        self._random = Random(self._quirks.seed)
        self._revisions: dict[int, int] = {}
        self._told = 0

    def box(self, group_id: int) -> LongPollBox:
        return self.boxes.setdefault(group_id, LongPollBox(digest("key", group_id)))

    def code(self, group_id: int) -> str:
        """The confirmation code, another one after every change of the servers."""
        return digest("code", group_id, self._revisions.get(group_id, 0))[:8]

    def revise(self, group_id: int, server: CallbackServer, now: datetime) -> None:
        """A server was added or edited: VK wants it confirmed anew."""
        self._revisions[group_id] = self._revisions.get(group_id, 0) + 1
        server.status, server.failures = "unconfigured", 0
        self.deliveries = [one for one in self.deliveries if one.server is not server]
        self.deliveries.append(Delivery(server, self._envelope("confirmation", group_id, None), now))

    def remove(self, group_id: int, server_id: int) -> None:
        server = self.servers[group_id].pop(server_id)
        self.deliveries = [one for one in self.deliveries if one.server is not server]

    def tell(self, kind: str, group_id: int, about: Mapping[str, Any], now: datetime) -> None:
        """Something has happened: to every server and box that wants to know."""
        envelope = self._envelope(kind, group_id, about)
        box = self.boxes.get(group_id)
        if box and box.is_enabled and kind in box.wanted:
            box.forget(now - KEPT)
            box.events.append((now, envelope))
        for server in self.servers.get(group_id, {}).values():
            if kind in server.wanted and server.status != "failed":
                self.deliveries += [Delivery(server, envelope, due_at) for due_at in self._arrivals(now)]

    def _arrivals(self, now: datetime) -> list[datetime]:
        """When an event comes: once and at once, unless the quirks have it otherwise."""
        lost, repeated, delayed = (self._random.random() for _ in range(3))
        if lost < self._quirks.lost:
            return []
        first = now + self._quirks.delay if delayed < self._quirks.delayed else now
        return [first, now] if repeated < self._quirks.repeated else [first]

    def _envelope(self, kind: str, group_id: int, about: Mapping[str, Any] | None) -> Envelope:
        self._told += 1
        envelope: Envelope = {"type": kind, "group_id": group_id, "event_id": digest("event", self._told), "v": "5.199"}
        return envelope if about is None else envelope | {"object": dict(about)}


def digest(*parts: object) -> str:
    """Forty letters that look as VK's do."""
    return sha256(repr(parts).encode()).hexdigest()[:40]
