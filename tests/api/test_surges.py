"""Surges and recurring problems over HTTP."""

import httpx
from sqlalchemy import text

from tests.api.conftest import Api


async def test_surges_that_last_are_listed_and_those_over_on_demand(api: Api, viewer: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await session.execute(
            text(
                "INSERT INTO surges (region_id, topic, territory_id, began_at, raised_at, ended_at, messages, usual)"
                " SELECT :region, 'water.no_cold', NULL, :now, :now, ended, 9, 0.5"
                " FROM unnest(CAST(ARRAY[:now, NULL] AS timestamptz[])) AS ended"
            ),
            {"region": api.context.region_id, "now": api.clock[0]},
        )
    lasting = (await viewer.get("/surges")).json()["items"]
    first = (await viewer.get("/surges", params={"open": "false", "limit": 1})).json()
    second = (await viewer.get("/surges", params={"open": "false", "limit": 1, "cursor": first["next_cursor"]})).json()

    assert [(one["topic"], one["messages"], one["usual"], one["ended_at"]) for one in lasting] == [("water.no_cold", 9, 0.5, None)]
    assert first["items"] == lasting
    assert second["items"][0]["ended_at"] == "2026-03-11T12:00:00Z"
    assert second["next_cursor"] is None


async def test_nothing_recurs_in_a_young_region(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/recurring")).json() == {"items": []}
    assert (await viewer.get("/recurring", params={"weeks": 1})).status_code == 422
