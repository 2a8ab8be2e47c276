"""A town under watch: the emulated network over loopback HTTP, the real connector, the real use cases, real PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import text

from app.classifier.contract import Classifier
from app.domain.authority import OfficialAccount
from app.domain.polling.due import Interval
from app.domain.polling.intervals import PollBounds
from app.storage import official_accounts, regions, sources
from app.storage.calls.ledger import Key, SharedLedger
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
from connectors.ok.connector import OkConnector
from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.emulation.town import TownPage
from connectors.sdk.emulation.town_generator import GeneratedTown, generate_town
from connectors.sdk.emulation.town_scripts import ThreadScript, read_thread
from connectors.sdk.http import HttpLimits
from connectors.sdk.registry import plugins
from connectors.vk.connector import VkConnector
from tests.end_to_end.networks import VK, Net

CORPUS = Path(__file__).parents[2] / "corpus" / "threads"
TOKEN = VK.secret
CONNECTORS: Mapping[str, Callable[[ConnectorContext, HttpLimits], Any]] = {"vk": VkConnector, "ok": OkConnector}
CALLS_PER_SECOND = 100
CONCURRENCY = 8


def corpus_threads(pages: int) -> list[ThreadScript]:
    """Every thread of the project's corpus in which an answer is given, as a script, dealt out to so many pages in turn."""
    lines = (line for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines())
    scripts = [script for script in (read_thread(json.loads(line)) for line in lines) if any(one.answer for one in script.comments)]
    return [replace(script, page_name=f"Страница {number % pages + 1}") for number, script in enumerate(scripts)]


class Rows(Protocol):
    """The rows of a query."""

    async def __call__(self, query: str, **parameters: Any) -> list[Any]: ...


@dataclass(slots=True)
class Hands:
    """A clock that the test turns."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything at work on one town."""

    polling: Polling
    emulator: Any
    town: GeneratedTown
    hands: Hands
    pages: list[Intaken] = field(default_factory=list)

    async def look(self) -> None:
        """Polls walls, looks at counters and reads threads that are due now, until nothing is left to do at once."""
        while work := [piece async for piece in self._due()]:
            async with asyncio.TaskGroup() as group:
                for piece in work:
                    group.create_task(piece)

    async def _due(self) -> AsyncIterator[Coroutine[Any, Any, object]]:
        polling = self.polling
        for network in polling.networks:
            for wall in await claim_walls(polling, network, limit=CONCURRENCY):
                yield poll_wall(polling, wall)
            if batch := await claim_counters(polling, network):
                yield count_threads(polling, batch)
            for lane in Lane:
                for reading in await claim_readings(polling, network, lane, limit=CONCURRENCY):
                    yield read_threads(polling, reading)

    async def go_on(self, step: timedelta, *, until: datetime, also: Collection[datetime] = ()) -> None:
        """Lets time go on by steps and polls at each what has come due, the last time at `until`, and at some moments besides."""
        regular = self.hands.now
        while self.hands.now < until:
            if self.hands.now == regular:
                regular = min(regular + step, until)
            self.hands.now = min((moment for moment in also if self.hands.now < moment < regular), default=regular)
            await self.look()

    async def rows(self, query: str, **parameters: Any) -> list[Any]:
        async with self.polling.intake.database.read() as session:
            return list((await session.execute(text(query), parameters)).all())


@asynccontextmanager
async def watched_town(
    database: Database,
    town: GeneratedTown,
    classifier: Classifier,
    hands: Hands,
    *,
    since: datetime,
    net: Net = VK,
    person: Credential | None = None,
    **emulator: Any,
) -> AsyncIterator[Watch]:
    """The town's pages registered as official sources since a moment, its bodies as official accounts.

    `person` is one more credential."""
    plugin = plugins()[net.network]
    defaults = {"now": hands, net.keys_option: [net.secret], "calls_per_second": CALLS_PER_SECOND}
    network = plugin.emulate(town.town, **(defaults | emulator))
    async with serve(network.app()) as address:
        credentials = [Credential(net.credential_kind, "test", net.secret), *([person] if person else [])]
        keys = [Key(f"e2e {number}", one.kind, one.name, CALLS_PER_SECOND) for number, one in enumerate(credentials)]
        ledger = SharedLedger(database.engine, net.network, keys, now=hands)
        await ledger.prepare()
        context = ConnectorContext(address, credentials, ledger, hands)
        connector = CONNECTORS[net.network](context, HttpLimits(first_pause_seconds=0.05))
        intake = Intake(database, classifier, await register(database, town, "town", since, net))
        bounds = PollBounds(timedelta(minutes=5), timedelta(seconds=1), timedelta(days=1))
        pages: list[Intaken] = []
        planner = Planner(Interval(bounds.minimum, bounds.maximum))
        polling = Polling(
            intake,
            "test",
            bounds,
            timedelta(days=7),
            hands,
            lambda name: connector,
            lambda source, taken: pages.append(taken),
            (net.network,),
            planner,
        )
        try:
            yield Watch(polling, network, town, hands, pages)
        finally:
            await connector.close()


async def register(database: Database, town: GeneratedTown, region: str, since: datetime, net: Net = VK) -> RegionId:
    """Puts the town's pages under watch, official since a moment; its bodies have official accounts."""
    async with database.write() as session:
        region_id = await regions.ensure_region(session, region, now=since)
        for page in watched_pages(town):
            new = NewSource(net.network, net.account(-page.id), page.name, net.url(page.id), True, None, since)
            await sources.add(session, region_id, new, now=since)
        for account in {account for of_page in town.officials.values() for account in of_page}:
            official = OfficialAccount(net.network, net.account(account), None, since - timedelta(days=3650))
            await official_accounts.register(session, region_id, official, now=since)
    return region_id


def watched_pages(town: GeneratedTown) -> Sequence[TownPage]:
    """The pages that have walls."""
    return [page for page in town.town.pages if page.id in town.watched]


def make_town(seed: int, now: datetime, *, pages: int = 10, threads: int = 330, days: float = 5) -> GeneratedTown:
    """A town of the corpus' threads."""
    return generate_town(seed, pages=pages, threads=threads, now=now, days=days, texts=corpus_threads(pages))
