"""A lively town for eyes and browsers: the corpus' threads on a few official pages, read as they were written."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.classifier.contract import TextInContext
from app.domain.authority import OfficialAccount
from app.domain.source import Source
from app.domain.verdict import Kind, Verdict
from app.storage import authorities, official_accounts, sources
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake
from app.usecases.watch_deadlines import watch_deadlines
from connectors.sdk.contract import Author, Message, MessageType, Page, Wall
from connectors.sdk.emulation.town import TownMessage, TownPage, is_present
from connectors.sdk.emulation.town_generator import GeneratedTown
from tests.end_to_end.watch import CORPUS, make_town, watched_pages

STEP = timedelta(hours=3)


class ByLabels:
    """Judges the corpus' texts as its writers labelled them, and any other text as talk."""

    name = "by-labels"

    def __init__(self) -> None:
        self._verdicts = dict(_labelled())

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        return [self._judge(one.text) for one in texts]

    def _judge(self, text: str) -> Verdict:
        kind, urgent, topic = self._verdicts.get(text, (Kind.OTHER, False, None))
        return Verdict(kind, 0.9, topic, 0.8 if topic else None, urgent, self.name)


def _labelled() -> Iterator[tuple[str, tuple[Kind, bool, str | None]]]:
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            for comment in json.loads(line)["comments"]:
                if "kind" in comment:
                    yield comment["text"], (Kind(comment["kind"]), comment["urgent"], comment["group"])


@dataclass(frozen=True, slots=True)
class Square:
    """One watched page of the town and what is written there, in order."""

    source: Source
    messages: Sequence[TownMessage]


async def settle_town(database: Database, region_id: RegionId, now: datetime, *, pages: int, threads: int, days: float) -> None:
    """The town watched since before its first word: every page read every few hours up to `now`."""
    town = make_town(7, now, pages=pages, threads=threads, days=days)
    since = now - timedelta(days=days + 1)
    squares = [square async for square in squares_of(database, region_id, town, since)]
    people = {person.id: f"{person.first_name} {person.last_name}" for person in town.town.people}
    people |= {-page.id: page.name for page in town.town.pages}
    numbers = {message.key: str(number) for number, message in enumerate(sorted(town.town.messages, key=lambda one: one.at), start=1)}
    intake = Intake(database, ByLabels(), region_id)
    clock = [since]
    while clock[0] < now:
        before, clock[0] = clock[0], min(clock[0] + STEP, now)
        for square in squares:
            fresh = [one for one in square.messages if before < one.at <= clock[0] and is_present(one, clock[0])]
            read = tuple(as_read(one, numbers, people, square.messages) for one in fresh)
            if read:
                await ingest_page(intake, square.source, Page(read, None, b"{}", "test"), now=lambda: clock[0])
    await watch_deadlines(database, region_id, now=now)


async def squares_of(database: Database, region_id: RegionId, town: GeneratedTown, since: datetime) -> AsyncIterator[Square]:
    by_page: dict[int, list[TownMessage]] = defaultdict(list)
    for message in sorted(town.town.messages, key=lambda one: one.at):
        by_page[message.page_id].append(message)
    for page in watched_pages(town):
        yield Square(await _register(database, region_id, town, page, since), by_page[page.id])


async def _register(database: Database, region_id: RegionId, town: GeneratedTown, page: TownPage, since: datetime) -> Source:
    async with database.write() as session:
        authority_id = await authorities.ensure(session, region_id, page.name)
        url = f"https://vk.com/{page.screen_name}"
        new = NewSource("vk", str(-page.id), page.name, url, True, authority_id, since)
        source_id = await sources.add(session, region_id, new, now=since)
        for account in town.officials[page.id]:
            official = OfficialAccount("vk", str(account), authority_id, since - timedelta(days=3650))
            await official_accounts.register(session, region_id, official, now=since)
        return (await sources.get(session, region_id, source_id)).source


def as_read(message: TownMessage, numbers: dict[str, str], people: dict[int, str], thread: Sequence[TownMessage]) -> Message:
    """The message as a connector would hand it on."""
    wall = Wall("vk", str(-message.page_id))
    author = Author(str(message.author_id), people[message.author_id], is_community=message.author_id < 0)
    number = numbers[message.key]
    if message.post_key is None:
        return Message(MessageType.POST, number, wall, f"https://vk.com/wall{wall.external_id}_{number}", message.at, author, message.text)
    post = numbers[message.post_key]
    above = None if message.reply_to_key is None else numbers[message.reply_to_key]
    root = _root_of(message, {one.key: one for one in thread})
    return Message(
        MessageType.COMMENT,
        number,
        wall,
        f"https://vk.com/wall{wall.external_id}_{post}?reply={number}",
        message.at,
        author,
        "".join(f"[id{one}|{people[one].split()[0]}], " for one in message.mentions) + message.text,
        post_id=post,
        root_id=None if root is None else numbers[root],
        reply_to_id=above,
        mentions=tuple(str(one) for one in message.mentions),
    )


def _root_of(message: TownMessage, by_key: dict[str, TownMessage]) -> str | None:
    root = None
    while message.reply_to_key is not None and message.reply_to_key in by_key:
        root = message.reply_to_key
        message = by_key[root]
    return root
