"""The inbox of a source into hop 2: its events in the order in which they came, each with its effect exactly once.

Events may be late, repeated and out of order, and carry no time of their own. So they are believed only where they cannot
be out of date: an event makes an unknown message known, or changes one that arrived in time. Whatever else they touch is
read again by the next poll, which has the last word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.detection import Timing
from app.domain.errors import LeaseLost
from app.domain.reply import ReplyState
from app.domain.source import Source
from app.storage import push_channels, pushed_events, threads
from app.storage.engine import DATABASE_ERRORS
from app.storage.polling import readings
from app.storage.push_channels import IntakeClaim
from app.storage.pushed_events import WaitingEvent
from app.storage.server.failures import is_away
from app.telemetry.metrics import PUSHED_EVENTS, REPLIES
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.judge_page import Intake, post_id
from app.usecases.note_detection import note_detection, published_in
from app.usecases.note_undelivered import note_undelivered, undelivered_in
from app.usecases.pushed_page import pushed_page
from app.usecases.weigh_events import addressed, is_believed, is_doubtful, place_of, places_of, rooted
from connectors.sdk.contract import (
    Author,
    AuthorNamer,
    CommentReader,
    Connector,
    EventReader,
    Message,
    MessageType,
    PushedNews,
)
from connectors.sdk.errors import ConnectorError, UnexpectedResponse

log = structlog.get_logger(__name__)

EVENTS_AT_ONCE = 200
MOST_NAMES = 50_000


@dataclass(frozen=True, slots=True)
class Taking:
    """What taking events in works with. `reader_for` gives a network's connector, with or without credentials."""

    intake: Intake
    reader_for: Callable[[str], Connector | None]
    now: Callable[[], datetime]
    on_page: Callable[[Source, Intaken], None]
    names: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """A waiting event and what it tells; `news` is `None` for one of no interest."""

    waiting: WaitingEvent
    news: PushedNews | None

    @property
    def place(self) -> tuple[str, str] | None:
        return None if self.news is None else place_of(self.news.message)


async def take_in_events(taking: Taking, *, limit: int) -> int:
    """Takes in what waits of up to `limit` sources that no other worker has; how many events were dealt with."""
    async with taking.intake.database.write() as session:
        claims = await push_channels.claim_intake(session, taking.intake.region_id, limit=limit)
    taken = 0
    for claim in claims:
        try:
            taken += await _take_in_source(taking, claim)
        except LeaseLost:
            log.warning("inbox lost", source_id=claim.source.id)
        finally:
            async with taking.intake.database.write() as session:
                await push_channels.release_intake(session, claim)
    return taken


async def _take_in_source(taking: Taking, claim: IntakeClaim) -> int:
    async with taking.intake.database.read() as session:
        waiting = await pushed_events.waiting(session, claim.source.id, limit=EVENTS_AT_ONCE)
    if claim.is_paused:  # the first poll after the pause reads what has happened meanwhile
        await _forget(taking, claim.source, waiting)
        return len(waiting)
    reader = taking.reader_for(claim.source.network)
    if not isinstance(reader, EventReader):
        return 0
    read = [event for one in waiting if (event := await _read(taking, reader, claim, one)) is not None]
    for run in runs(read):
        await _take_in_or_part(taking, claim, run)
    return len(waiting)


async def _read(taking: Taking, reader: EventReader, claim: IntakeClaim, waiting: WaitingEvent) -> ReadEvent | None:
    """`None` for an event that cannot be read, which is put aside with its reason, and for a private one not asked for."""
    try:
        news = reader.read_event(waiting.body, received_at=waiting.received_at)
    except UnexpectedResponse as error:
        await _put_aside(taking, claim.source, waiting, str(error), for_good=True)
        return None
    except Exception as error:  # the edge to a connector, which may be anybody's: a fault of its holds up no other event
        log.exception("event reader broke", source_id=claim.source.id, event_number=waiting.id, error=type(error).__name__)
        await _put_aside(taking, claim.source, waiting, type(error).__name__, for_good=False)
        return None
    if news is not None and news.message.type is MessageType.DIRECT and not claim.direct_messages:
        await _forget(taking, claim.source, [waiting])
        return None
    return ReadEvent(waiting, news)


async def _forget(taking: Taking, source: Source, unwanted: Sequence[WaitingEvent]) -> None:
    PUSHED_EVENTS.labels(source.network, "ignored").inc(len(unwanted))
    async with taking.intake.database.write() as session:
        await pushed_events.forget(session, [one.id for one in unwanted], now=taking.now())


def runs(events: Sequence[ReadEvent]) -> list[list[ReadEvent]]:
    """The events in order, parted so that no part tells of one message twice: every version is kept."""
    parts: list[list[ReadEvent]] = []
    told: set[tuple[str, str]] = set()
    for event in events:
        place = event.place
        if not parts or (place is not None and place in told):
            parts.append([])
            told = set()
        parts[-1].append(event)
        if place is not None:
            told.add(place)
    return parts


async def _take_in_or_part(taking: Taking, claim: IntakeClaim, run: Sequence[ReadEvent]) -> None:
    """Takes a run in; one that breaks is taken in event by event, so that only the broken one stays behind."""
    try:
        await _take_in(taking, claim, run)
    except (LeaseLost, *DATABASE_ERRORS) as error:
        if isinstance(error, LeaseLost) or is_away(error):
            raise
        await _part(taking, claim, run, error)
    except (ValueError, KeyError, TypeError) as error:
        await _part(taking, claim, run, error)


