"""The migrations make the schema that the code declares, and can be taken back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.bootstrap import CannotStart, migrated_database
from app.settings import Settings
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.storage.server.migrate import Standing, alembic_config, migrate, standing
from tests.usecases.reading import PAGE, comment, open_reader

HOUR = timedelta(hours=1)


async def test_the_schema_is_exactly_what_the_tables_declare(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.run_sync(_check)


async def test_every_migration_goes_down_and_up_again(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.run_sync(_down_and_up)

    assert await standing(database.engine) is Standing.OURS


async def test_a_migration_may_take_longer_than_a_command_of_the_service(database: Database) -> None:
    hasty = create_engine(database.engine.url.set(drivername="postgresql"), command_seconds=0.000001)
    try:
        with pytest.raises(TimeoutError):
            async with hasty.connect() as connection:
                await connection.execute(text("SELECT pg_sleep(1)"))
        await migrate(hasty)
    finally:
        await hasty.dispose()


@pytest.mark.parametrize(("number", "found"), [("9999", Standing.NEWER), ("0000", Standing.ANOTHER), ("a1b2c3", Standing.ANOTHER)])
async def test_a_later_schema_is_known_by_its_number(database: Database, number: str, found: Standing) -> None:
    await _call_the_schema(database, number)

    assert await standing(database.engine) is found


async def test_migrating_leaves_a_later_schema_as_it_is(database: Database) -> None:
    await _call_the_schema(database, "9999")
    await migrate(database.engine)

    assert await standing(database.engine) is Standing.NEWER


async def test_a_migration_that_did_not_get_a_table_says_what_to_do(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def migrate_in_vain(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '10ms'"))
            await connection.execute(text("LOCK TABLE operators"))

    monkeypatch.setattr("app.bootstrap.migrate", migrate_in_vain)
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with database.write() as session:
        await session.execute(text("LOCK TABLE operators"))
        with pytest.raises(CannotStart, match="run `otklik migrate` again"):
            async with migrated_database(Settings(database_url=SecretStr(url), secret_key=SecretStr("0123456789abcdef"))):
                pass


@pytest.mark.parametrize(("address", "place"), [("127.0.0.1:1/x", "127.0.0.1:1:"), ("/x?host=/nowhere", "/nowhere:")])
async def test_a_server_that_cannot_be_reached_is_named(address: str, place: str) -> None:
    settings = Settings(database_url=SecretStr(f"postgresql://otklik@{address}"), secret_key=SecretStr("0123456789abcdef"))

    with pytest.raises(CannotStart, match=f"cannot be reached at {place}"):
        async with migrated_database(settings):
            pass


async def _call_the_schema(database: Database, number: str) -> None:
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


async def test_incidents_that_are_there_already_are_filled_in(database: Database, region_id: RegionId, noon: datetime) -> None:
    reader = await open_reader(database, region_id, noon)
    promise = comment(2, "Бригада выедет завтра.", noon + HOUR, by=PAGE, reply_to=1)
    await reader.read(comment(1, "Холодно!", noon, by="901"), promise, comment(3, "Темно!", noon, by="902"), at=noon + HOUR)
    async with database.write() as session:
        body = await session.scalar(
            text("INSERT INTO authorities (region_id, name) VALUES (:region, 'ЖКХ') RETURNING id"), {"region": region_id}
        )
        await session.execute(text("UPDATE incidents SET authority_id = :body"), {"body": body})
    async with database.engine.connect() as connection:
        await connection.run_sync(_down_and_up, "0027")

    found = await reader.rows("SELECT owner_id, substantive_waits FROM incidents ORDER BY author_id")
    assert found == [(body, True), (body, False)]


async def test_addresses_of_private_replies_leave_the_log(database: Database, region_id: RegionId, noon: datetime) -> None:
    reader = await open_reader(database, region_id, noon)
    await reader.read(replace(comment(1, "Холодно!", noon, by="901"), post_id="direct:901", url="https://vk.com/gim7?sel=901"), at=noon)
    await reader.read(comment(2, "Холодно!", noon, by="902"), at=noon)
    async with database.write() as session:
        await session.execute(text("INSERT INTO operators (name, role, created_at) VALUES ('Вера', 'operator', now())"))
        await session.execute(
            text(
                "INSERT INTO replies (region_id, incident_id, month, message_id, operator_id, text, state, written_at, url) SELECT"
                " i.region_id, i.id, i.month, i.message_id, o.id, 'Едем', 'sent', now(), 'there' FROM incidents i, operators o"
            )
        )
        await session.execute(
            text(
                "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, data) SELECT region_id, id, 'reply_sent',"
                " now(), now(), jsonb_build_object('url', 'there', 'reply', id) FROM incidents"
            )
        )
    async with database.engine.connect() as connection:
        await connection.run_sync(_down_and_up, "0036")

    told = await reader.rows("SELECT data ? 'url', data ? 'reply' FROM incident_events WHERE type = 'reply_sent' ORDER BY incident_id")
    assert told == [(False, True), (True, True)]


async def test_the_server_is_fit(database: Database) -> None:
    await database.check()


@pytest.mark.parametrize("change", ["UPDATE incident_events SET type = 'closed'", "DELETE FROM incident_events"])
async def test_the_event_log_refuses_to_be_changed(database: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text(change))


def _check(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.check(config)


def _down_and_up(connection: Connection, lowest: str = "base") -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, lowest)
    command.upgrade(config, "head")
