"""A small language for pages in tests: who wrote what, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.classifier.contract import TextInContext
from app.domain.authority import OfficialAccount
from app.domain.source import Source
from app.domain.verdict import Kind, Verdict
from app.storage import official_accounts, sources
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.judge_page import Intake
from connectors.sdk.contract import Author, Coverage, Message, MessageType, Page, PostRef, Wall

PAGE = "-7"
WALL = Wall("vk", PAGE)


class ByMark:
    """Judges by a mark in the text, so that a test says itself what a message is: «!» complains, «?» asks, else other."""

    name = "by-mark"

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        return [self._judge(one.text) for one in texts]

    def _judge(self, message: str) -> Verdict:
        kind = Kind.COMPLAINT if "!" in message else Kind.QUESTION if "?" in message else Kind.OTHER
        return Verdict(kind, 0.9, None, None, "срочно" in message, self.name)


@dataclass(frozen=True, slots=True)
class Reader:
    """Takes pages of one official page in, at moments of its own."""

    intake: Intake
    source: Source
    clock: list[datetime]

    async def read(self, *messages: Message, at: datetime | None = None, coverage: tuple[Coverage, ...] = ()) -> Intaken:
        if at is not None:
            self.clock[0] = at
        return await ingest_page(self.intake, self.source, Page(messages, None, b"{}", "test", coverage), now=lambda: self.clock[0])

    async def rows(self, query: str, **parameters: Any) -> list[Any]:
        async with self.intake.database.read() as session:
            return list((await session.execute(text(query), parameters)).all())


async def open_reader(database: Database, region_id: RegionId, since: datetime) -> Reader:
    """A reader of one official page that is watched since the given moment."""
    async with database.write() as session:
        new = NewSource("vk", PAGE, "Администрация", "https://vk.com/club7", True, None, since)
        source_id = await sources.add(session, region_id, new, now=since)
        account = OfficialAccount("vk", PAGE, None, since - timedelta(days=10_000))
        await official_accounts.register(session, region_id, account, now=since)
        registered = await sources.get(session, region_id, source_id)
    return Reader(Intake(database, ByMark(), region_id), registered.source, [since])


async def register_body(reader: Reader, account: str, *, since: datetime, until: datetime | None = None) -> None:
    """Makes an account official."""
    async with reader.intake.database.write() as session:
        official = OfficialAccount("vk", account, None, since, until)
        await official_accounts.register(session, reader.intake.region_id, official, now=since)


def post(number: int, message: str, at: datetime, *, by: str = PAGE, comments: int = 0) -> Message:
    """A post of the wall."""
    author = Author(by, "Автор", is_community=by.startswith("-"))
    url = f"https://vk.com/wall{PAGE}_{number}"
    return Message(MessageType.POST, str(number), WALL, url, at, author, message, comment_count=comments)


def comment(
    number: int,
    message: str,
    at: datetime,
    *,
    by: str = "1",
    under: int = 100,
    root: int | None = None,
    reply_to: int | None = None,
    mentions: tuple[str, ...] = (),
    attachments: tuple[str, ...] = (),
) -> Message:
    """A comment under post 100 unless told otherwise."""
    return Message(
        MessageType.COMMENT,
        str(number),
        WALL,
        f"https://vk.com/wall{PAGE}_{under}?reply={number}",
        at,
        Author(by, "Житель", is_community=by.startswith("-")),
        message,
        post_id=str(under),
        root_id=None if root is None else str(root),
        reply_to_id=None if reply_to is None else str(reply_to),
        mentions=mentions,
        attachments=attachments,
    )


def stub(message: Message) -> Message:
    """What the network shows of a deleted comment that has replies."""
    return replace(message, author=None, text=None, deleted=True, mentions=())


def whole_thread(under: int = 100) -> tuple[Coverage, ...]:
    """The page shows all top-level comments there are."""
    return (Coverage(PostRef(WALL, str(under)), None, None, None),)
