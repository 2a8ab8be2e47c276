"""Says whether the events of a pushed page arrive."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.errors import NotFound
from app.domain.push_channel import PushHealth, PushMode
from app.domain.source import SourceId
from app.storage import push_channels, pushed_events
from app.usecases.open_push import PushDesk, callback_state


@dataclass(frozen=True, slots=True)
class PushReport:
    """How a page's push does. `state` is the network's word, `waiting` how many events no worker has taken in yet."""

    health: PushHealth
    state: str
    waiting: int

    def lines(self) -> Iterator[str]:
        """The report in sentences."""
        health = self.health
        yield f"Pushed by {health.mode.value.replace('_', ' ')} since {health.since:%Y-%m-%d %H:%M}Z."
        if health.mode is PushMode.CALLBACK:
            yield f"The network says of our address: {self.state or 'not known there: run `otklik source push` again'}."
        last = "none yet" if health.last_event_at is None else f"{health.last_event_at:%Y-%m-%d %H:%M:%S}Z"
        yield f"Last event: {last}; waiting to be taken in: {self.waiting}."
        missed = "" if health.missed_at is None else f", the last one at {health.missed_at:%Y-%m-%d %H:%M}Z"
        yield f"Missed by push and found by polling: {health.missed}{missed}."
        if health.last_error is not None:
            yield f"Trouble: {health.last_error}"
        yield "Push keeps up: the page is polled rarely." if health.keeps_up else "Push is not relied on: the page is polled as usual."


async def check_push(desk: PushDesk, source_id: SourceId) -> PushReport:
    """How the push of a page does; `NotFound` for a page without."""
    async with desk.database.read() as session:
        health = (await push_channels.health_of(session, [source_id])).get(source_id)
        waiting = await pushed_events.count_waiting(session, source_id)
    if health is None:
        raise NotFound("push of source", source_id)
    state = await callback_state(desk, source_id) if health.mode is PushMode.CALLBACK else ""
    return PushReport(health, state, waiting)
