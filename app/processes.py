"""Web and worker as processes: started together or alone, stopped by a signal."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from app.bootstrap import running_services
from app.settings import Settings
from app.web import bind, run_web
from app.worker import run_worker

OBJECTS_A_LOOK = 20_000
"""New objects after which the collector looks for cycles: those of about one page, which nearly all go without it."""


@asynccontextmanager
async def stopped_by_signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def run_processes(settings: Settings, *, web: bool, worker: bool) -> None:
    """Runs until a signal; the port is taken before anything is started, so that a taken one is told at once."""
    listening = bind(settings.host, settings.port) if web else None
    async with stopped_by_signals() as stop, running_services(settings) as services, asyncio.TaskGroup() as group:
        spare_the_collector()
        if listening is not None:
            group.create_task(ended(run_web(services, stop, listening), stop), name="web")
        if worker:
            group.create_task(ended(run_worker(services, stop), stop), name="worker")


def spare_the_collector() -> None:
    """Keeps what was loaded at the start out of the collector's sight, as it lives to the end, and makes it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_LOOK)


async def ended(part: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Waits for a part; when it ends, however it ends, the others stop too."""
    try:
        await part
    finally:
        stop.set()
