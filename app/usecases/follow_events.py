"""Hands new events to whoever follows: one listening connection for all readers of a process, and none while there are none."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from app.storage import event_feed
from app.storage.engine import DATABASE_ERRORS, Database
from app.storage.event_feed import FedEvent
from app.storage.regions import RegionId

log = structlog.get_logger(__name__)

LOOK_ANYWAY = 15.0
"""Real seconds after which the log is looked at although nobody called."""
READ_AT_ONCE = 1_000
WAITING_AT_MOST = 5_000
"""Events that a slow reader may be behind; one who falls farther back is let go, and comes again where it stopped."""
OVERLAP = 100
"""Numbers are given before a transaction commits, so a smaller one can show itself later: so many are looked at again."""
REMEMBERED = 10 * OVERLAP

Inbox = asyncio.Queue[FedEvent | None]


class EventFeed:
    """New events of a region for any number of readers, while `run` runs."""

    def __init__(self, database: Database, region_id: RegionId) -> None:
        self._database = database
        self._region_id = region_id
        self._inboxes: set[Inbox] = set()
        self._wanted = asyncio.Event()
        self._begun = asyncio.Event()

    @asynccontextmanager
    async def follow(self, *, after: int | None = None) -> AsyncIterator[AsyncIterator[FedEvent]]:
        """Events from now on, or after the given number, in which case the last few before it may come again.

        They end when the database goes away, when the reader falls too far behind, and when `run` is cancelled.
        """
        inbox: Inbox = asyncio.Queue(WAITING_AT_MOST)
        self._inboxes.add(inbox)
        self._wanted.set()
        try:
            await self._begun.wait()
            yield self._events(inbox, after)
        finally:
            self._inboxes.discard(inbox)

    async def run(self) -> None:
        """Reads the log whenever the server says so, for as long as somebody follows. Any trouble with the database ends all

        readers: they will come again.
        """
        while True:
            await self._wanted.wait()
            try:
                await self._serve()
            except DATABASE_ERRORS as error:
                log.warning("events not followed", reason=type(error).__name__)
            except Exception as error:  # the feed's edge: whatever breaks here must not end the web
                log.exception("event feed broke", error=type(error).__name__)
            finally:
                self._let_go()

    async def _events(self, inbox: Inbox, after: int | None) -> AsyncIterator[FedEvent]:
        told: set[int] = set()
        place = None if after is None else max(after - OVERLAP, 0)
        while place is not None:
            async with self._database.read() as session:
                found = await event_feed.after(session, self._region_id, place, limit=READ_AT_ONCE)
            for one in found:
                told.add(one.recorded.id)
                yield one
            place = found[-1].recorded.id if len(found) == READ_AT_ONCE else None
        while (event := await inbox.get()) is not None:
            if event.recorded.id not in told:
                yield event

    async def _serve(self) -> None:
        async with event_feed.listening(self._database.engine) as wait:
            async with self._database.read() as session:
                place = await event_feed.newest(session, self._region_id)
                known = await event_feed.after(session, self._region_id, place - OVERLAP, limit=READ_AT_ONCE)
            seen = OrderedDict.fromkeys(one.recorded.id for one in known)
            self._begun.set()
            while self._inboxes:
                await wait(LOOK_ANYWAY)
                place = await self._hand_out(place, seen)

    def _let_go(self) -> None:
        """Ends every reader, also those that still wait for the beginning."""
        for inbox in self._inboxes:
            _dismiss(inbox)
        self._inboxes.clear()
        self._wanted.clear()
        self._begun.set()
        self._begun = asyncio.Event()

    async def _hand_out(self, place: int, seen: OrderedDict[int, None]) -> int:
        """Gives out what is new; the greatest number known then."""
        while True:
            async with self._database.read() as session:
                found = await event_feed.after(session, self._region_id, place - OVERLAP, limit=READ_AT_ONCE)
            for event in found:
                if event.recorded.id not in seen:
                    seen[event.recorded.id] = None
                    self._give(event)
            place = max([place, *(event.recorded.id for event in found)])
            while len(seen) > REMEMBERED:
                seen.popitem(last=False)
            if len(found) < READ_AT_ONCE:
                return place

    def _give(self, event: FedEvent) -> None:
        for inbox in list(self._inboxes):
            try:
                inbox.put_nowait(event)
            except asyncio.QueueFull:
                self._inboxes.discard(inbox)
                _dismiss(inbox)


def _dismiss(inbox: Inbox) -> None:
    """Tells a reader that no more will come, in place of what it has not fetched if there is no room."""
    if inbox.full():
        inbox.get_nowait()
    inbox.put_nowait(None)
