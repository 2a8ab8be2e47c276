"""Rooms: separate shares of a worker's hands, so that no kind of work with a network ever waits for another kind or network."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Generic, TypeVar

import structlog

from app.domain.errors import LeaseLost
from app.domain.polling.intervals import PollBounds
from app.storage.engine import DATABASE_ERRORS, explain
from app.storage.server.failures import is_away
from app.telemetry.metrics import POLL_FAILURES, SOURCE_POLL
from app.usecases.judge_refusal import rest_until
from connectors.sdk.errors import ConnectorError

log = structlog.get_logger(__name__)

Claim = TypeVar("Claim")


@dataclass(frozen=True, slots=True)
class Break:
    """Why a piece of work broke in our own hands: a sentence for the administrator; passing when the database was away or full."""

    reason: str
    is_passing: bool


@dataclass(frozen=True, slots=True)
class Craft(Generic[Claim]):
    """One kind of work: how to take some on, how to do one piece, and how to give one back that broke in our own hands.

    `work` returns the network's refusal, if any. `is_known` says that the piece has failed before.
    """

    name: str
    take: Callable[[int], Awaitable[Sequence[Claim]]]
    work: Callable[[Claim], Awaitable[ConnectorError | None]]
    record_break: Callable[[Claim, Break], Awaitable[None]]
    is_known: Callable[[Claim], bool]


@dataclass(slots=True)
class Room(Generic[Claim]):
    """Up to `places` pieces of one craft under way with one network; rests as a whole when the network refuses all of it."""

    network: str
    craft: Craft[Claim]
    places: int
    group: asyncio.TaskGroup
    bounds: PollBounds
    now: Callable[[], datetime]
    under_way: dict[asyncio.Task[None], Claim] = field(default_factory=dict)
    not_given_back: list[tuple[Claim, Break]] = field(default_factory=list)
    is_closing: bool = False
    resting_until: datetime | None = None
    refusals_in_a_row: int = 0

    async def fill(self) -> None:
        """Takes on as much work as there are free places; nothing while the room rests."""
        if not self.has_place:
            return
        for claim in await self.craft.take(self.places - len(self.under_way)):
            task = self.group.create_task(self._work_on(claim), name=f"{self.craft.name} {self.network}")
            self.under_way[task] = claim
            if self.is_closing:
                task.cancel()

    @property
    def has_place(self) -> bool:
        """Whether one more piece of work may be taken on now."""
        return self.is_open and len(self.under_way) < self.places

    @property
    def is_open(self) -> bool:
        """Whether new work may begin."""
        is_resting = self.resting_until is not None and self.now() < self.resting_until
        return not (self.is_closing or is_resting)

    def close(self) -> None:
        """Ends every piece of work where it stands: whatever a page had stored stays, the rest is done again."""
        self.is_closing = True
        for task in self.under_way:
            task.cancel()

    async def _work_on(self, claim: Claim) -> None:
        """Does a piece of work, and what is due next at the same place, until nothing is."""
        task = asyncio.current_task()
        while task is not None and await self._do(claim) and (following := await self._following()) is not None:
            self.under_way[task] = claim = following
        if task is not None:
            self.under_way.pop(task)

    async def _following(self) -> Claim | None:
        """What is due next, if anything; without a database the next tick will ask again."""
        if not self.is_open:
            return None
        try:
            return next(iter(await self.craft.take(1)), None)
        except DATABASE_ERRORS as error:
            log.warning("nothing taken on", room=self.craft.name, network=self.network, reason=explain(error))
            return None

    async def _do(self, claim: Claim) -> bool:
        """Does a piece of work; whether it went well enough to go on at once."""
        began, is_well = perf_counter(), False
        try:
            is_well = self._note(await self.craft.work(claim))
        except LeaseLost as error:
            log.warning("lease lost", room=self.craft.name, network=self.network, reason=str(error))
        except Exception as error:  # the job runner's edge: one bad source never stops the others
            POLL_FAILURES.labels(self.network, self.craft.name, type(error).__name__).inc()
            broken = Break(f"internal error ({type(error).__name__}); see the worker's log", is_passing=False)
            if is_away(error):
                broken = Break(f"the database could not store it: {explain(error)}", is_passing=True)
                log.warning("storing failed", room=self.craft.name, network=self.network, reason=explain(error))
            elif not self.craft.is_known(claim):
                log.exception("polling broke", room=self.craft.name, network=self.network)
            if not await self._give_back(claim, broken):
                log.warning("not given back", room=self.craft.name, network=self.network)
        finally:
            SOURCE_POLL.labels(self.network, self.craft.name).observe(perf_counter() - began)
        return is_well

    async def _give_back(self, claim: Claim, broken: Break) -> bool:
        try:
            await self.craft.record_break(claim, broken)
        except DATABASE_ERRORS:
            self.not_given_back.append((claim, broken))
            return False
        return True

    async def hand_in(self) -> None:
        """Gives back what a missing database has kept here, so that it need not wait for its lease to end.

        A lease that has ended meanwhile is another's: giving it back changes nothing.
        """
        waiting, self.not_given_back = self.not_given_back, []
        for claim, broken in waiting:
            await self._give_back(claim, broken)

    def _note(self, refusal: ConnectorError | None) -> bool:
        if refusal is None:
            self.refusals_in_a_row = 0
            return True
        POLL_FAILURES.labels(self.network, self.craft.name, type(refusal).__name__).inc()
        self.refusals_in_a_row += 1
        until = rest_until(refusal, self.refusals_in_a_row, self.bounds, now=self.now())
        if until is not None and (self.resting_until is None or until > self.resting_until):
            self.resting_until = until
            log.warning("room rests", room=self.craft.name, network=self.network, until=until.isoformat(), reason=str(refusal))
        return False
