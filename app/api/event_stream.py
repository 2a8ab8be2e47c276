"""What happens to incidents as it happens, for dashboards and scripts that would else ask again and again."""

from collections import Counter
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from app.api.access import Reader, Shown, is_still_admitted
from app.api.context import Context
from app.api.parameters import LARGEST
from app.api.problems import responses
from app.api.routers import make_router
from app.api.schemas.step import FedEventOut
from app.domain.operator import Act
from app.storage.engine import DATABASE_ERRORS
from app.usecases.create_token import fingerprint
from app.usecases.follow_events import EventFeed

router = make_router("events")

ADMITTED_FOR = 5.0
"""Real seconds after which a reader's token is looked at again, whether there was something to tell or not."""
STREAMS_PER_TOKEN = 10
"""Open at a time in one web process: a script that forgets to close its streams takes no connections from the others."""
COME_BACK_SECONDS = 15


async def feed_of(request: Request) -> EventFeed:
    """The feed of the application that answers."""
    feed: EventFeed = request.app.state.feed
    return feed


async def take_seat(request: Request, shown: Shown) -> AsyncIterator[None]:
    """One of the token's streams, until the answer has ended; 429 when it has too many."""
    streams: Counter[bytes] = request.app.state.streams
    token = fingerprint(shown.credentials if shown else "")
    if streams[token] >= STREAMS_PER_TOKEN:
        detail = f"This token has {STREAMS_PER_TOKEN} streams open: close one, or give each reader a token of its own."
        raise HTTPException(429, detail, {"Retry-After": str(COME_BACK_SECONDS)})
    streams[token] += 1
    try:
        yield
    finally:
        streams[token] -= 1
        streams += Counter()  # forgets those that have none


Feed = Annotated[EventFeed, Depends(feed_of)]
Seat = Annotated[None, Depends(take_seat, scope="request")]
LastEventId = Annotated[int | None, Header(ge=0, le=LARGEST, description="The last event that was seen: what came after it is told first.")]


@router.get("/events/stream", operation_id="stream_events", response_class=EventSourceResponse, responses=responses(429))
async def stream_events(
    operator: Reader, shown: Shown, context: Context, feed: Feed, seat: Seat, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Every entry of every incident's log, from now on or after `Last-Event-ID`: `event` is its type, `id` its number, `data` its JSON.

    The stream ends when the token no longer admits, when the
    database is away, and when a reader falls thousands of events behind: connect again with `Last-Event-ID`.
    """
    asked_at: float | None = None

    async def may_stay() -> bool:
        nonlocal asked_at
        if asked_at is not None and monotonic() - asked_at < ADMITTED_FOR:
            return True
        asked_at = monotonic()
        return await is_still_admitted(Act.READ, shown, context)

    async with feed.follow(after=last_event_id, may_stay=may_stay, asked_every=ADMITTED_FOR) as events:
        try:
            async for event in events:
                out = FedEventOut.of_fed(event)
                yield ServerSentEvent(id=str(out.id), event=out.type.value, data=out)
        except DATABASE_ERRORS:  # it is away: the reader comes again
            return
