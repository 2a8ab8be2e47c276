"""Places and territories of incidents over the API."""

from datetime import datetime

import httpx
import pytest

from tests.api.conftest import Api
from tests.api.test_territories import import_table
from tests.usecases.reading import Reader, comment


@pytest.fixture
async def ids(api: Api, reader: Reader, noon: datetime) -> dict[str, int]:
    """A small region, and one incident in its town beside one that names no place."""
    found = await import_table(api)
    await reader.read(comment(1, "На Лесной 5 темно!", noon), comment(2, "Темно!", noon, by="2"), at=noon)
    return found


async def listed(client: httpx.AsyncClient, query: str) -> list[int]:
    return [item["id"] for item in (await client.get(f"/incidents?{query}")).json()["items"]]


async def test_an_incident_shows_where_it_is(ids: dict[str, int], viewer: httpx.AsyncClient) -> None:
    shown = (await viewer.get("/incidents/1")).json()

    assert shown["territory"] == {"id": ids["town"], "name": "город Заречный"}
    (place,) = shown["places"]
    assert (place["surface"], place["start"], place["end"], place["house"], place["kind"]) == ("Лесной 5", 3, 11, "5", "address")
    assert place["meant"]["title"] == "улица Лесная"
    assert place["candidates"] == [place["meant"]]


async def test_the_queue_of_a_territory_holds_all_that_lies_in_it(ids: dict[str, int], viewer: httpx.AsyncClient) -> None:
    assert await listed(viewer, f"territory_id={ids['town']}") == [1]
    assert await listed(viewer, f"territory_id={ids['oblast']}") == [1]
    assert await listed(viewer, f"territory_id={10**9}") == []
    assert sorted(await listed(viewer, "")) == [1, 2]


async def test_first_answers_are_grouped_by_territory(ids: dict[str, int], viewer: httpx.AsyncClient) -> None:
    period = "from=2026-03-01T00:00:00Z&to=2026-03-12T00:00:00Z"
    groups = (await viewer.get(f"/statistics/first-answer?group_by=territory&{period}")).json()["groups"]

    named = [(one["group"]["id"], one["group"]["name"], one["n"]) for one in groups]
    assert named == [(ids["town"], "город Заречный", 1), (None, None, 1)]


async def test_a_correction_is_the_next_version(api: Api, ids: dict[str, int], admin: httpx.AsyncClient) -> None:
    refused = await admin.post("/incidents/1/places/1", json={"entry_id": None}, headers={"If-Match": "7"})
    done = await admin.post("/incidents/1/places/1", json={"entry_id": None}, headers={"If-Match": "1"})

    assert (refused.status_code, done.status_code, done.headers["ETag"]) == (412, 200, '"2"')
    assert (done.json()["territory"], done.json()["places"][0]["meant"]) == (None, None)
    assert done.json()["places"][0]["corrected_by"] == "admin"


async def test_a_place_is_added_in_free_text_and_what_is_ambiguous_is_offered(ids: dict[str, int], admin: httpx.AsyncClient) -> None:
    unknown = await admin.post("/incidents/2/places", json={"words": "Марсианская"}, headers={"If-Match": "1"})
    unsaid = await admin.post("/incidents/2/places", json={"words": "Лесная 5"})
    headers = {"If-Match": "1", "Idempotency-Key": "one"}
    done, again = [await admin.post("/incidents/2/places", json={"words": "Лесная 5"}, headers=headers) for _ in range(2)]
    stale = await admin.post("/incidents/2/places", json={"words": "Лесная 5"}, headers={"If-Match": "1"})
    told = await admin.post("/incidents/2/places", json={"words": "темно", "entry_id": ids["town"]}, headers={"If-Match": "2"})

    assert (unknown.status_code, unsaid.status_code, stale.status_code) == (422, 428, 412)
    assert (done.status_code, done.headers["ETag"], done.json()["territory"]["id"]) == (200, '"2"', ids["town"])
    assert again.json() == done.json()
    (place,) = done.json()["places"]
    assert (place["surface"], place["start"], place["end"], place["house"], place["added"]) == ("Лесная 5", 0, 0, "5", True)
    assert (place["meant"]["title"], place["corrected_by"]) == ("улица Лесная", "admin")
    assert [(one["surface"], one["start"], one["end"]) for one in told.json()["places"]] == [("Лесная 5", 0, 0), ("Темно", 0, 5)]


async def test_names_that_were_taught_are_listed_and_decided_on(
    ids: dict[str, int], admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    await admin.post("/incidents/2/places", json={"words": "темно", "entry_id": ids["town"]}, headers={"If-Match": "1"})
    (name,) = (await viewer.get("/place-names?state=offered")).json()["items"]
    used = await admin.patch(f"/place-names/{name['id']}", json={"state": "used"})
    odd = await admin.patch(f"/place-names/{name['id']}", json={"state": "offered"})

    assert (name["name"], name["kind"], name["title"], name["times"], name["incident_id"]) == ("Темно", None, "город Заречный", 1, 2)
    assert (used.status_code, used.json()["state"], used.json()["decided_by"]) == (200, "used", "admin")
    assert odd.status_code == 422
    assert (await viewer.get("/place-names?state=offered")).json() == {"items": [], "next_cursor": None}
    assert (await admin.patch("/place-names/99", json={"state": "used"})).status_code == 404
