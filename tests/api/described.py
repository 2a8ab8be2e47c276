"""The application served over loopback in a thread of its own, for tools that call it without asyncio."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.api.context import ApiContext
from app.domain.operator import Role
from app.storage import authorities, regions, workers
from app.storage.engine import Database, create_engine
from app.usecases.create_token import create_token
from connectors.sdk.emulation.loopback import serve
from tests.api.village import PLUGIN, Hamlet
from tests.applications import application
from tests.databases import TestServer, fresh_database
from tests.usecases.reading import PAGE, comment, open_reader, post

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
SPARE_TOKENS = 5
"""Made first, so that requests which revoke tokens at random never hit the one that is used."""


@dataclass(slots=True)
class Served:
    """Where the application answers, and a token that may do anything."""

    url: str = ""
    token: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None


@contextmanager
def served_town(server: TestServer) -> Iterator[Served]:
    """The application over a fresh database with some incidents in it."""
    served, loop, stop = Served(), asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(_serve(server, served, stop))
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            served.failure = error
        finally:
            served.ready.set()

    thread = threading.Thread(target=run, name="served town")
    thread.start()
    served.ready.wait(60)
    try:
        if served.failure is not None:
            raise served.failure
        yield served
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        thread.join(60)


async def _serve(server: TestServer, served: Served, stop: asyncio.Event) -> None:
    async with fresh_database(server) as url:
        database = Database(create_engine(url, pool_size=3))
        try:
            served.token, context = await _settle(database)
            async with serve(application(context)) as served.url:
                served.ready.set()
                await stop.wait()
        finally:
            await database.close()


async def _settle(database: Database) -> tuple[str, ApiContext]:
    """A town with a page, an authority and a few incidents of every sort."""
    async with database.write() as session:
        region_id = await regions.ensure_region(session, "test", now=NOON)
        await authorities.add(session, region_id, "Теплосеть")
        await workers.beat(session, "one")
        await session.execute(text("UPDATE workers SET beat_at = beat_at + interval '1 hour'"))
        made = [await create_token(session, f"script {number}", Role.ADMIN, now=NOON) for number in range(SPARE_TOKENS + 1)]
    reader = await open_reader(database, region_id, NOON - timedelta(days=1))
    asked = [comment(number, "Холодно!", NOON, by=str(number)) for number in range(1, 5)]
    answered = comment(9, "Отопление восстановлено в доме.", NOON + timedelta(hours=1), by=PAGE, reply_to=1)
    await reader.read(post(100, "Пуск тепла", NOON - timedelta(hours=1)), *asked, answered, at=NOON + timedelta(hours=2))
    hamlet = Hamlet()
    context = ApiContext(
        database=database,
        region_id=region_id,
        now=lambda: NOON + timedelta(hours=2),
        plugins={"village": PLUGIN},
        connector_for=hamlet.connector_for,
        metrics_open=False,
        tz=ZoneInfo("Europe/Moscow"),
    )
    return made[-1].secret, context
