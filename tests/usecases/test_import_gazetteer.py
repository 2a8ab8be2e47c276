"""A region's gazetteer from a table and back, over a real database."""

from datetime import datetime
from pathlib import Path

import pytest

from app.domain.errors import InvalidInput
from app.domain.territory import EntryId
from app.storage import gazetteer
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.import_gazetteer import Imported, export_gazetteer, import_gazetteer, read_gazetteer

SAMPLE = Path(__file__).parents[2] / "corpus" / "gazetteer" / "zarechny.csv"
HEADINGS = "kind,code,parent,name,type,aliases\n"
SMALL = HEADINGS + "street,s1,town,Лесная,улица,\nsettlement,town,,Заречный,город,Зареченск|Заречка\n"


async def take_in(database: Database, region_id: RegionId, table: str, now: datetime) -> Imported:
    async with database.write() as session:
        return await import_gazetteer(session, region_id, read_gazetteer(table.encode()), now=now)


async def test_what_was_imported_is_exported_as_it_was(database: Database, region_id: RegionId, noon: datetime) -> None:
    table = SAMPLE.read_text("utf-8")

    imported = await take_in(database, region_id, table, noon)
    async with database.read() as session:
        exported = await export_gazetteer(session, region_id)

    assert (imported.faults, imported.entries) == ([], table.count("\n") - 1)
    assert sorted(exported.splitlines()) == sorted(table.splitlines())


async def test_a_second_import_changes_what_is_known_and_keeps_the_rest(database: Database, region_id: RegionId, noon: datetime) -> None:
    await take_in(database, region_id, SMALL, noon)
    await take_in(database, region_id, HEADINGS + "street,s1,town,Лесная-Новая,улица,\n", noon)

    async with database.read() as session:
        entries, version = await gazetteer.all_entries(session, region_id), await gazetteer.version(session, region_id)

    assert {(one.code, one.name, one.aliases) for one in entries} == {
        ("town", "Заречный", ("Зареченск", "Заречка")),
        ("s1", "Лесная-Новая", ()),
    }
    assert version == 2


async def test_wrong_lines_are_named_and_the_rest_goes_in(database: Database, region_id: RegionId, noon: datetime) -> None:
    table = SMALL + "hamlet,h,,Кочки,,\nstreet,s2,village,Речная,улица,\nstreet,s3,town,Новая,улица,,лишнее\n"

    imported = await take_in(database, region_id, table, noon)

    assert imported.entries == 2
    assert [(fault.line, fault.reason.partition(":")[0]) for fault in imported.faults] == [
        (4, "the kind 'hamlet' is none of territory, settlement, district, street, landmark"),
        (5, "the parent village is unknown"),
        (6, "more cells than columns"),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (SMALL.encode("cp1251"), "Line 2 is not in UTF-8"),
        ((HEADINGS.replace("parent", "город") + "street,s1,town,Лесная,улица,\n").encode(), "'parent' is missing"),
        (b"", "'kind' is missing"),
    ],
)
def test_a_table_that_is_none_is_refused_as_a_whole(table: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_gazetteer(table)

    assert said in str(refusal.value)


async def test_a_territory_holds_all_that_lies_in_it(database: Database, region_id: RegionId, noon: datetime) -> None:
    await take_in(database, region_id, SAMPLE.read_text("utf-8"), noon)
    async with database.read() as session:
        entries = {one.code: one.id for one in await gazetteer.all_entries(session, region_id)}
        district = await gazetteer.within(session, region_id, entries["zarechny-okrug"])
        town = await gazetteer.within(session, region_id, entries["zarechny"])
        nowhere = await gazetteer.within(session, region_id, EntryId(10**9))

    assert entries["zarechny"] in district
    assert entries["ozersky-01"] not in district
    assert (town, nowhere) == ([entries["zarechny"]], [])
