"""Pages of comments as a network would show them, and how a source takes them in."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from app.domain.authority import OfficialAccount
from app.domain.source import Source
from app.storage import official_accounts, sources
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake
from connectors.sdk.contract import Author, Message, MessageType, Page, Wall

CORPUS = Path(__file__).parent.parent / "corpus" / "threads"
PAGE = 100
COMMENTS_PER_THREAD = 250
SLICE = 10_000
START = datetime(2026, 3, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=20)
SOURCES = tuple(f"-{number}" for number in range(7, 15))
"""Pages of as many sources are taken in at once as a worker has hands; each source's own pages follow each other."""
ANSWER = "Здравствуйте! Работы выполнены, бригада устранила неисправность."


def corpus_texts() -> list[tuple[str, list[str]]]:
    """Posts with their residents' comments, from the project's own corpus."""
    threads = [json.loads(line) for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    pairs = [(thread["post"]["text"], [c["text"] for c in thread["comments"] if "kind" in c]) for thread in threads]
    return [pair for pair in pairs if pair[1]]


def make_pages(comments: int, seed: int, *, first: int = 0, since: datetime = START) -> list[Page]:
    """Pages of 100 comments, numbered from `first`; about one in eight is official and answers the comment before it."""
    rng = random.Random(seed)
    texts = corpus_texts()
    pages: list[Page] = []
    number = 0
    while number < comments:
        thread = str(1_000_000 + first + number)
        official = rng.choice(SOURCES)
        wall = Wall("vk", official)
        post_text, residents = rng.choice(texts)
        began = since + number * BETWEEN
        url = f"https://vk.com/wall{official}_{thread}"
        messages = [Message(MessageType.POST, thread, wall, url, began, Author(official, "Администрация", True), post_text)]
        for place in range(COMMENTS_PER_THREAD - 1):
            number += 1
            at = began + (place + 1) * BETWEEN
            answers = place % 8 == 7
            author = Author(official, "Администрация", True) if answers else Author(str(rng.randrange(1, 200_000)), "Житель")
            said = ANSWER if answers else f"{rng.choice(residents)} {rng.randrange(1000)}"
            reply_to = messages[-1].external_id if answers else None
            messages.append(
                Message(
                    MessageType.COMMENT,
                    str(2_000_000 + first + number),
                    wall,
                    f"{url}?reply={number}",
                    at,
                    author,
                    said,
                    post_id=thread,
                    root_id=reply_to,
                    reply_to_id=reply_to,
                )
            )
        pages += [_page(messages[start : start + PAGE]) for start in range(0, len(messages), PAGE)]
    return pages


def slices_of(comments: int) -> Iterator[list[Page]]:
    """The pages of a long reading, ten thousand comments at a time, so that nobody has to hold them all."""
    for number, first in enumerate(range(0, comments, SLICE)):
        before = number * (SLICE + COMMENTS_PER_THREAD)
        yield make_pages(min(SLICE, comments - first), seed=7 + number, first=before, since=START + before * BETWEEN)


def _page(messages: Sequence[Message]) -> Page:
    raw = json.dumps([{"id": m.external_id, "text": m.text, "date": m.published_at.timestamp()} for m in messages])
    return Page(tuple(messages), None, raw.encode(), "wall.getComments")


async def register(database: Database, region: RegionId, official: str) -> Source:
    """A watched official page."""
    async with database.write() as session:
        new = NewSource("vk", official, "Администрация", f"https://vk.com/club{official[1:]}", True, None, START - timedelta(days=1))
        source_id = await sources.add(session, region, new, now=START)
        account = OfficialAccount("vk", official, None, START - timedelta(days=365))
        await official_accounts.register(session, region, account, now=START)
        return (await sources.get(session, region, source_id)).source


async def take_in(intake: Intake, source: Source, pages: Sequence[Page]) -> int:
    """Takes in the pages of one source; the incidents that they opened."""
    opened = 0
    for page in pages:
        if page.messages[0].wall.external_id == source.external_id:
            now = page.messages[-1].published_at + timedelta(minutes=1)
            opened += (await ingest_page(intake, source, page, now=partial(_same, now))).opened
    return opened


def _same(moment: datetime) -> datetime:
    return moment
