"""A worker in a process of its own that takes in pages on demand, and its memory without anybody else's rows."""

import asyncio
import gc
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from time import perf_counter, process_time

import orjson
import psutil

from app.classifier.model_file import load_shipped_model
from app.processes import spare_the_collector
from app.storage import regions
from app.storage.engine import Database, create_engine
from app.usecases.judge_page import Intake
from bench.ingest_pages import SOURCES, START, register, slices_of, take_in

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking in came to: seconds by the clock and of processor, and the memory in MiB after each slice and at its peak."""

    seconds: float
    processor: float
    pages: int
    messages: int
    opened: int
    memory: list[float]
    peak: float


class Worker:
    """The other end of a worker's pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def started(cls, *command: str) -> AsyncIterator["Worker"]:
        """A worker that ends with the block."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, stdin=pipe, stdout=pipe)
        try:
            yield cls(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            await process.wait()

    async def take_in(self, url: str, comments: int) -> Taken:
        """Has the worker take in so many comments into a database."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a worker is spoken to over pipes")
        self._process.stdin.write(orjson.dumps({"url": url, "comments": comments}) + b"\n")
        answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the worker has died; what it said stands above")
        return Taken(**orjson.loads(answer))


async def work() -> None:
    """Does what comes on standard input, a line each, and answers on standard output, until the input ends."""
    classifier = load_shipped_model()
    spare_the_collector()
    while order := await asyncio.to_thread(sys.stdin.readline):
        asked = orjson.loads(order)
        database = Database(create_engine(asked["url"]))
        async with database.write() as session:
            region = await regions.ensure_region(session, "bench", now=START)
        taken = await _take_in_all(Intake(database, classifier, region), asked["comments"])
        await database.close()
        print(orjson.dumps(asdict(taken)).decode(), flush=True)


async def _take_in_all(intake: Intake, comments: int) -> Taken:
    watched = [await register(intake.database, intake.region_id, official) for official in SOURCES]
    seconds = processor = 0.0
    pages = messages = opened = 0
    memory: list[float] = []
    for part in slices_of(comments):
        pages, messages = pages + len(part), messages + sum(len(page.messages) for page in part)
        gc.collect()
        began, used = perf_counter(), process_time()
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(take_in(intake, source, part)) for source in watched]
        seconds, processor = seconds + perf_counter() - began, processor + process_time() - used
        opened += sum(task.result() for task in reading)
        memory.append(psutil.Process().memory_info().rss / MIB)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Taken(seconds, processor, pages, messages, opened, memory, peak)
