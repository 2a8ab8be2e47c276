"""A file is one state of the queue, and what becomes of it when nobody reads on."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.types import Message

from app.domain.incident import IncidentId
from app.domain.operator import Operator, Role
from app.exports.desk import ExportDesk
from app.exports.download import Download
from app.exports.table import FileFormat
from app.storage import exports, queue
from app.storage.access import operators
from app.storage.engine import Database
from app.storage.queue import Order, QueueFilter
from app.storage.regions import RegionId
from app.usecases.export_incidents import IncidentsAsked, export_incidents
from tests.usecases.reading import comment, open_reader

HOUR = timedelta(hours=1)


@pytest.fixture
async def anna(database: Database, region_id: RegionId, noon: datetime) -> Operator:
    """An operator, and five incidents."""
    reader = await open_reader(database, region_id, noon - timedelta(days=1))
    await reader.read(*(comment(number, f"Холодно! {number}", noon, by=str(number)) for number in range(1, 6)), at=noon)
    async with database.write() as session:
        return (await operators.ensure(session, "Анна", Role.OPERATOR, now=noon)).operator


async def test_a_walk_sees_one_state_and_holds_a_chunk_at_a_time(
    database: Database, region_id: RegionId, anna: Operator, noon: datetime
) -> None:
    for order in Order:
        chunks: list[Sequence[IncidentId]] = []
        async with database.snapshot() as session:
            async for chunk in queue.walk(session, region_id, QueueFilter(), order=order, now=noon, size=2):
                chunks.append(chunk)
                async with database.write() as other:
                    await other.execute(
                        text("UPDATE incidents SET status = 'closed', waiting = false, queue_at = queue_at + interval '9 h'")
                    )
            seen = await session.scalar(text("SELECT count(*) FROM incidents WHERE status = 'closed'"))
        async with database.write() as other:
            await other.execute(text("UPDATE incidents SET status = 'new', waiting = true"))

        assert [len(chunk) for chunk in chunks] == [2, 2, 1]
        assert len({one for chunk in chunks for one in chunk}) == 5
        assert seen == 0


async def test_a_snapshot_cannot_write_and_leaves_the_pool_as_it_was(database: Database, anna: Operator) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.snapshot() as session:
            await session.execute(text("DELETE FROM turns"))

    async with database.snapshot() as session:
        assert await session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
    async with database.read() as reading:
        assert await reading.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert await reading.scalar(text("SHOW idle_in_transaction_session_timeout")) == "0"


@pytest.mark.parametrize("format", FileFormat)
async def test_a_file_that_nobody_takes_is_written_down_as_broken_off_and_leaves_nothing_behind(
    database: Database,
    region_id: RegionId,
    anna: Operator,
    noon: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    format: FileFormat,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    asked = IncidentsAsked(by=anna, wanted=QueueFilter(), filters={}, format=format)
    desk = ExportDesk(places=1, chunk=1)

    async def leave_early() -> None:
        async with export_incidents(database, region_id, asked, desk=desk, zone=ZoneInfo("Europe/Moscow"), clock=lambda: noon) as spool:
            async for _ in spool.read():
                raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await leave_early()

    async with database.read() as session:
        (entry,) = await exports.listed(session, region_id, before=None, limit=5)
    assert (entry.operator, entry.completed, entry.ended_at) == ("Анна", False, noon)
    assert os.listdir(tmp_path) == []
    async with desk.place():  # the one place is free again
        assert database.reading.pool.status().endswith("Current Checked out connections: 0")


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_reader_that_is_gone_or_takes_nothing_is_cut_off_and_written_down(
    database: Database, region_id: RegionId, anna: Operator, noon: datetime, hangs_up: bool
) -> None:
    asked = IncidentsAsked(by=anna, wanted=QueueFilter(), filters={}, format=FileFormat.CSV)
    opening = export_incidents(database, region_id, asked, desk=ExportDesk(), zone=ZoneInfo("Europe/Moscow"), clock=lambda: noon)
    sent: list[Message] = []
    has_hung_up = asyncio.Event()

    async def receive() -> Message:
        await has_hung_up.wait()
        return {"type": "http.disconnect"}

    async def take_only_the_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            if hangs_up:
                has_hung_up.set()
            await asyncio.Event().wait()
        sent.append(message)

    await Download(opening, name="one", format=FileFormat.CSV, stalled_seconds=30 if hangs_up else 0.01)({}, receive, take_only_the_head)

    assert [message["type"] for message in sent] == ["http.response.start"]
    async with database.read() as session:
        (entry,) = await exports.listed(session, region_id, before=None, limit=5)
    assert (entry.rows, entry.completed, entry.ended_at) == (5, False, noon)
