"""Says of replies that the network had taken that they came to nobody."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import Event, EventType
from app.domain.reply import NOT_DELIVERED
from app.domain.source import Source
from app.storage import events, replies
from app.storage.pushed_events import Target
from app.storage.regions import RegionId
from connectors.sdk.contract import MessageType, PushedChange, PushedNews


def undelivered_in(told: Iterable[tuple[PushedNews, Target | None]], source: Source) -> dict[str, str]:
    """By the number of a reply of ours why nobody got it.

    The network may have said so before we had taken in what we wrote: then that comes to a place that is known for empty.
    """
    reasons = {}
    for news, target in told:
        message = news.message
        if news.change is PushedChange.UNDELIVERED:
            reasons[message.external_id] = f"{NOT_DELIVERED}: {news.reason}" if news.reason else NOT_DELIVERED
        elif is_too_late(news, target) and message.author is not None and message.author.external_id == source.external_id:
            reasons[message.external_id] = NOT_DELIVERED
    return reasons


def is_too_late(news: PushedNews, target: Target | None) -> bool:
    """Whether a private message appears of which only its end was ever seen."""
    is_gone = target is not None and target.is_stub and target.is_deleted
    return is_gone and news.change is PushedChange.APPEARED and news.message.type is MessageType.DIRECT


async def note_undelivered(session: AsyncSession, region_id: RegionId, source: Source, reasons: Mapping[str, str], *, now: datetime) -> int:
    """Tells the outbox and the logs of the incidents; how many replies were ours."""
    if not reasons:
        return 0
    failed = await replies.fail_undelivered(session, region_id, source.id, reasons, now=now)
    told = [(one.incident_id, Event(EventType.REPLY_FAILED, now, {"reply": one.id, "reason": one.reason})) for one in failed]
    await events.append(session, region_id, told, now=now)
    return len(failed)
