"""Comments through hops 2 and 3 beside the floor: the same rows by hand-written asyncpg in transactions of the same size.

    python -m bench.ingest [--comments 50000] [--rounds 4]

Each round makes a fresh database and measures classification alone, the real path, and the floor twice: by one connection, as
a careful script would write, and by as many as the real path uses, which is the stricter measure. Every other round goes the
other way about, as far as the floor's rows allow. The ratio is real ÷ (floor + classification), its median over the rounds is
the figure to quote. Pages and model are kept out of the garbage collector's sight in all of them.
"""

import argparse
import asyncio
import gc
import json
import random
import resource
import statistics
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from app.classifier.contract import Classifier, TextInContext
from app.classifier.model_file import load_shipped_model
from app.domain.authority import OfficialAccount
from app.domain.source import Source
from app.storage import official_accounts, regions, sources
from app.storage.embedded import embedded_server
from app.storage.engine import Database, create_engine
from app.storage.migrate import migrate
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.ingest_page import ingest_page
from app.usecases.judge_page import Intake
from bench.floor import read_back, write_again
from connectors.sdk.contract import Author, Message, MessageType, Page, Wall

CORPUS = Path(__file__).parent.parent / "corpus" / "threads"
PAGE = 100
COMMENTS_PER_THREAD = 250
START = datetime(2026, 3, 1, tzinfo=UTC)
SOURCES = ("-7", "-8", "-9", "-10")
"""Pages of several sources are taken in at once, as a worker does; each source's own pages follow each other."""
ANSWER = "Здравствуйте! Работы выполнены, бригада устранила неисправность."


def corpus_texts() -> list[tuple[str, list[str]]]:
    """Posts with their residents' comments, from the project's own corpus."""
    threads = [json.loads(line) for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    pairs = [(thread["post"]["text"], [c["text"] for c in thread["comments"] if "kind" in c]) for thread in threads]
    return [pair for pair in pairs if pair[1]]


def make_pages(comments: int, seed: int, *, first: int = 0) -> list[Page]:
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
        began = START + timedelta(seconds=number * 20)
        url = f"https://vk.com/wall{official}_{thread}"
        messages = [Message(MessageType.POST, thread, wall, url, began, Author(official, "Администрация", True), post_text)]
        for place in range(COMMENTS_PER_THREAD - 1):
            number += 1
            at = began + timedelta(seconds=20 * (place + 1))
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


def _page(messages: Sequence[Message]) -> Page:
    raw = json.dumps([{"id": m.external_id, "text": m.text, "date": m.published_at.timestamp()} for m in messages])
    return Page(tuple(messages), None, raw.encode(), "wall.getComments")


async def run_real(database: Database, pages: Sequence[Page], classifier: Classifier) -> tuple[float, int]:
    """Seconds for hops 2 and 3, and the incidents that they opened."""
    async with database.write() as session:
        region = await regions.ensure_region(session, "bench", now=START)
    watched = [await register(database, region, official) for official in SOURCES]
    intake = Intake(database, classifier, region)
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(take_in(intake, source, pages)) for source in watched]
    return perf_counter() - began, sum(task.result() for task in reading)


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


def run_classification(pages: Sequence[Page], classifier: Classifier) -> float:
    """Seconds to classify the residents' comments of every page, page by page."""
    began = perf_counter()
    for page in pages:
        post = page.messages[0].text
        texts = [TextInContext(m.text or "", post=post) for m in page.messages if m.author and not m.author.is_community]
        classifier.classify(texts)
    return perf_counter() - began


async def one_round(
    url: str, admin: asyncpg.Connection, pages: Sequence[Page], classifier: Classifier, *, backwards: bool
) -> dict[str, float]:
    """One measurement of everything on a fresh database."""
    name = "bench"
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
    await admin.execute(f'CREATE DATABASE "{name}"')
    target = url.replace("/postgres?", f"/{name}?")
    database = Database(create_engine(target))
    await migrate(database.engine)
    measured = {} if backwards else {"classify": run_classification(pages, classifier)}
    before, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    measured["real"], opened = await run_real(database, pages, classifier)
    measured["cpu"] = process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await database.close()
    measured |= await floors(target, backwards=backwards)
    if backwards:
        measured["classify"] = run_classification(pages, classifier)
    return measured | {"opened": opened, "mib": after / 1024, "growth": (after - before) / 1024}


async def floors(target: str, *, backwards: bool) -> dict[str, float]:
    """Seconds to write the same rows again, over one connection and over as many as the real path uses."""
    connections = [await asyncpg.connect(target) for _ in SOURCES]
    written = await read_back(connections[0])
    kinds = {"floor": connections[:1], "floor of 4": connections}
    order = list(kinds)[::-1] if backwards else list(kinds)
    taken = {kind: await write_again(kinds[kind], written) for kind in order}
    for connection in connections:
        await connection.close()
    return taken


def show(rounds: Sequence[dict[str, float]], comments: int, pages: int) -> None:
    """A table of the rounds, and the figures to quote."""
    table = Table(
        "round",
        "floor s",
        "floor of 4 s",
        "classification s",
        "real s",
        "ratio",
        "ratio to 4",
        "messages/s",
        "CPU ms/page",
        "peak MiB",
        "growth",
    )
    ratios = [[one["real"] / (one[floor] + one["classify"]) for floor in ("floor", "floor of 4")] for one in rounds]
    for number, (one, of_round) in enumerate(zip(rounds, ratios, strict=True), start=1):
        cells = [one["floor"], one["floor of 4"], one["classify"], one["real"], *of_round]
        rest = [f"{comments / one['real']:.0f}", f"{1000 * one['cpu'] / pages:.1f}", f"{one['mib']:.0f}", f"{one['growth']:.0f}"]
        table.add_row(str(number), *(f"{cell:.2f}" for cell in cells), *rest)
    console = Console(width=140)
    console.print(table)
    alone, beside = (statistics.median(column) for column in zip(*ratios, strict=True))
    console.print(
        f"median ratio {alone:.2f}, to a floor of four connections {beside:.2f}; {rounds[0]['opened']:.0f} incidents opened a round"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=4)
    arguments = parser.parse_args()
    pages = make_pages(arguments.comments, seed=7)
    classifier = load_shipped_model()
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as server:
        admin = await asyncpg.connect(server.url())
        rounds = [await one_round(server.url(), admin, pages, classifier, backwards=bool(n % 2)) for n in range(arguments.rounds)]
        await admin.close()
    show(rounds, sum(len(page.messages) for page in pages), len(pages))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
