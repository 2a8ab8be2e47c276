"""Ready means: the database is there, its schema is this release's, and a worker lives."""

from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.storage import workers
from app.storage.server import disk as storage_disk
from app.storage.server.disk import DiskWatch
from tests.api.conftest import Api
from tests.applications import application

READY = "http://otklik.test/readyz"


@pytest.fixture
async def probe(api: Api) -> httpx.AsyncClient:
    """A client without a token, as an orchestrator has none."""
    return await api.client(None)


async def test_a_service_without_a_worker_is_not_ready(probe: httpx.AsyncClient) -> None:
    answer = await probe.get(READY)
    assert (answer.status_code, answer.json()["missing"]) == (503, ["worker"])
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_service_with_a_living_worker_is_ready(api: Api, probe: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await workers.beat(session, "one")
    answer = await probe.get(READY)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_a_worker_that_has_been_silent_for_a_minute_does_not_count(api: Api, probe: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await workers.beat(session, "one")
        await session.execute(text("UPDATE workers SET beat_at = clock_timestamp() - interval '61 seconds'"))
    assert (await probe.get(READY)).status_code == 503


async def test_a_database_with_another_schema_is_not_ready(api: Api, probe: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = await probe.get(READY)
    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations"])


async def test_a_later_schema_does_not_take_the_running_release_away(api: Api, probe: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await workers.beat(session, "one")
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert (await probe.get(READY)).status_code == 200


async def test_a_full_disk_is_named_with_what_to_do(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = asyncpg.exceptions.DiskFullError('could not extend file "base/1": No space left on device')
    disk, own = DiskWatch(), DiskWatch(tmp_path)
    probe = await client_of(api, disk)
    assert (await probe.get(READY)).json()["missing"] == ["worker"]
    disk.note(OSError("away"))
    assert (await probe.get(READY)).json()["missing"] == ["worker"]
    disk.note(elsewhere)
    answer = (await probe.get(READY)).json()
    assert answer["missing"] == ["disk", "worker"]
    assert "make room" in answer["detail"]

    monkeypatch.setattr(storage_disk, "REMEMBERED_FOR", 0.0)
    assert await disk.trouble() == ""
    assert await own.trouble() == ""
    monkeypatch.setattr(storage_disk, "LEAST_ROOM", 1 << 62)
    trouble = await own.trouble()
    assert "The disk of OTKLIK_DATA_DIR is full" in trouble
    assert str(tmp_path) not in trouble


async def test_a_worker_without_room_for_what_it_reads_is_named(api: Api, probe: httpx.AsyncClient) -> None:
    database, disk = api.context.database, DiskWatch()
    disk.listen(database.engine)
    refuse = text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
    for was_refused in (False, True):
        if was_refused:
            with pytest.raises(DBAPIError):
                async with database.write() as session:
                    await session.execute(refuse)
        async with database.write() as session:
            await workers.beat(session, "host:1", was_refused=disk.was_refused)
            await workers.beat(session, "host:2")
        answer = await probe.get(READY)
        assert answer.status_code == (503 if was_refused else 200)
    assert answer.json()["missing"] == ["disk"]
    assert "no room for what host:1 would store: make room" in answer.json()["detail"]

    async with database.write() as session:
        await workers.beat(session, "host:1")
    assert (await probe.get(READY)).status_code == 200


async def client_of(api: Api, disk: DiskWatch) -> httpx.AsyncClient:
    """A client of the application over the disk."""
    app = application(replace(api.context, disk=disk))
    return await api.stack.enter_async_context(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://otklik.test"))


async def test_the_process_is_alive_whatever_the_database_does(probe: httpx.AsyncClient) -> None:
    assert (await probe.get("http://otklik.test/healthz")).json() == {"status": "ok"}
