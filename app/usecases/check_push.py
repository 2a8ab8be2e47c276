"""Says whether the events of a pushed page arrive."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import NotFound
from app.domain.push_channel import PushHealth, PushMode
from app.domain.source import SourceId
from app.storage import push_channels, pushed_events, sources
from app.usecases.open_push import PushDesk, callback_state
from app.usecases.watch_push import why_deaf
from connectors.sdk.contract import can_be_polled


@dataclass(frozen=True, slots=True)
class PushReport:
    """How a page's push does. `state` is the network's word, `waiting` how many events no worker has taken in yet.

    `is_polled`: polling reconciles what push tells. Where it cannot, `trouble` is what would keep events from coming.
    """

    health: PushHealth
    state: str
    waiting: int
    is_polled: bool = True
    trouble: str = ""

    @property
    def is_well(self) -> bool:
        """Whether push is relied on, or nothing keeps it from being all that there is."""
        return self.health.keeps_up if self.is_polled else not self.trouble and self.health.last_error is None

    def lines(self) -> Iterator[str]:
        """The report in sentences."""
        health = self.health
        yield f"Pushed by {health.mode.value.replace('_', ' ')} since {health.since:%Y-%m-%d %H:%M}Z."
        if health.mode is PushMode.CALLBACK:
            yield f"The network says of our address: {self.state or 'not known there: run `otklik source push` again'}."
        last = "none yet" if health.last_event_at is None else f"{health.last_event_at:%Y-%m-%d %H:%M:%S}Z"
        yield f"Last event: {last}; waiting to be taken in: {self.waiting}."
        if not self.is_polled:
            yield from self._unpolled_lines()
            return
        missed = "" if health.missed_at is None else f", the last one at {health.missed_at:%Y-%m-%d %H:%M}Z"
        yield f"Missed by push and found by polling: {health.missed}{missed}."
        if health.last_error is not None:
            yield f"Trouble: {health.last_error}"
        yield "Push keeps up: the page is polled rarely." if health.keeps_up else "Push is not relied on: the page is polled as usual."

    def _unpolled_lines(self) -> Iterator[str]:
        if self.health.last_error is not None:
            yield f"Trouble: {self.health.last_error}"
        if self.trouble:
            yield f"The network says: {self.trouble}"
        yield "This network cannot be polled: what is not pushed is never known." + (" Nothing stands against it now." * self.is_well)


async def check_push(desk: PushDesk, source_id: SourceId) -> PushReport:
    """How the push of a page does; `NotFound` for a page without."""
    async with desk.database.read() as session:
        health = (await push_channels.health_of(session, [source_id])).get(source_id)
        waiting = await pushed_events.count_waiting(session, source_id)
    if health is None:
        raise NotFound("push of source", source_id)
    state = await callback_state(desk, source_id) if health.mode is PushMode.CALLBACK else ""
    trouble = await trouble_of_unpolled(desk, source_id)
    return PushReport(health, state, waiting) if trouble is None else PushReport(health, state, waiting, is_polled=False, trouble=trouble)


async def trouble_of_unpolled(desk: PushDesk, source_id: SourceId) -> str | None:
    """What keeps events of a page that cannot be polled from coming; `None` for all other pages."""
    async with desk.database.read() as session:
        source = (await sources.get(session, desk.region_id, source_id)).source
        pages = await push_channels.hearings(session, desk.region_id, [source.network])
    connector = desk.connector_of(source.network)
    if connector is None or can_be_polled(connector):
        return None
    found = [await why_deaf(connector, page) for page in pages if page.source_id == source_id]
    return next((reason for reason in found if reason), "")
