"""Hop 3, first part: what a page changes in its threads, against what is stored of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.conversation import POST
from app.domain.message import Commenting, MessageId
from app.storage import answers, incidents, messages
from app.storage.intake import missing_messages
from app.storage.intake.looks import Look
from app.storage.intake.missing_messages import Level
from app.storage.messages import KnownMessage, ThreadKey
from app.storage.threads import Thread
from app.usecases.judge_page import Judged, around, comment_id
from connectors.sdk.contract import Coverage


@dataclass(slots=True)
class ThreadNews:
    """What a page changes in one thread, and the residents whose conversations that touches.

    Of those `deleted` some are `undelivered`: they have never been there.
    It `belies_network` when somebody commented after the network had called the comments closed.
    """

    new: list[Judged] = field(default_factory=list)
    edited: list[tuple[Judged, KnownMessage]] = field(default_factory=list)
    unstubbed: list[Judged] = field(default_factory=list)
    deleted: list[MessageId] = field(default_factory=list)
    undelivered: list[MessageId] = field(default_factory=list)
    restored: list[MessageId] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)
    commenting: Commenting | None = None
    belies_network: bool = False

    def __bool__(self) -> bool:
        return bool(self.new) or not self.only_new

    @property
    def only_new(self) -> bool:
        """Whether nothing that was there before changes."""
        return not (self.edited or self.unstubbed or self.deleted or self.restored or self.commenting)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """What a page shows of one locked thread."""

    key: ThreadKey
    thread: Thread
    judged: Sequence[Judged]
    coverage: Sequence[Coverage]


async def compare(session: AsyncSession, page: ThreadPage, look: Look, *, asked_at: datetime, now: datetime) -> ThreadNews:
    """The news of a thread. Nothing that somebody saw after `asked_at` is overruled."""
    stored = await _stored(session, page, look)
    seen = {comment_id(one.message): one for one in page.judged}
    news = ThreadNews()
    for place, one in seen.items():
        _compare(news, one, stored.get(place), asked_at=asked_at)
    levels = [Level(one.root_id, one.first_id, one.last_id, one.first_at, one.last_at) for one in page.coverage]
    present = [place for place, one in seen.items() if not one.message.deleted]
    news.deleted += await missing_messages.missing(session, page.key, levels, present=present, asked_at=asked_at)
    changed = [*news.new, *news.unstubbed, *(one for one, _ in news.edited)]
    news.authors |= {author for one in changed for author in _touched(one, seen, stored)}
    news.authors |= await missing_messages.touched_by(session, page.key, [*news.deleted, *news.restored])
    edited = [known.id for _, known in news.edited if known.official]
    news.authors |= await answers.linked_residents(session, page.key, [*edited, *news.deleted, *news.restored])
    news.belies_network = _is_belied(page.thread, news)
    told = _commenting(page.thread, seen.get(POST), asked_at=asked_at, now=now)
    news.commenting = Commenting(False, now) if news.belies_network else told
    if news.commenting is not None:
        news.authors |= await incidents.residents_of(session, page.key)
    return news


def _commenting(thread: Thread, post: Judged | None, *, asked_at: datetime, now: datetime) -> Commenting | None:
    """What a page tells otherwise than is known of whether comments can be written under its post."""
    told = None if post is None or post.message.deleted else post.message.comments_closed
    if told is None or thread.comments_closed is None or told is thread.comments_closed:
        return None
    is_newer = thread.comments_told_at is None or thread.comments_told_at <= asked_at
    return Commenting(told, now) if is_newer else None


def _is_belied(thread: Thread, news: ThreadNews) -> bool:
    told_at = thread.comments_told_at if thread.comments_closed else None
    return told_at is not None and any(comment_id(one.message) != POST and one.message.published_at > told_at for one in news.new)


async def _stored(session: AsyncSession, page: ThreadPage, look: Look) -> Mapping[str, KnownMessage]:
    """What is stored of the thread around the page, by comment id; the look of hop 2 does, unless somebody was faster since."""
    post = page.key.post_id
    if page.thread.changes == look.changes.get(post, 0):
        return look.known.get(post, {})
    near = {place for one in page.judged for place in around(one.message)}
    return await messages.known(session, page.key, near | {POST})


def _compare(news: ThreadNews, one: Judged, known: KnownMessage | None, *, asked_at: datetime) -> None:
    """What one message changes; one that was erased only goes and comes back: who wrote it and what is never learnt again."""
    message = one.message
    if known is None:
        news.new.append(one)
    elif known.changed_at > asked_at:
        return
    elif message.deleted:
        if known.deleted_at is None:
            news.deleted.append(known.id)
            if message.undelivered:
                news.undelivered.append(known.id)
    elif known.author_id is None and message.author is not None and known.erased_at is None:
        news.unstubbed.append(one)
    else:
        if known.deleted_at is not None:
            news.restored.append(known.id)
        if known.text != message.text and known.erased_at is None:
            news.edited.append((one, known))


def _touched(one: Judged, seen: Mapping[str, Judged], stored: Mapping[str, KnownMessage]) -> Iterable[str]:
    """Whose conversation a message belongs to: a resident's own, or those whom an official text may address."""
    message = one.message
    if message.author is None:
        return
    if not one.official:
        yield message.author.external_id
        return
    yield from message.mentions
    for place in (message.reply_to_id, message.root_id, POST):
        if place is None:
            continue
        if place in seen:
            neighbour = seen[place].message.author
            if neighbour is not None:
                yield neighbour.external_id
        elif place in stored and stored[place].author_id is not None:
            yield stored[place].author_id or ""
