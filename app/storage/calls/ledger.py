"""Who may call a network, how fast, and how much of the day is left: one ledger for every worker on every host.

A credential has as many slots as calls a second. A call holds a slot until it has ended, and the slot is free again one
second later. The network receives a call between its start and its end, so two calls of one slot reach it more than a
second apart, and no second there can see more calls than there are slots, whatever the jitter on the way.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.quota import leaves_window, step_of, window_before
from app.storage.calls import blocks, paces
from app.storage.calls.slots import GIVE_BACK, LEAVE, STANDING, TAKE
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed, ConnectorError, OutcomeUnknown, SourceUnavailable
from connectors.sdk.http import HttpLimits
from connectors.sdk.refusals import Reach, Reason, Refused, refused_by, remembered

LONGEST_CALL = timedelta(seconds=HttpLimits().call_seconds + 5)
"""After this a slot whose holder died is free again; longer than any call is let run."""

SHORTEST_WAIT = 0.01
PROBE_WAIT = timedelta(seconds=5)
"""When to ask again while another worker tries whether a closed method is open."""

SHORT_REST = timedelta(seconds=5)
"""A network that asks for no more than this after calls that were too fast is content with a lower pace."""

ANY_METHOD = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A credential as the ledger knows it: `budget` names it without revealing it (a digest). `per_day` limits single methods."""

    budget: str
    kind: str
    name: str
    per_second: int
    per_day: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A slot taken for one call. `is_probe` tells that the call finds out whether what was closed is open again."""

    credential: Credential
    method: str
    budget: str
    slot: int
    holder: str
    is_probe: bool


class SharedLedger:
    """The `CallLedger` of one network's credentials; `now` is the clock that days and pauses are reckoned by.

    One for `checking` lets credentials call whatever was refused them before: each call finds out anew.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        network: str,
        keys: Sequence[Key],
        *,
        now: Callable[[], datetime],
        longest_call: timedelta = LONGEST_CALL,
        checking: bool = False,
    ) -> None:
        self._engine = engine
        self._quick = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._network = network
        self._keys = {(key.kind, key.name): key for key in keys}
        self._now = now
        self._longest_call = longest_call
        self._checking = checking
        self._queues: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def prepare(self) -> None:
        """Makes the slots of credentials that are new here, and takes over changed rates."""
        async with self._engine.begin() as connection:
            for key in self._keys.values():
                await paces.register(connection, key.budget, self._network, key.kind, key.name, key.per_second)

    @asynccontextmanager
    async def call(self, method: str, credentials: Sequence[Credential]) -> AsyncIterator[Credential]:
        """See `CallLedger`. Within this process, calls wait in the order of asking."""
        place = await self._take(method, credentials)
        try:
            yield place.credential
        except ConnectorError as error:
            await asyncio.shield(self._leave(place, error))
            raise
        except BaseException:
            await asyncio.shield(self._free(place))
            raise
        await asyncio.shield(self._leave(place, None))

    def _budget(self, credential: Credential) -> str:
        return self._keys[credential.kind, credential.name].budget

    async def _take(self, method: str, credentials: Sequence[Credential]) -> Place:
        by_budget = {self._budget(credential): credential for credential in reversed(credentials)}
        ranks = {kind: rank for rank, kind in enumerate(dict.fromkeys(credential.kind for credential in credentials))}
        wanted = {
            "budgets": list(by_budget),
            "ranks": [ranks[credential.kind] for credential in by_budget.values()],
            "limits": [self._keys[one.kind, one.name].per_day.get(method) for one in by_budget.values()],
            "network": self._network,
            "method": method,
            "longest": self._longest_call,
            "checking": self._checking,
        }
        async with self._queues[tuple(by_budget)]:
            while True:
                place, wait = await self._try(method, by_budget, wanted)
                if place is not None:
                    return place
                await asyncio.sleep(max(wait, SHORTEST_WAIT))

    async def _try(self, method: str, by_budget: Mapping[str, Credential], wanted: Mapping[str, Any]) -> tuple[Place | None, float]:
        """A place, or after how many seconds one may be free; raises what stands against every credential."""
        holder, now = uuid.uuid4().hex, self._now()
        moment = {"now": now, "step": step_of(now), "window": window_before(now)}
        async with self._quick.connect() as connection:
            taken = (await connection.execute(TAKE, {**wanted, **moment, "holder": holder})).one_or_none()
            if taken is None:
                standing = (await connection.execute(STANDING, {**wanted, **moment})).all()
                return None, self._wait(method, standing, now)
            place = Place(by_budget[taken.budget], method, taken.budget, taken.slot, holder, self._checking or taken.blocks > 0)
            if taken.counted and (self._checking or taken.probing == taken.blocks):
                return place, 0.0
            # Somebody else took the day's last call or the probe between our look and our grasp.
            await connection.execute(GIVE_BACK, {"budget": place.budget, "slot": place.slot, "holder": holder})
            return None, 0.0

    def _wait(self, method: str, standing: Sequence[Any], now: datetime) -> float:
        free = [one for one in standing if one.reason is None and (one.remaining is None or one.remaining > 0)]
        if free:
            best = min(one.rank for one in free)
            return min(float(one.wait or 0) for one in free if one.rank == best)
        against = [self._against(one, now) for one in standing]
        if not against:
            raise AuthenticationFailed(f"{method}: no credential for {self._network} has been given")
        until, reason, error = min(against, key=lambda one: (one[0] is None, one[0] or now))
        text = f"{method}: no usable credential for {self._network}; the latest refusal: {error}"
        raise remembered(reason, text, method=method, until=until, now=now)

    def _against(self, one: Any, now: datetime) -> tuple[datetime | None, Reason, str]:
        """Until when a credential may not call, and why."""
        if one.reason is None:
            return leaves_window(one.oldest), Reason.QUOTA, f"the {one.limit_per_day} calls of a day are spent"
        is_probed = one.until is not None and one.until <= now
        return now + PROBE_WAIT if is_probed else one.until, Reason(one.reason), one.error

    async def _leave(self, place: Place, error: ConnectorError | None) -> None:
        refused = None if error is None else refused_by(error, now=self._now())
        if refused is not None and error is not None:
            await self._remember(place, refused, str(error))
        elif place.is_probe and not isinstance(error, SourceUnavailable | OutcomeUnknown):
            async with self._engine.begin() as connection:
                await blocks.open_again(connection, place.budget, self._network, place.method)
        await self._free(place)

    async def _free(self, place: Place) -> None:
        async with self._quick.connect() as connection:
            await connection.execute(LEAVE, {"budget": place.budget, "slot": place.slot, "holder": place.holder})
            if place.is_probe:
                await blocks.end_probe(connection, place.budget, self._network, place.method)

    async def _remember(self, place: Place, refused: Refused, error: str) -> None:
        now = self._now()
        async with self._engine.begin() as connection:
            if refused.reason is Reason.TOO_FAST:
                await paces.lower(connection, place.budget)
                if refused.until is not None and refused.until - now <= SHORT_REST:
                    return
            budget = self._network if refused.reach is Reach.NETWORK else place.budget
            method = place.method if refused.reach is Reach.METHOD else ANY_METHOD
            about = {"network": self._network, "kind": place.credential.kind, "name": place.credential.name, "method": place.method}
            await blocks.close(connection, budget, method, refused, error, about, now=now)
            if refused.reason is Reason.QUOTA:
                await paces.learn_limit(connection, place.budget, place.method, now=now)
