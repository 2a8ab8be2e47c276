"""Pages, authorities, accounts and tokens."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment, register_body

HALL = "https://village.test/hall"


async def add(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/sources", json={"url": HALL} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(client: httpx.AsyncClient, **query: str) -> int:
    return len((await client.get("/incidents", params=query)).json()["items"])


async def accounts(api: Api) -> list[tuple[str, int | None, datetime, datetime | None]]:
    async with api.context.database.read() as session:
        rows = await session.execute(text("SELECT external_id, authority_id, valid_from, valid_to FROM official_accounts ORDER BY id"))
        return [(row[0], row[1], row[2], row[3]) for row in rows]


async def test_a_page_is_found_by_its_link_and_watched_from_now_on(api: Api, admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/sources", json={"url": HALL})

    source = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/sources/{source['id']}"
    assert (source["network"], source["external_id"], source["name"]) == ("village", "-hall", "Hall")
    assert (source["status"], source["monitored_since"]) == ("active", "2026-03-11T12:00:00Z")
    assert source["capabilities"] == ["resolve"]
    assert (await admin.get(f"/sources/{source['id']}")).json() == source
    assert await accounts(api) == []


async def test_an_official_page_answers_under_its_own_account_since_ever(api: Api, admin: httpx.AsyncClient) -> None:
    body = (await admin.post("/authorities", json={"name": "Теплосеть"})).json()

    source = await add(admin, official=True, authority_id=body["id"])

    assert source["authority"] == {"id": body["id"], "name": "Теплосеть"}
    ((external_id, authority_id, since, until),) = await accounts(api)
    assert (external_id, authority_id, since.year, until) == ("-hall", body["id"], 1970, None)


async def test_a_page_known_already_is_named_in_the_refusal(admin: httpx.AsyncClient) -> None:
    source = await add(admin)

    answer = await admin.post("/sources", json={"url": HALL})

    assert answer.status_code == 409
    assert (answer.json()["type"], answer.json()["existing_id"]) == ("urn:otklik:problem:already-exists", source["id"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "https://nowhere.test/page"}, 422),
        ({"url": "https://village.test/"}, 422),
        ({"url": "https://village.test/gone"}, 422),
        ({"url": "https://village.test/dark"}, 502),
        ({"url": "https://silent.test/page"}, 502),
        ({"url": HALL, "authority_id": 77}, 422),
        ({"url": HALL, "official": "yes"}, 422),
        ({"url": "\x00"}, 422),
        ({"url": "http://["}, 422),
        ({"url": HALL, "colour": "red"}, 422),
        ({}, 422),
        ([], 422),
    ],
)
async def test_a_page_that_cannot_be_added_is_refused_in_words(admin: httpx.AsyncClient, body: object, status: int) -> None:
    answer = await admin.post("/sources", json=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_page_is_paused_and_polled_at_once_when_woken(api: Api, admin: httpx.AsyncClient) -> None:
    source = await add(admin)
    path = f"/sources/{source['id']}"

    paused = (await admin.patch(path, json={"status": "paused", "version": 1})).json()
    stale = await admin.patch(path, json={"status": "active", "version": 1})
    woken = (await admin.patch(path, json={"status": "active", "version": 2})).json()

    assert (paused["status"], paused["paused_reason"], paused["version"]) == ("paused", "by_operator", 2)
    assert stale.status_code == 412
    assert (woken["status"], woken["paused_reason"], woken["version"]) == ("active", None, 3)


async def test_a_page_that_stops_being_official_answers_no_more_from_now_on(api: Api, admin: httpx.AsyncClient, noon: datetime) -> None:
    source = await add(admin, official=True)

    changed = (await admin.patch(f"/sources/{source['id']}", json={"official": False})).json()

    assert changed["official"] is False
    ((_, _, since, until),) = await accounts(api)
    assert (since.year, until) == (1970, noon)


async def test_a_page_gets_its_authority_later_and_its_account_with_it(api: Api, admin: httpx.AsyncClient) -> None:
    source = await add(admin, official=True)
    body = (await admin.post("/authorities", json={"name": "Теплосеть"})).json()

    given = (await admin.patch(f"/sources/{source['id']}", json={"authority_id": body["id"]})).json()
    taken = (await admin.patch(f"/sources/{source['id']}", json={"authority_id": None})).json()

    assert (given["authority"]["id"], taken["authority"]) == (body["id"], None)
    assert [(account[1], account[3]) for account in await accounts(api)] == [(None, None)]


async def test_a_third_party_page_never_becomes_official_by_a_change_of_its_state(api: Api, admin: httpx.AsyncClient) -> None:
    source = await add(admin)
    changed = (await admin.patch(f"/sources/{source['id']}", json={"status": "paused", "official": False})).json()
    assert (changed["status"], changed["official"]) == ("paused", False)
    assert await accounts(api) == []


async def test_lists_go_page_by_page(admin: httpx.AsyncClient) -> None:
    for number in range(3):
        await add(admin, url=f"https://village.test/page{number}")
    first = (await admin.get("/sources", params={"limit": 2})).json()
    rest = (await admin.get("/sources", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["Page0", "Page1", "Page2"]
    assert rest["next_cursor"] is None


async def test_an_authority_has_accounts_with_their_dates(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/authorities", json={"name": "Теплосеть"})
    path = f"/authorities/{answer.json()['id']}"
    dated = {"network": "vk", "external_id": "77", "valid_from": "2026-01-01T00:00:00+03:00", "valid_to": "2026-06-01T00:00:00Z"}

    first = await admin.post(f"{path}/accounts", json=dated)
    by_link = await admin.post(f"{path}/accounts", json={"url": "https://village.test/heat"})

    assert (first.status_code, by_link.status_code) == (201, 201)
    assert first.json()["valid_from"] == "2025-12-31T21:00:00Z"
    shown = (await admin.get(path)).json()
    assert [(one["external_id"], one["valid_from"]) for one in shown["accounts"]] == [
        ("77", "2025-12-31T21:00:00Z"),
        ("-heat", "2026-03-11T12:00:00Z"),
    ]
    assert (await admin.get("/authorities")).json()["items"] == [{"id": shown["id"], "name": "Теплосеть"}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"network": "vk"}, 422),
        ({"url": HALL, "network": "vk", "external_id": "1"}, 422),
        ({"network": "vk", "external_id": "1", "valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, 422),
        ({"network": "vk", "external_id": "1", "valid_from": "0001-01-01T00:00:00Z"}, 422),
        ({"network": "vk", "external_id": "1", "valid_from": 1700000000}, 422),
    ],
)
async def test_an_account_that_makes_no_sense_is_refused(admin: httpx.AsyncClient, body: dict[str, Any], status: int) -> None:
    path = (await admin.post("/authorities", json={"name": "Теплосеть"})).headers["Location"]
    assert (await admin.post(f"{path.removeprefix('/api/v1')}/accounts", json=body)).status_code == status


async def test_an_account_of_no_authority_is_not_found(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/authorities/77/accounts", json={"network": "vk", "external_id": "1"})
    assert answer.status_code == 404


async def test_an_authority_is_registered_once(admin: httpx.AsyncClient) -> None:
    first, again = [await admin.post("/authorities", json={"name": "Теплосеть"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["existing_id"] == first.json()["id"]


async def test_a_new_token_works_at_once(api: Api, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/tokens", json={"name": "weekly report", "role": "viewer"})).json()

    client = await api.client(None)
    answer = await client.get("/incidents", headers={"Authorization": f"Bearer {made['token']}"})

    assert len(made["token"]) == 47
    assert answer.status_code == 200
    assert "token" not in (await admin.get("/tokens")).json()["items"][-1]


async def test_a_test_page_is_told_as_one_and_never_speaks_for_an_authority(admin: httpx.AsyncClient) -> None:
    source = await add(admin, test=True)
    official = await admin.patch(f"/sources/{source['id']}", json={"official": True})
    both = await admin.post("/sources", json={"url": "https://village.test/other", "official": True, "test": True})
    plain = await admin.patch(f"/sources/{source['id']}", json={"test": False})

    assert source["test"] is True
    assert (official.status_code, official.json()["type"]) == (422, "urn:otklik:problem:invalid-input")
    assert both.status_code == 422
    assert plain.json()["test"] is False


async def test_incidents_of_test_pages_are_shown_only_when_they_are_asked_for(
    api: Api, admin: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await reader.read(comment(1, "Когда включат воду?", noon), at=noon)
    before = [await listed(admin), await listed(admin, test="true")]
    await admin.patch(f"/sources/{reader.source.id}", json={"official": False, "test": True})

    assert before == [1, 0]
    assert [await listed(admin), await listed(admin, test="true"), await listed(admin, sort="published")] == [0, 1, 0]


async def test_what_an_account_wrote_before_it_was_registered_answers_nobody_and_says_why(
    admin: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    said = comment(2, "Исправили, тепло подано.", noon, by="77", reply_to=1)
    await reader.read(comment(1, "Холодно!", noon - timedelta(hours=1), by="1"), said, at=noon)
    (incident,) = (await admin.get("/incidents")).json()["items"]

    before = (await admin.get(f"/incidents/{incident['id']}/thread")).json()["items"]
    await register_body(reader, "77", since=noon + timedelta(minutes=1))
    await reader.read(said, at=noon + timedelta(hours=1))
    after = (await admin.get(f"/incidents/{incident['id']}/thread")).json()["items"]

    assert [one["informal"] for one in before] == [False, False]
    assert [(one["official"], one["informal"]) for one in after] == [(False, False), (False, True)]
    assert (await admin.get(f"/incidents/{incident['id']}")).json()["first_answered_at"] is None
