"""Publishes what operators wrote, each reply once: what may have arrived is looked for under its post and never sent again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import Event, EventType
from app.domain.incident import IncidentId
from app.domain.reply import ReplyId, ReplyState
from app.domain.source import SourceId
from app.storage import events, pushed_events, replies, threads
from app.storage.engine import Database
from app.storage.pushed_events import ReceivedEvent
from app.storage.regions import RegionId
from app.storage.replies import Outgoing, Seen, Settled
from app.telemetry.metrics import REPLIES
from connectors.sdk.contract import Author, Connector, Message, MessageType, PublishedReply, PushedEvent, ReplyPublisher, Wall
from connectors.sdk.errors import (
    AuthenticationFailed,
    ConnectorError,
    OutcomeUnknown,
    QuotaExhausted,
    RateLimited,
    SourceUnavailable,
    UnexpectedResponse,
)

log = structlog.get_logger(__name__)

LOOKED_FOR = timedelta(days=1)
"""How long a reply of unknown outcome is looked for; an operator decides sooner."""
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=30)
MOST_ATTEMPTS = 12
SENT_WITHIN = timedelta(minutes=2)
"""Below `replies.LEASE`, so that who takes a reply for lost is right."""
LEFT_US = "no word came back from the network: look under the post before writing it again"
TELLING = {
    ReplyState.SENT: EventType.REPLY_SENT,
    ReplyState.FAILED: EventType.REPLY_FAILED,
    ReplyState.UNKNOWN: EventType.REPLY_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Publishing:
    """What publishing works with. `connector_for` raises `AuthenticationFailed` for a network without a credential."""

    database: Database
    region_id: RegionId
    connector_for: Callable[[str], Connector]
    now: Callable[[], datetime]


async def claim_replies(publishing: Publishing, *, limit: int) -> Sequence[Outgoing]:
    """Settles what can be settled without a call, then takes what waits, to be sent by `publish_reply`."""
    now, region_id = publishing.now(), publishing.region_id
    async with publishing.database.write() as session:
        lost = await replies.set_lost_apart(session, region_id, reason=LEFT_US)
        for one in sorted(lost, key=lambda one: (one.source_id, one.post_id)):  # as everybody holds threads
            await _tell(session, publishing, one.id, one.incident_id, Settled(ReplyState.UNKNOWN), now=now)
            await threads.recount(session, region_id, one.source_id, [one.post_id], at=now)
        moot = await replies.drop_moot(session, region_id, now=now)
        for late in moot:
            await _tell(session, publishing, late.id, late.incident_id, Settled(ReplyState.FAILED, error=late.reason), now=now)
    _count(ReplyState.UNKNOWN, len(lost))
    _count(ReplyState.FAILED, len(moot))
    await _settle_seen(publishing)
    async with publishing.database.write() as session:
        return await replies.claim(session, region_id, now=now, limit=limit)


async def publish_reply(publishing: Publishing, one: Outgoing) -> None:
    """Sends a reply that was taken, and keeps how that ended."""
    settled, event = await _send(publishing, one)
    await _record(publishing, one, settled, thread=(one.source_id, one.post_id), event=event)


async def _send(publishing: Publishing, one: Outgoing) -> tuple[Settled, PushedEvent | None]:
    """The reply's first and only call of this attempt: what its end means, and the event that tells of it, if nothing else will."""
    try:
        connector = publishing.connector_for(one.network)
        if not isinstance(connector, ReplyPublisher):
            return Settled(ReplyState.FAILED, error=f"nothing can be written on {one.network} from here: answer under the link"), None
        async with asyncio.timeout(SENT_WITHIN.total_seconds()):
            published: PublishedReply = await connector.publish_reply(_message(one), one.text, reply_id=one.key)
    except ConnectorError as error:
        return judge_failure(error, one.attempts, now=publishing.now()), None
    except Exception as error:  # whatever broke in our own hands may have broken after the call had left
        log.exception("reply broke", reply=one.id, error=type(error).__name__)
        return Settled(ReplyState.UNKNOWN, error=LEFT_US), None
    return Settled(ReplyState.SENT, published.external_id, published.url), published.event


