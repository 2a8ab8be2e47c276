"""A pushed event at the door: checked, put into the inbox, acknowledged; what it tells is read later by a worker.

Events that arrive while a transaction is under way share the next one, so that the door keeps up with bursts although
every event is on disk before it is acknowledged.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import NotFound, Refused
from app.domain.source import SourceId
from app.storage import push_channels, pushed_events
from app.storage.credentials import SecretBox
from app.storage.engine import Database
from app.storage.push_channels import Guard
from app.storage.pushed_events import ReceivedEvent
from app.storage.regions import RegionId
from app.telemetry.metrics import PUSHED_EVENTS
from connectors.sdk.contract import Connector, PushedEvent, WebhookReceiver
from connectors.sdk.errors import AuthenticationFailed

GUARD_KEPT_FOR = timedelta(seconds=5)
"""How long what guards a source is believed without asking the database: a new secret counts at the latest after that."""
LARGEST_BATCH = 500
STORE_SECONDS = 5.0
"""How long an event waits for the database before the network is asked to come again."""


class InboxWriter:
    """Stores events many at a time: whoever comes first writes for all who came with them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[ReceivedEvent, asyncio.Future[bool]]] = []
        self._turn = asyncio.Lock()

    async def put(self, received: ReceivedEvent) -> bool:
        """Returns once the event is stored; whether it was new. Raises what the database raised for the batch it was in."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, stored))
        async with asyncio.timeout(STORE_SECONDS):
            while not stored.done():
                async with self._turn:
                    if not stored.done():
                        await self._write()
        return stored.result()

    async def _write(self) -> None:
        batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
        try:
            async with self._database.write() as session:
                fresh = await pushed_events.store(session, [received for received, _ in batch])
        except asyncio.CancelledError:
            self._waiting = [*batch, *self._waiting]  # the others of the batch write it again
            raise
        except Exception as error:  # noqa: BLE001 - handed to everyone whose event was in the batch
            for _, stored in batch:
                _settle(stored, error)
        else:
            for received, stored in batch:
                _settle(stored, (received.source_id, received.event_id) in fresh)


def _settle(stored: asyncio.Future[bool], outcome: bool | Exception) -> None:
    if stored.done():
        return
    if isinstance(outcome, Exception):
        stored.set_exception(outcome)
    else:
        stored.set_result(outcome)


@dataclass(slots=True)
class Door:
    """What receiving events needs, and the guards that were looked up lately."""

    database: Database
    region_id: RegionId
    box: SecretBox
    receiver_for: Callable[[str], Connector | None]
    now: Callable[[], datetime]
    inbox: InboxWriter = field(init=False)
    _guards: dict[SourceId, tuple[datetime, Guard]] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.inbox = InboxWriter(self.database)

    async def guard(self, source_id: SourceId, *, afresh: bool = False) -> Guard:
        """What guards the source; `NotFound` for one whose network does not call us."""
        known = None if afresh else self._kept(source_id)
        if known is not None:
            return known
        async with asyncio.timeout(STORE_SECONDS), self._reading:
            known = None if afresh else self._kept(source_id)  # another request of the same burst may have been faster
            return known or await self._read(source_id)

    async def _read(self, source_id: SourceId) -> Guard:
        async with self.database.read() as session:
            found = await push_channels.guard_of(session, self.region_id, source_id)
        if found is None:
            self._guards.pop(source_id, None)
            raise NotFound("webhook of source", source_id)
        self._guards[source_id] = (self.now(), found)
        return found

    def _kept(self, source_id: SourceId) -> Guard | None:
        known = self._guards.get(source_id)
        return known[1] if known is not None and self.now() - known[0] < GUARD_KEPT_FOR else None


async def receive_webhook(door: Door, network: str, source_id: SourceId, headers: Mapping[str, str], body: bytes) -> str:
    """The body to answer with once the event is stored.

    Raises `NotFound` without a channel, `Refused` for a wrong secret or another community, `UnexpectedResponse` for what
    is no event.
    """
    receiver = door.receiver_for(network)
    guard = await door.guard(source_id)
    if not isinstance(receiver, WebhookReceiver) or guard.network != network:
        raise NotFound("webhook of source", source_id)
    event, guard = await _admit(door, receiver, guard, headers, body)
    if event.asks_confirmation:
        return guard.confirmation or ""
    received = ReceivedEvent(source_id, event.event_id, door.now(), event.raw, event.retries)
    is_new = await door.inbox.put(received)
    PUSHED_EVENTS.labels(network, "received" if is_new else "repeated").inc()
    return receiver.acknowledgement


async def _admit(door: Door, receiver: WebhookReceiver, guard: Guard, headers: Mapping[str, str], body: bytes) -> tuple[PushedEvent, Guard]:
    """The event and what it matched; guards that do not match or ask for a code are looked up anew, should they have changed."""
    event = _parse(door, receiver, guard, headers, body)
    if event is None or event.asks_confirmation:
        guard = await door.guard(guard.source_id, afresh=True)
        event = _parse(door, receiver, guard, headers, body)
    if event is None:
        raise Refused("This event does not carry the secret of this source.")
    if event.wall.external_id != guard.external_id:
        raise Refused("This event belongs to another community than this source.")
    return event, guard


def _parse(door: Door, receiver: WebhookReceiver, guard: Guard, headers: Mapping[str, str], body: bytes) -> PushedEvent | None:
    """`None` when the secret does not match."""
    secret = None if guard.secret is None else door.box.unlock(guard.secret)
    if not secret:
        return None
    try:
        return receiver.parse_webhook(headers, body, secret=secret)
    except AuthenticationFailed:
        return None
