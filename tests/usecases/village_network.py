"""A small network in one process: walls, threads and counters that a test writes, and refusals that it asks for."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.domain.polling.due import Interval
from app.domain.polling.intervals import PollBounds
from app.domain.source import Source
from app.storage import sources
from app.storage.engine import Database
from app.storage.polling.readings import Lane
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.count_threads import claim_counters, count_threads
from app.usecases.ingest_page import Intaken
from app.usecases.judge_page import Intake
from app.usecases.plan_polls import Planner
from app.usecases.poll_walls import claim_walls, poll_wall
from app.usecases.polling import Polling
from app.usecases.read_threads import claim_readings, read_threads
from connectors.sdk.contract import Author, Connector, Coverage, Cursor, Message, MessageType, Page, PostCount, PostRef, Wall
from connectors.sdk.errors import ConnectorError
from tests.usecases.reading import ByMark

NETWORK = "village"
PER_PAGE = 2


@dataclass(slots=True)
class Village:
    """What stands on the network. `refusals` are raised instead of an answer: by wall, by (wall, post), or by method.

    `has_been_asked` is for networks that never answer: a test that waits for their being asked.
    """

    posts: dict[str, list[Message]] = field(default_factory=dict)
    comments: dict[tuple[str, str], list[Message]] = field(default_factory=dict)
    refusals: dict[object, ConnectorError] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    batches: list[list[str]] = field(default_factory=list)
    has_been_asked: asyncio.Event = field(default_factory=asyncio.Event)

    def write_post(self, wall: str, number: int, at: datetime, said: str = "Новости") -> None:
        """A post in the wall's own name."""
        post = Message(MessageType.POST, str(number), Wall(NETWORK, wall), f"v/{wall}/{number}", at, Author(wall), said, comment_count=0)
        self.posts.setdefault(wall, []).append(post)
        self.comments[wall, str(number)] = []

    def write_comment(self, wall: str, post: int, at: datetime, said: str = "Холодно!") -> None:
        """A resident's comment."""
        thread = self.comments[wall, str(post)]
        number = str(post * 1000 + len(thread))
        url = f"v/{wall}/{post}/{number}"
        author = Author(f"r{len(thread)}", "Житель")
        thread.append(Message(MessageType.COMMENT, number, Wall(NETWORK, wall), url, at, author, said, post_id=str(post)))

    def note(self, method: str, *places: object) -> None:
        """Counts a call, and refuses it where the test wants that."""
        self.calls[method] += 1
        for place in (method, *places):
            if place in self.refusals:
                raise self.refusals[place]


class WallsOnly:
    """A network that shows walls and nothing else."""

    network = NETWORK

    def __init__(self, village: Village) -> None:
        self.village = village

    async def close(self) -> None:
        pass

    async def read_posts(self, wall: Wall, since: Cursor | None, *, not_before: datetime) -> AsyncIterator[Page]:
        self.village.note("read_posts", wall.external_id)
        posts = [
            replace(post, comment_count=len(self.village.comments[wall.external_id, post.external_id]))
            for post in self.village.posts.get(wall.external_id, [])
        ]
        yield Page(tuple(posts), Cursor(str(len(posts))), b"{}", "read_posts")


class WithThreads(WallsOnly):
    """A network that shows comments too, but counts none."""

    async def read_comments(self, post: PostRef, since: Cursor | None) -> AsyncIterator[Page]:
        place = (post.wall.external_id, post.external_id)
        thread = self.village.comments[place]
        coverage = (Coverage(post, None, None, None),) if since is None and len(thread) <= PER_PAGE else ()
        begin = int(since or 0)
        for start in range(begin, max(len(thread), begin + 1), PER_PAGE):
            self.village.note("read_comments", place)
            last = start + PER_PAGE >= len(thread)
            cursor = Cursor(str(len(thread))) if last else None
            yield Page(tuple(thread[start : start + PER_PAGE]), cursor, b"{}", "read_comments", coverage)


class WithCounters(WithThreads):
    """A network that counts comments, four posts a call."""

    count_batch_size = 4

    async def count_comments(self, posts: Sequence[PostRef]) -> Mapping[PostRef, PostCount | None]:
        self.village.batches.append([f"{post.wall.external_id}/{post.external_id}" for post in posts])
        self.village.note("count_comments", *((post.wall.external_id, post.external_id) for post in posts))
        return {post: self._count(post) for post in posts}

    def _count(self, ref: PostRef) -> PostCount | None:
        found = [post for post in self.village.posts[ref.wall.external_id] if post.external_id == ref.external_id]
        thread = self.village.comments[ref.wall.external_id, ref.external_id]
        return PostCount(len(thread), found[0]) if found else None


@dataclass(slots=True)
class Watcher:
    """Polls the village by hand at the moments that the test sets."""

    polling: Polling
    village: Village
    clock: list[datetime]
    taken: list[Intaken]

    async def watch(self, wall: str, *, since: datetime) -> Source:
        """Puts a wall under watch."""
        intake = self.polling.intake
        async with intake.database.write() as session:
            new = NewSource(NETWORK, wall, wall, f"v/{wall}", False, None, since)
            source_id = await sources.add(session, intake.region_id, new, now=self.clock[0])
            return (await sources.get(session, intake.region_id, source_id)).source

    async def poll_walls(self) -> list[ConnectorError | None]:
        """Polls the walls that are due."""
        return [await poll_wall(self.polling, claim) for claim in await claim_walls(self.polling, NETWORK, limit=100)]

    async def count(self) -> ConnectorError | None:
        """Looks at one batch of counters."""
        batch = await claim_counters(self.polling, NETWORK)
        return await count_threads(self.polling, batch) if batch else None

    async def read(self, lane: Lane = Lane.NEWS) -> list[ConnectorError | None]:
        """Gives every source that waits in the lane one turn."""
        return [await read_threads(self.polling, claim) for claim in await claim_readings(self.polling, NETWORK, lane, limit=100)]

    async def catch_up(self) -> None:
        """Does everything that is due now."""
        while await self._step():
            pass

    async def _step(self) -> bool:
        did = [*await self.poll_walls(), *await self.read(), *await self.read(Lane.BACKLOG)]
        if batch := await claim_counters(self.polling, NETWORK):
            did.append(await count_threads(self.polling, batch))
        return bool(did)

    async def go_to(self, moment: datetime) -> None:
        """Lets time pass to a moment and catches up."""
        self.clock[0] = moment
        await self.catch_up()

    async def rows(self, query: str, **parameters: Any) -> list[Any]:
        async with self.polling.intake.database.read() as session:
            return list((await session.execute(text(query), parameters)).all())

    async def comments(self) -> set[str]:
        """The ids of the comments that are stored."""
        return {row.comment_id for row in await self.rows("SELECT comment_id FROM messages WHERE comment_id <> ''")}


def open_village(database: Database, region_id: RegionId, now: datetime, kind: type[WallsOnly] = WithCounters) -> Watcher:
    """A watcher over an empty village of some kind of network."""
    village, clock, taken = Village(), [now], list[Intaken]()
    connector: Connector = kind(village)
    polling = Polling(
        Intake(database, ByMark(), region_id),
        "test",
        PollBounds(timedelta(minutes=5), timedelta(seconds=15), timedelta(days=1)),
        timedelta(days=7),
        lambda: clock[0],
        lambda network: connector,
        lambda source, page: taken.append(page),
        (NETWORK,),
        Planner(Interval(timedelta(seconds=15), timedelta(days=1))),
    )
    return Watcher(polling, village, clock, taken)
