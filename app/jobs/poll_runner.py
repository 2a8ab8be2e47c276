"""Polling under way: walls, counters and threads of every network in rooms of their own, their leases kept and given back."""

import asyncio
from collections.abc import Sequence
from typing import Any

from app.domain.source import Source
from app.jobs.crafts import counters_of, threads_of, walls_of
from app.jobs.rooms import Claim, Craft, Room
from app.storage.polling import leases
from app.storage.polling.due import what_is_due
from app.storage.polling.leases import Held
from app.storage.polling.polls import WallClaim
from app.storage.polling.readings import Lane, ReadingClaim
from app.telemetry.metrics import FIRST_ANSWER, MESSAGES
from app.usecases.count_threads import Batch, give_counters_back
from app.usecases.ingest_page import Intaken
from app.usecases.polling import Polling

WALLS, COUNTERS, NEWS, BACKLOG = 2, 1, 3, 2
"""Of every eight places that a worker has for a network, how many are of each kind."""
IN_ALL = WALLS + COUNTERS + NEWS + BACKLOG


class PollRunner:
    """Works off what is due as tasks of `group`, with about `concurrency` calls to each network under way at a time."""

    def __init__(self, polling: Polling, group: asyncio.TaskGroup, *, concurrency: int) -> None:
        def room(network: str, craft: Craft[Claim], share: int) -> Room[Claim]:
            return Room(network, craft, max(concurrency * share // IN_ALL, 1), group, polling.bounds, polling.now)

        self._polling = polling
        self._walls: Sequence[Room[WallClaim]] = [room(one, walls_of(polling, one), WALLS) for one in polling.networks]
        self._counters: Sequence[Room[Batch]] = [room(one, counters_of(polling, one), COUNTERS) for one in polling.networks]
        shares = {Lane.NEWS: NEWS, Lane.BACKLOG: BACKLOG}
        self._threads: Sequence[Room[ReadingClaim]] = [
            room(one, threads_of(polling, one, lane), share) for one in polling.networks for lane, share in shares.items()
        ]

    async def tick(self) -> None:
        """Takes on what has come due. While nothing has, one look tells so for all rooms."""
        ready = [room for room in self.rooms if room.has_place]
        if not ready:
            return
        intake, networks = self._polling.intake, {room.network for room in ready}
        async with intake.database.read() as session:
            due = await what_is_due(session, intake.region_id, networks, now=self._polling.now())
        for room in self.rooms:  # the database answers, so it can take this too
            await room.hand_in()
        for room in ready:
            if (room.network, room.craft.name) in due:
                await room.fill()

    @property
    def rooms(self) -> list[Room[Any]]:
        """Every room, to look into."""
        return [*self._walls, *self._counters, *self._threads]

    async def renew_leases(self) -> None:
        """Keeps what is under way from being taken over."""
        worker = self._polling.worker
        of_walls = [claim.source.id for room in self._walls for claim in room.under_way.values()]
        of_threads = [claim.source.id for room in self._threads for claim in room.under_way.values()]
        async with self._polling.intake.database.write() as session:
            await leases.renew(session, Held.WALL, worker, of_walls)
            await leases.renew(session, Held.THREADS, worker, of_threads)

    def stop(self) -> None:
        """Ends all work where it stands."""
        for room in self.rooms:
            room.close()

    async def give_back(self) -> None:
        """Leaves what was under way at the stop to others at once."""
        for room in self._counters:
            for batch in room.under_way.values():
                await give_counters_back(self._polling, batch)
        async with self._polling.intake.database.write() as session:
            await leases.give_back(session, self._polling.worker)


def count_page(source: Source, taken: Intaken) -> None:
    """Counts what a page brought."""
    network = source.network
    for news in ("new", "edited", "deleted", "restored", "opened", "skipped"):
        count = getattr(taken, news)
        if count:
            MESSAGES.labels(network, news).inc(count)
    for seconds in () if source.test else taken.first_answer_seconds:
        FIRST_ANSWER.observe(seconds)
