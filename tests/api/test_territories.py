"""The tree of territories, and the territory of a page."""

import httpx

from app.storage import gazetteer
from app.usecases.import_gazetteer import import_gazetteer, read_gazetteer
from tests.api.conftest import Api

HALL = "https://village.test/hall"
TABLE = """kind,code,parent,name,type
territory,oblast,,Приозёрная,область
settlement,town,oblast,Заречный,город
street,s1,town,Лесная,улица
"""


async def import_table(api: Api) -> dict[str, int]:
    """The ids of a small region by code."""
    context = api.context
    async with context.database.write() as session:
        await import_gazetteer(session, context.region_id, read_gazetteer(TABLE.encode()), now=api.clock[0])
        return {one.code: int(one.id) for one in await gazetteer.all_entries(session, context.region_id)}


async def test_a_region_without_a_gazetteer_has_no_territories(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/territories")).json() == {"items": []}


async def test_territories_and_settlements_are_listed_without_streets(api: Api, viewer: httpx.AsyncClient) -> None:
    ids = await import_table(api)

    items = (await viewer.get("/territories")).json()["items"]

    assert items == [
        {"id": ids["oblast"], "kind": "territory", "code": "oblast", "parent_id": None, "name": "Приозёрная", "type": "область"},
        {"id": ids["town"], "kind": "settlement", "code": "town", "parent_id": ids["oblast"], "name": "Заречный", "type": "город"},
    ]


async def test_a_page_gets_its_territory_and_loses_it_again(api: Api, admin: httpx.AsyncClient) -> None:
    ids = await import_table(api)
    added = await admin.post("/sources", json={"url": HALL, "territory_id": ids["town"]})
    page = f"/sources/{added.json()['id']}"

    taken = await admin.patch(page, json={"territory_id": None})
    given = await admin.patch(page, json={"territory_id": ids["oblast"]})
    kept = await admin.patch(page, json={"official": True})

    assert [answer.json()["territory_id"] for answer in (added, taken, given, kept)] == [ids["town"], None, ids["oblast"], ids["oblast"]]


async def test_a_page_cannot_belong_to_a_street(api: Api, admin: httpx.AsyncClient) -> None:
    ids = await import_table(api)

    refused = await admin.post("/sources", json={"url": HALL, "territory_id": ids["s1"]})

    assert (refused.status_code, "territory_id" in refused.text) == (422, True)