def judge_failure(error: ConnectorError, attempts: int, *, now: datetime) -> Settled:
    """What a network's refusal means for a reply: another attempt only where nothing can have been published."""
    match error:
        case OutcomeUnknown() | UnexpectedResponse():
            return Settled(ReplyState.UNKNOWN, error=LEFT_US)
        case RateLimited() | QuotaExhausted() | SourceUnavailable() if attempts < MOST_ATTEMPTS:
            return Settled(ReplyState.QUEUED, error=str(error), retry_at=_retry_at(error, attempts, now=now))
        case AuthenticationFailed() if error.retry_after is not None and attempts < MOST_ATTEMPTS:
            return Settled(ReplyState.QUEUED, error=str(error), retry_at=now + timedelta(seconds=error.retry_after))
        case _:
            return Settled(ReplyState.FAILED, error=str(error))


def _retry_at(error: ConnectorError, attempts: int, *, now: datetime) -> datetime:
    if isinstance(error, QuotaExhausted):
        return error.until or now + LONGEST_RETRY
    doubled: timedelta = min(FIRST_RETRY * (1 << (attempts - 1)), LONGEST_RETRY)
    return now + (max(doubled, timedelta(seconds=error.retry_after)) if isinstance(error, RateLimited) else doubled)


def _message(one: Outgoing) -> Message:
    """What is replied to, as the connector knows it."""
    kind = MessageType.DIRECT if one.is_direct else MessageType.COMMENT if one.comment_id else MessageType.POST
    author = None if one.author_id is None else Author(one.author_id)
    wall = Wall(one.network, one.wall_id)
    post_id = one.post_id if one.comment_id else None
    return Message(kind, one.comment_id or one.post_id, wall, one.url, one.published_at, author, None, post_id=post_id, root_id=one.root_id)


async def _settle_seen(publishing: Publishing) -> None:
    async with publishing.database.read() as session:
        found = await replies.seen(session, publishing.region_id, since=publishing.now() - LOOKED_FOR)
    for one in {one.url: one for one in reversed(found)}.values():  # one comment shows one reply: of two alike, the older
        await _record(publishing, one, Settled(ReplyState.SENT, one.comment_id, one.url))


async def _record(
    publishing: Publishing,
    reply: Outgoing | Seen,
    settled: Settled,
    *,
    thread: tuple[SourceId, str] | None = None,
    event: PushedEvent | None = None,
) -> None:
    """Keeps how a reply ended, tells it in the incident's log, and has its thread looked at soon, or what its event tells taken in."""
    now = publishing.now()
    async with publishing.database.write() as session:
        if not await replies.settle(session, publishing.region_id, reply.id, settled, now=now):
            return
        told = replace(settled, url=None) if reply.is_direct else settled  # the log is for good, and such an address names the person
        await _tell(session, publishing, reply.id, reply.incident_id, told, now=now)
        if thread is not None and settled.state in {ReplyState.SENT, ReplyState.UNKNOWN}:
            source_id, post_id = thread
            await threads.recount(session, publishing.region_id, source_id, [post_id], at=now)
            if event is not None:
                await pushed_events.store(session, [ReceivedEvent(source_id, event.event_id, now, event.raw)])
    _count(settled.state, 1)


async def _tell(
    session: AsyncSession, publishing: Publishing, reply_id: ReplyId, incident_id: IncidentId, settled: Settled, *, now: datetime
) -> None:
    """Says in the incident's log how a reply ended; of one that will be tried again nothing."""
    type_ = TELLING.get(settled.state)
    if type_ is not None:
        about = {"reply": reply_id, "url": settled.url, "reason": settled.error}
        event = Event(type_, now, {name: value for name, value in about.items() if value is not None})
        await events.append(session, publishing.region_id, [(incident_id, event)], now=now)


def _count(state: ReplyState, number: int) -> None:
    if number:
        REPLIES.labels(state.value).inc(number)
