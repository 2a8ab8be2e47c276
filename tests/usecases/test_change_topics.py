"""Versions of topics, and the titles that outlive them; the commands over a real database."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.classifier.topics import read_taxonomy, shipped_taxonomy
from app.domain.errors import StaleVersion
from app.domain.topic import Taxonomy, Topic, TopicGroup
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.change_topics import change_topics, titles_of_topics, topics_in_force
from tests.commands import Commands
from tests.databases import TestServer, fresh_database


async def change(database: Database, region_id: RegionId, wanted: Taxonomy, version: int, now: datetime) -> Taxonomy:
    async with database.write() as session:
        return await change_topics(session, region_id, wanted, version=version, changed_by=None, now=now)


async def test_a_topic_that_has_gone_keeps_its_title(database: Database, region_id: RegionId, noon: datetime) -> None:
    mud = Topic("roads.mud", "Грязь", "распутица", {}, "")
    await change(
        database, region_id, Taxonomy(1, (TopicGroup("roads", "Улицы", (mud, replace(mud, code="roads.ice", title="Лёд"))),)), 1, noon
    )
    await change(database, region_id, Taxonomy(2, (TopicGroup("roads", "Проезды", (mud,)),)), 2, noon)

    async with database.read() as session:
        in_force, titles = await topics_in_force(session, region_id), await titles_of_topics(session, region_id)

    assert (in_force.version, list(in_force.titles)) == (3, ["roads", "roads.mud"])
    assert (titles["roads"], titles["roads.ice"], titles["heating.no_heat"]) == ("Проезды", "Лёд", "Нет отопления")


async def test_of_two_changes_at_once_one_is_refused(database: Database, region_id: RegionId, noon: datetime) -> None:
    both = await asyncio.gather(*(change(database, region_id, shipped_taxonomy(), 1, noon) for _ in range(2)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["StaleVersion", "Taxonomy"]


async def test_a_change_of_an_old_version_is_refused(database: Database, region_id: RegionId, noon: datetime) -> None:
    with pytest.raises(StaleVersion, match="The list of topics has changed: you hold version 4, it is now at 1"):
        await change(database, region_id, shipped_taxonomy(), 4, noon)


async def test_topics_are_exported_edited_and_imported_once(server: TestServer, commands: Commands, tmp_path: Path) -> None:
    file = tmp_path / "topics.json"
    async with fresh_database(server) as url:
        await otklik(commands, url, "export", file)
        exported = read_taxonomy(file)
        file.write_text(file.read_text("utf-8").replace("Ямы на дороге", "Ямы"), "utf-8")
        imported = await otklik(commands, url, "import", file)
        again = await otklik(commands, url, "import", file)
        await otklik(commands, url, "export", file)

    assert exported == shipped_taxonomy()
    assert imported == (0, "Version 2 of the topics is in force.")
    assert again == (1, "The list of topics has changed: you hold version 1, it is now at 2. Read it again.")
    assert (read_taxonomy(file).version, read_taxonomy(file).titles["roads.potholes"]) == (2, "Ямы")


async def otklik(commands: Commands, url: str, name: str, file: Path) -> tuple[int, str]:
    """The exit code of `otklik topics`, and the last line of what it says."""
    settings = {"DATABASE_URL": url, "SECRET_KEY": "a-secret-of-the-test", "DATA_DIR": str(file.parent)}
    said = await commands.type("topics", name, str(file), settings=settings)
    return said.code, (said.printed + said.beside).strip().rpartition("\n")[2]
