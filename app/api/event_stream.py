"""What happens to incidents as it happens, for dashboards and scripts that would else ask again and again."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.access import Reader, Shown, is_still_admitted
from app.api.context import Context
from app.api.parameters import LARGEST
from app.api.routers import make_router
from app.api.schemas.step import FedEventOut
from app.domain.operator import Act
from app.usecases.follow_events import EventFeed

router = make_router("events")

ADMITTED_FOR = 15.0
"""Real seconds after which a reader's token is looked at again before it is told more."""


async def feed_of(request: Request) -> EventFeed:
    """The feed of the application that answers."""
    feed: EventFeed = request.app.state.feed
    return feed


Feed = Annotated[EventFeed, Depends(feed_of)]
LastEventId = Annotated[int | None, Header(ge=0, le=LARGEST, description="The last event that was seen: what came after it is told first.")]


@router.get("/events/stream", operation_id="stream_events", response_class=EventSourceResponse)
async def stream_events(
    operator: Reader, shown: Shown, context: Context, feed: Feed, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Every entry of every incident's log, from now on or after `Last-Event-ID`: `event` is its type, `id` its number, `data` its JSON.

    The stream ends when the token no longer admits, when the
    database is away, and when a reader falls thousands of events behind: connect again with `Last-Event-ID`.
    """
    admitted_at = monotonic()
    async with feed.follow(after=last_event_id) as events:
        async for event in events:
            if monotonic() - admitted_at >= ADMITTED_FOR:
                if not await is_still_admitted(Act.READ, shown, context):
                    return
                admitted_at = monotonic()
            out = FedEventOut.of_fed(event)
            yield ServerSentEvent(id=str(out.id), event=out.type.value, data=out)
