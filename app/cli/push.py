"""What `otklik source push` does, by the choice that was made."""

import asyncio
from dataclasses import dataclass

from app.bootstrap import Services
from app.domain.source import SourceId
from app.usecases.add_source import Networks
from app.usecases.check_push import check_push
from app.usecases.open_push import PushDesk, callback_state, close_push, open_callback, open_long_poll

CONFIRMED = "ok"
LOOKS, BETWEEN_LOOKS_SECONDS = 10, 1.0


@dataclass(frozen=True, slots=True)
class PushChoice:
    """One of: an address for callbacks, long polling, a check; none of them ends the push."""

    source_id: SourceId
    callback: str | None
    long_poll: bool
    check: bool
    direct_messages: bool


async def choose_push(services: Services, chosen: PushChoice) -> tuple[list[str], bool]:
    """What was done in sentences, and whether all is well."""
    networks = Networks(services.plugins, services.connectors.connector_for)
    desk = PushDesk(services.database, services.region_id, services.secret_box, networks, services.now)
    if chosen.callback is not None:
        opened = await open_callback(desk, chosen.source_id, chosen.callback, direct_messages=chosen.direct_messages)
        return await _await_confirmation(desk, chosen.source_id, opened.address, opened.state)
    if chosen.long_poll:
        await open_long_poll(desk, chosen.source_id, direct_messages=chosen.direct_messages)
        return ["Workers fetch the events of this page from now on; see `otklik source push ID --check`."], True
    if chosen.check:
        report = await check_push(desk, chosen.source_id)
        return list(report.lines()), report.is_well
    closed = await close_push(desk, chosen.source_id)
    done = "This page is polled only." if closed.is_polled else "Nothing more is received of this page: its network cannot be polled."
    if not closed.untold:
        return [done], True
    advice = "It goes on calling and is refused: take our address out of the page's settings there."
    return [done, f"The network could not be told: {closed.untold}", advice], True


async def _await_confirmation(desk: PushDesk, source_id: SourceId, address: str, state: str) -> tuple[list[str], bool]:
    """Waits a little for the network to call the address that it was given."""
    for _ in range(LOOKS):
        if state.split(",")[0] == CONFIRMED:
            return [f"The network sends the events of this page to {address} and has confirmed it."], True
        await asyncio.sleep(BETWEEN_LOOKS_SECONDS)
        state = await callback_state(desk, source_id)
    trouble = f"The network has not confirmed the address yet (it says: {state or 'nothing'})."
    advice = "Is `otklik web` running, and is the address open to the network? It asks again by itself; see --check."
    return [f"The network was given {address}.", trouble, advice], False