async def _part(taking: Taking, claim: IntakeClaim, run: Sequence[ReadEvent], error: Exception) -> None:
    if len(run) > 1:
        for event in run:
            await _take_in_or_part(taking, claim, [event])
        return
    log.error("event broke", source_id=claim.source.id, event_number=run[0].waiting.id, error=type(error).__name__, exc_info=True)
    await _put_aside(taking, claim.source, run[0].waiting, type(error).__name__, for_good=False)


async def _put_aside(taking: Taking, source: Source, waiting: WaitingEvent, trouble: str, *, for_good: bool) -> None:
    PUSHED_EVENTS.labels(source.network, "broken").inc()
    async with taking.intake.database.write() as session:
        await pushed_events.note_trouble(session, waiting.id, trouble, for_good=for_good, now=taking.now())


async def _take_in(taking: Taking, claim: IntakeClaim, run: Sequence[ReadEvent]) -> None:
    """One run in one transaction: its messages, the threads to look at again, and the mark that it is done."""
    intake, source = taking.intake, claim.source
    told = [(event.waiting, event.news) for event in run if event.news is not None]
    async with intake.database.read() as session:
        stored = await pushed_events.targets(session, intake.region_id, source.id, places_of(news for _, news in told))
    can_be_read = isinstance(taking.reader_for(source.network), CommentReader)
    believed = [(waiting, news) for waiting, news in told if is_believed(waiting, news, stored.get(place_of(news.message)))]
    doubted = {post_id(news.message) for waiting, news in told if is_doubtful(waiting, news, stored.get(place_of(news.message)))}
    begun_at = taking.now()
    posts = {place_of(news.message): news.message.url for _, news in told}
    lost, undelivered = undelivered_in(((news, stored.get(place_of(news.message))) for _, news in told), source), 0
    messages = await _named(taking, source, [addressed(news, rooted(news.message, stored), stored, posts) for _, news in believed])
    named_at = judged_at = taking.now()

    async def finish(writing: AsyncSession) -> None:
        nonlocal undelivered
        now = taking.now()
        last_event_at = max(event.waiting.received_at for event in run)
        await push_channels.hold_intake(writing, claim, last_event_at=last_event_at, now=now)
        await pushed_events.mark_taken(writing, [event.waiting.id for event in run], now=now)
        undelivered = await note_undelivered(writing, intake.region_id, source, lost, now=now)
        if doubted and can_be_read:
            await threads.confirm(writing, intake.region_id, source.id, doubted, at=now)
        if can_be_read:
            await readings.plan(writing, intake.region_id, [source.id], now=now)

    if messages:
        page = pushed_page([(waiting, message) for (waiting, _), message in zip(believed, messages, strict=True)])
        seen_at = [waiting.received_at for waiting, _ in told]
        first, last = min(seen_at), max(seen_at)

        def judged() -> datetime:
            """What an event says was seen at the door, not now: else an event behind it in the queue would look older than it."""
            nonlocal judged_at
            judged_at = taking.now()
            return last

        taken = await ingest_page(intake, source, page, now=judged, asked_at=first, save_checkpoint=finish, also_held=doubted)
        taking.on_page(source, taken)
        if taken.left_out:
            async with intake.database.write() as writing:
                await pushed_events.forget_bodies(writing, [event.waiting.id for event in run])
        timing = Timing(first, begun_at, named_at, judged_at, taking.now())
        published = published_in(taken, last, since=source.monitored_since)
        await note_detection(intake, source, timing, published, posts_per_day=claim.posts_per_day)
    else:
        async with intake.database.write() as writing:
            await finish(writing)
    if undelivered:
        REPLIES.labels(ReplyState.FAILED.value).inc(undelivered)
    PUSHED_EVENTS.labels(source.network, "taken").inc(len(told))
    PUSHED_EVENTS.labels(source.network, "ignored").inc(len(run) - len(told))


async def _named(taking: Taking, source: Source, messages: Sequence[Message]) -> list[Message]:
    """The messages with their authors' names, which events leave out; without one where the network does not tell it now."""
    nameless = {message.author.external_id for message in messages if message.author is not None and message.author.name is None}
    names = {author: name for author in nameless if (name := taking.names.get((source.network, author)))}
    names[source.external_id] = source.name
    if missing := nameless - names.keys():
        names |= await _asked(taking, source.network, missing)
    return [replace(message, author=_author(message.author, names)) for message in messages]


def _author(author: Author | None, names: Mapping[str, str]) -> Author | None:
    return None if author is None else replace(author, name=author.name or names.get(author.external_id))


async def _asked(taking: Taking, network: str, authors: set[str]) -> Mapping[str, str]:
    namer = taking.reader_for(network)
    if not isinstance(namer, AuthorNamer):
        return {}
    try:
        found = await namer.name_authors(sorted(authors))
    except ConnectorError as error:
        log.info("authors stay without names", network=network, count=len(authors), reason=type(error).__name__)
        return {}
    if len(taking.names) > MOST_NAMES:
        taking.names.clear()
    taking.names.update({(network, author): name for author, name in found.items()})
    return found
