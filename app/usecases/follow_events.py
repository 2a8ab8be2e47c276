"""Hands new events to whoever follows: one listening connection for all readers of a process, and none while there are none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

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
HELD_BACK = 5.0
"""Real seconds for which a missing number holds back those behind it: it was given before its transaction commits, and may come yet."""
LOOKED_FOR = 120.0
"""And for which it is looked for at all, longer than any statement may take; one that was rolled back never comes."""
BEGIN_BEFORE = 200
LOOK_AT_GAPS = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """An event as readers get it; a late one has a smaller number than some before it."""

    event: FedEvent
    is_late: bool


Inbox = asyncio.Queue[Told | None]
MayStay = Callable[[], Awaitable[bool]]


class EventFeed:
    """New events of a region for any number of readers, in the order of their numbers, while `run` runs."""

    def __init__(self, database: Database, region_id: RegionId) -> None:
        self._database = database
        self._region_id = region_id
        self._inboxes: set[Inbox] = set()
        self._wanted = asyncio.Event()
        self._begun = asyncio.Event()
        self._place = 0

    @asynccontextmanager
    async def follow(
        self, *, after: int | None = None, may_stay: MayStay | None = None, asked_every: float | None = None
    ) -> AsyncIterator[AsyncIterator[FedEvent]]:
        """Events from now on, or all after the given number.

        They end when the database goes away, when the reader falls too far behind, when `run` is cancelled, and once `may_stay`
        says no: it is asked before every event, and while none comes every so many real seconds.
        """
        inbox: Inbox = asyncio.Queue(WAITING_AT_MOST)
        self._inboxes.add(inbox)
        self._wanted.set()
        try:
            await self._begun.wait()
            yield self._events(inbox, after, self._place, may_stay or _anybody, asked_every)
        finally:
            self._inboxes.discard(inbox)

    async def run(self) -> None:
        """Reads the log whenever the server says so, for as long as somebody follows. Any trouble with the database ends all

        readers: they will come again.
        """
        try:
            while True:
                await self._wanted.wait()
                try:
                    await self._serve()
                except DATABASE_ERRORS as error:
                    log.warning("events not followed", reason=type(error).__name__)
                    self._let_go()
                except Exception as error:  # the feed's edge: whatever breaks here must not end the web
                    log.exception("event feed broke", error=type(error).__name__)
                    self._let_go()
                if not self._inboxes:  # else somebody came while the last one left
                    self._wanted.clear()
        finally:
            self._let_go()

    async def _events(
        self, inbox: Inbox, after: int | None, place: int, may_stay: MayStay, asked_every: float | None
    ) -> AsyncIterator[FedEvent]:
        """What was recorded up to `place`, where the inbox begins, and then what the inbox gets."""
        read, caught_up = set[int](), place if after is None else after
        while caught_up < place:
            async with self._database.read() as session:
                found = await event_feed.after(session, self._region_id, caught_up, limit=READ_AT_ONCE)
            for one in found:
                if one.is_real and one.recorded.id <= place:
                    if not await may_stay():
                        return
                    read.add(one.recorded.id)
                    yield one
            read = {number for number in read if number > place - READ_AT_ONCE}
            caught_up = min(found[-1].recorded.id, place) if found else place
        while await may_stay():
            try:
                async with asyncio.timeout(asked_every):
                    told = await inbox.get()
            except TimeoutError:
                continue
            if told is None:
                return
            number = told.event.recorded.id
            if number > (after or 0) and number not in read if told.is_late else number > caught_up:
                yield told.event

    async def _serve(self) -> None:
        async with event_feed.listening(self._database.engine) as wait:
            async with self._database.read() as session:
                self._place = await event_feed.newest(session, self._region_id)
                first = max(self._place - BEGIN_BEFORE, 0) + 1
                committed = await event_feed.numbers_from(session, first, limit=BEGIN_BEFORE)
            # What was missing when we came is looked for, and holds nothing back: most of it was rolled back long ago.
            gaps = {number: monotonic() - HELD_BACK for number in range(first, self._place) if number not in committed}
            self._begun.set()
            while self._inboxes:
                await self._hand_out(gaps)
                await wait(LOOK_AT_GAPS if gaps else LOOK_ANYWAY)
            self._begun = asyncio.Event()

    def _let_go(self) -> None:
        """Ends every reader, also those that still wait for the beginning."""
        for inbox in self._inboxes:
            _dismiss(inbox)
        self._inboxes.clear()
        self._wanted.clear()
        self._begun.set()
        self._begun = asyncio.Event()

    async def _hand_out(self, gaps: dict[int, float]) -> None:
        """Gives out what is new up to the first number that may come yet; `gaps` are those, by the moment when they were missed."""
        while True:
            most = READ_AT_ONCE + len(gaps)
            async with self._database.read() as session:
                # The numbers first: whatever is committed between the two statements waits for the next look.
                committed = await event_feed.numbers_from(session, self._place + 1, also=gaps, limit=most)
                found = await event_feed.after(session, self._region_id, self._place, also=gaps, limit=most)
            now, last = monotonic(), max([self._place, *committed])
            missed = {number: gaps.get(number, now) for number in (*gaps, *range(self._place + 1, last)) if number not in committed}
            came = set(gaps) - set(missed)
            gaps.clear()
            gaps.update({number: at for number, at in missed.items() if now - at < LOOKED_FOR})
            until = min((number for number, at in gaps.items() if number > self._place and now - at < HELD_BACK), default=last + 1)
            for event in found:
                number = event.recorded.id
                if event.is_real and number in committed and (number in came or self._place < number < until):
                    self._give(Told(event, is_late=number <= self._place))
            self._place = until - 1
            if until <= last or len(committed) < READ_AT_ONCE:
                return

    def _give(self, told: Told) -> None:
        for inbox in list(self._inboxes):
            try:
                inbox.put_nowait(told)
            except asyncio.QueueFull:
                self._inboxes.discard(inbox)
                _dismiss(inbox)


async def _anybody() -> bool:
    return True


def _dismiss(inbox: Inbox) -> None:
    """Tells a reader that no more will come, in place of what it has not fetched if there is no room."""
    if inbox.full():
        inbox.get_nowait()
    inbox.put_nowait(None)
