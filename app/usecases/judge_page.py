"""Hop 2: what each message of a page is, decided without holding a transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.classifier.contract import Classifier, TextInContext
from app.domain.authority import OfficialAccount
from app.domain.conversation import POST
from app.domain.source import Source
from app.domain.verdict import Verdict
from app.storage import messages, official_accounts, threads
from app.storage.engine import Database
from app.storage.messages import KnownMessage, ThreadKey
from app.storage.partitions import Growth
from app.storage.regions import RegionId
from connectors.sdk.contract import Message, MessageType


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a page needs."""

    database: Database
    classifier: Classifier
    region_id: RegionId
    growth: Growth = field(default_factory=Growth)


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with what we hold it for. `verdict` is `None` for messages that are official, a page's own, wordless or unchanged."""

    message: Message
    account: OfficialAccount | None
    verdict: Verdict | None

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


async def judge_page(intake: Intake, source: Source, page: Sequence[Message]) -> list[Judged]:
    """Tells officials from residents and classifies what is new or changed, each text with its post and what it replies to."""
    stored, accounts = await _look_up(intake, source, page)
    texts = {(post_id(message), comment_id(message)): message.text for message in page if message.text}
    judged: list[Judged] = []
    waiting: list[tuple[int, TextInContext]] = []
    for message in page:
        account = _account(message, accounts)
        known = stored.get((post_id(message), comment_id(message)))
        changed = known is None or known.author_id is None or known.text != message.text
        if account is None and changed and message.text and _is_by_a_person(message):
            waiting.append((len(judged), _in_context(message, texts, stored)))
        judged.append(Judged(message, account, None))
    verdicts = await asyncio.to_thread(intake.classifier.classify, [text for _, text in waiting]) if waiting else []
    for (index, _), verdict in zip(waiting, verdicts, strict=True):
        judged[index] = Judged(judged[index].message, None, verdict)
    return judged


async def _look_up(
    intake: Intake, source: Source, page: Sequence[Message]
) -> tuple[dict[tuple[str, str], KnownMessage], dict[str, list[OfficialAccount]]]:
    by_post: dict[str, set[str]] = {}
    for message in page:
        wanted = by_post.setdefault(post_id(message), {POST})
        wanted |= {comment_id(message)} | ({message.reply_to_id} - {None} if message.reply_to_id else set())
    authors = {message.author.external_id for message in page if message.author is not None}
    stored: dict[tuple[str, str], KnownMessage] = {}
    async with intake.database.read() as session:
        accounts = await official_accounts.find(session, intake.region_id, source.network, authors)
        months = await threads.months_of(session, intake.region_id, source.id, list(by_post))
        for post, month in months.items():
            found = await messages.known(session, ThreadKey(intake.region_id, month, source.id, post), by_post[post])
            stored |= {(post, comment): message for comment, message in found.items()}
    return stored, accounts


def _is_by_a_person(message: Message) -> bool:
    """Whether anybody but the page itself wrote it: what a page says in its own name is news, and nobody there to answer."""
    return message.author is not None and message.author.external_id != message.wall.external_id


def _account(message: Message, accounts: dict[str, list[OfficialAccount]]) -> OfficialAccount | None:
    if message.author is None:
        return None
    return _valid(accounts.get(message.author.external_id, []), message.published_at)


def _valid(accounts: Sequence[OfficialAccount], moment: datetime) -> OfficialAccount | None:
    return next((account for account in accounts if account.is_valid_at(moment)), None)


def _in_context(message: Message, texts: Mapping[tuple[str, str], str], stored: Mapping[tuple[str, str], KnownMessage]) -> TextInContext:
    def text_at(comment: str | None) -> str | None:
        if comment is None:
            return None
        place = (post_id(message), comment)
        known = stored.get(place)
        return texts.get(place) or (None if known is None else known.text)

    post = None if message.type is MessageType.POST else text_at(POST)
    return TextInContext(message.text or "", post=post, reply_to=text_at(message.reply_to_id))
