"""Registering many pages from a table."""

from datetime import datetime

import pytest

from app.domain.errors import InvalidInput
from app.storage import sources
from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.add_source import Networks
from app.usecases.import_sources import SourceLine, import_sources, read_lines
from tests.api.village import PLUGIN, Hamlet

TABLE = """url,official,authority
https://village.test/hall,да,Теплосеть
https://village.test/heat,,"Теплосеть"
https://village.test/gone,1,
https://nowhere.test/page,1,

https://village.test/hall,1,Другой орган
"""


def test_a_table_of_commas_or_semicolons_is_read_with_its_line_numbers() -> None:
    expected = [SourceLine(2, "https://a.test/1", True, "Орган, главный"), SourceLine(3, "https://a.test/2", False, None)]
    assert read_lines("\ufeffURL;Official;Authority\r\nhttps://a.test/1;Да;Орган, главный\r\nhttps://a.test/2;;\r\n") == expected
    assert read_lines('url,official,authority\nhttps://a.test/1,yes,"Орган, главный"\nhttps://a.test/2,no,\n') == expected
    assert [line.url for line in read_lines("url\nhttps://a.test/1\n")] == ["https://a.test/1"]


@pytest.mark.parametrize("table", ["", "\n", "name,link\nx,y\n"])
def test_a_table_without_the_column_of_links_is_refused(table: str) -> None:
    with pytest.raises(InvalidInput):
        read_lines(table)


async def test_a_line_that_fails_is_told_and_never_stops_the_others(database: Database, region_id: RegionId, noon: datetime) -> None:
    networks = Networks({"village": PLUGIN}, Hamlet().connector_for)

    done = [line async for line in import_sources(database, region_id, networks, read_lines(TABLE), now=lambda: noon)]

    hall, heat, gone, nowhere, again = done
    assert (hall.line.number, hall.problem, heat.problem) == (2, None, None)
    assert gone.problem == "the village has no page of that name"
    assert nowhere.problem is not None
    assert (again.known, again.source_id) == (True, hall.source_id)
    async with database.read() as session:
        listed = await sources.listed(session, region_id)
    assert [(one.source.name, one.source.official, one.authority_name) for one in listed] == [
        ("Hall", True, "Теплосеть"),
        ("Heat", False, "Теплосеть"),
    ]
