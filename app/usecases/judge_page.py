"""Hop 2: what each message of a page is, decided without holding a transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.classifier.contract import Classifier, TextInContext
from app.domain.authority import OfficialAccount
from app.domain.conversation import POST
from app.domain.place import FoundPlace
from app.domain.source import Source
from app.domain.verdict import Verdict
from app.storage.engine import Database
from app.storage.intake import looks
from app.storage.intake.looks import Look
from app.storage.messages import KnownMessage
from app.storage.partitions import Growth
from app.storage.regions import RegionId
from app.usecases.find_places import PlaceFinders
from app.usecases.judge_together import Judgement, Pile, Tray
from app.usecases.leave_out_erased import ErasedPeople
from connectors.sdk.contract import Message, MessageType


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a page needs. Without `erased_people` nobody is looked for, as in a replay, whose evidence holds none of them."""

    database: Database
    classifier: Classifier
    region_id: RegionId
    growth: Growth = field(default_factory=Growth)
    finders: PlaceFinders = field(default_factory=PlaceFinders)
    tray: Tray = field(default_factory=Tray)
    erased_people: ErasedPeople | None = None


UNJUDGED: tuple[None, tuple[FoundPlace, ...]] = (None, ())


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with what we hold it for. `verdict` is `None` for messages that are official, a page's own, wordless or unchanged."""

    message: Message
    account: OfficialAccount | None
    verdict: Verdict | None
    places: tuple[FoundPlace, ...] = ()

    @property
    def official(self) -> bool:
        return self.account is not None

    @property
    def asks(self) -> bool:
        return self.verdict is not None and self.verdict.needs_answer and not self.official


def post_id(message: Message) -> str:
    """The thread of a message."""
    return message.external_id if message.type is MessageType.POST else message.post_id or ""


def comment_id(message: Message) -> str:
    """The message's place in its thread; a post stands at the empty place."""
    return POST if message.type is MessageType.POST else message.external_id


def around(message: Message) -> set[str]:
    """The places in its thread that say what a message is: its own, that of what it replies to, and its branch's."""
    return {place for place in (comment_id(message), message.reply_to_id, message.root_id) if place is not None}


async def look_at(intake: Intake, source: Source, page: Sequence[Message]) -> Look:
    """What we know already of the messages of a page, of those they reply to, and of their authors."""
    authors = {message.author.external_id for message in page if message.author is not None}
    posts = {post_id(message) for message in page}
    comments = {POST}.union(*map(around, page))
    async with intake.database.read() as session:
        return await looks.look(session, intake.region_id, source, authors=authors, posts=posts, comments=comments)


async def judge_page(intake: Intake, source: Source, look: Look, page: Sequence[Message]) -> list[Judged]:
    """Tells officials from residents, classifies what is new or changed, each text with its post and what it replies to, and finds

    the places in what needs an answer.
    """
    accounts = [_account(message, look) for message in page]
    waiting = [index for index, message in enumerate(page) if accounts[index] is None and _needs_verdict(source, message, look)]
    judgements: dict[int, Judgement] = {}
    if waiting:
        texts = {(post_id(message), comment_id(message)): message.text for message in page if message.text}
        in_context = [_in_context(page[index], texts, look) for index in waiting]
        finder = await intake.finders.newest(intake.database, intake.region_id)
        told = await intake.tray.judge(Pile(intake.classifier, in_context, finder, source.territory_id))
        judgements = dict(zip(waiting, told, strict=True))
    return [Judged(message, accounts[index], *judgements.get(index, UNJUDGED)) for index, message in enumerate(page)]


def _needs_verdict(source: Source, message: Message, look: Look) -> bool:
    """Whether a resident says something new. What a page says in its own name is news, and nobody there to answer; but a test

    page asks itself.
    """
    if not message.text or message.author is None:
        return False
    if message.author.external_id == message.wall.external_id and not source.test:
        return False
    known = _known(look, post_id(message), comment_id(message))
    return known is None or (known.erased_at is None and (known.author_id is None or known.text != message.text))


def _known(look: Look, post: str, comment: str) -> KnownMessage | None:
    of_thread = look.known.get(post)
    return None if of_thread is None else of_thread.get(comment)


def _account(message: Message, look: Look) -> OfficialAccount | None:
    registered: Collection[OfficialAccount] = () if message.author is None else look.accounts.get(message.author.external_id, ())
    return _valid(registered, message.published_at)


def _valid(accounts: Collection[OfficialAccount], moment: datetime) -> OfficialAccount | None:
    return next((account for account in accounts if account.is_valid_at(moment)), None)


def _in_context(message: Message, texts: Mapping[tuple[str, str], str], look: Look) -> TextInContext:
    thread = post_id(message)

    def text_at(comment: str | None) -> str | None:
        if comment is None:
            return None
        shown = texts.get((thread, comment))
        if shown:
            return shown
        known = _known(look, thread, comment)
        return None if known is None else known.text

    post = None if message.type is MessageType.POST else text_at(POST)
    return TextInContext(message.text or "", post=post, reply_to=text_at(message.reply_to_id))
