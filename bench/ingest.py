"""Comments through hops 2 and 3 beside the floor: the same rows by hand-written asyncpg in transactions of the same size.

    python -m bench.ingest [--comments 50000] [--rounds 4]

One worker, a process of its own, lives through all rounds and takes in pages of eight sources at a time, as many as a worker has
hands by default; it holds ten thousand comments at a time, so that its memory is its own. Each round makes a fresh database and
measures classification alone, the real path, and the floor twice: by one connection, as a careful script would write, and by as
many as the real path uses, which is the stricter measure. Every other round goes the other way about, as far as the floor's rows
allow. The ratio is real ÷ (floor + classification), its median over the rounds is the figure to quote. The same in seconds of
processor, of Python and of the database together, tells on a shared machine more than the clock. The floor's rows and the model
are kept out of the garbage collector's sight.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import psutil
import uvloop

from app.classifier.contract import Classifier, TextInContext
from app.classifier.model_file import load_shipped_model
from app.storage.engine import create_engine
from app.storage.server.embedded import EmbeddedServer, embedded_server
from app.storage.server.migrate import migrate
from bench.floor import read_back, write_again
from bench.ingest_pages import SOURCES, slices_of
from bench.ingest_worker import Taken, Worker, work
from bench.timing import print_table
from connectors.sdk.contract import Page

FLOORS = {"floor": 1, "wide floor": len(SOURCES)}
"""How many connections write the floor's rows."""


class Stopwatch:
    """Seconds by the clock, and of processor in this process and in the database."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))
        self._began = self._now()

    def _now(self) -> tuple[float, float, float]:
        ended, running = self._server.cpu_times(), [one.cpu_times() for one in self._server.children()]
        database = ended.children_user + ended.children_system + sum(one.user + one.system for one in running)
        return perf_counter(), process_time(), database

    def read(self) -> tuple[float, float, float]:
        """What has passed since it was made."""
        clock, python, database = (now - began for now, began in zip(self._now(), self._began, strict=True))
        return clock, python, database


def run_classification(pages: Sequence[Page], classifier: Classifier) -> None:
    """Classifies the residents' comments of every page, page by page."""
    for page in pages:
        post = page.messages[0].text
        texts = [TextInContext(m.text or "", post=post) for m in page.messages if m.author and not m.author.is_community]
        classifier.classify(texts)


def classification(comments: int, classifier: Classifier) -> dict[str, float]:
    """Seconds of classification alone."""
    clock = processor = 0.0
    for pages in slices_of(comments):
        began, used = perf_counter(), process_time()
        run_classification(pages, classifier)
        clock, processor = clock + perf_counter() - began, processor + process_time() - used
    return {"classify": clock, "classify CPU": processor}


async def one_round(
    server: EmbeddedServer, admin: asyncpg.Connection, worker: Worker, classifier: Classifier, comments: int, *, backwards: bool
) -> tuple[dict[str, float], Taken]:
    """One measurement of everything on a fresh database."""
    await admin.execute('DROP DATABASE IF EXISTS "bench"')
    await admin.execute('CREATE DATABASE "bench"')
    target = server.url("bench")
    engine = create_engine(target)
    await migrate(engine)
    await engine.dispose()
    measured = {} if backwards else classification(comments, classifier)
    await admin.execute("CHECKPOINT")
    watch = Stopwatch(server)
    taken = await worker.take_in(target, comments)
    measured |= {"real": taken.seconds, "database": watch.read()[2]}
    measured |= await floors(server, admin, target, backwards=backwards)
    if backwards:
        measured |= classification(comments, classifier)
    return measured, taken


async def floors(server: EmbeddedServer, admin: asyncpg.Connection, target: str, *, backwards: bool) -> dict[str, float]:
    """Seconds to write the same rows again, over one connection and over as many as the real path uses."""
    connections = [await asyncpg.connect(target) for _ in SOURCES]
    written = await read_back(connections[0])
    gc.collect()
    gc.freeze()
    measured: dict[str, float] = {}
    for kind in list(FLOORS)[:: -1 if backwards else 1]:
        await admin.execute("CHECKPOINT")
        watch = Stopwatch(server)
        measured[kind] = await write_again(connections[: FLOORS[kind]], written)
        _, python, database = watch.read()
        measured[f"{kind} CPU"] = python + database
    for connection in connections:
        await connection.close()
    return measured


def show(rounds: Sequence[tuple[Mapping[str, float], Taken]]) -> None:
    """A table of the rounds, and the figures to quote."""
    titles = (
        "round",
        "floor",
        "wide floor",
        "classification",
        "real",
        "ratio",
        "to wide",
        "messages/s",
        "CPU, ms a page",
        "CPU ratio",
        "MiB",
    )
    rows, ratios = [], []
    for number, (one, taken) in enumerate(rounds, start=1):
        used = taken.processor + one["database"]
        ratio = [one["real"] / (one[floor] + one["classify"]) for floor in FLOORS]
        ratios.append([*ratio, used / (one["floor CPU"] + one["classify CPU"])])
        seconds = [one["floor"], one["wide floor"], one["classify"], one["real"], *ratio]
        spent = f"{1000 * taken.processor / taken.pages:.1f} + {1000 * one['database'] / taken.pages:.1f}"
        memory = f"{taken.memory[0]:.0f} – {taken.memory[-1]:.0f}"
        cells = [f"{taken.messages / taken.seconds:.0f}", spent, f"{ratios[-1][2]:.2f}", memory]
        rows.append([str(number), *(f"{cell:.2f}" for cell in seconds), *cells])
    print_table("seconds; CPU is the worker's and the database's; memory after the first and the last slice", titles, rows, width=140)
    alone, beside, processor = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"median ratio {alone:.2f}, to a floor of {len(SOURCES)} connections {beside:.2f}, in seconds of processor {processor:.2f}")
    last = rounds[-1][1]
    print(f"peak memory of the worker {last.peak:.0f} MiB; {last.opened} incidents opened in the last round")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--as-worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.as_worker:
        await work()
    else:
        await compare(arguments.comments, arguments.rounds)


async def compare(comments: int, count: int) -> None:
    """Measures a worker beside its floor, round by round, and shows what came of it."""
    classifier = load_shipped_model()
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as server:
        admin = await asyncpg.connect(server.url())
        async with Worker.started("bench.ingest", "--as-worker") as worker:
            rounds = [await one_round(server, admin, worker, classifier, comments, backwards=bool(number % 2)) for number in range(count)]
        await admin.close()
    show(rounds)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
