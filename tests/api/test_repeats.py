"""The same request under the same key happens once."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment

KEY = {"Idempotency-Key": "0b5f2a"}


@pytest.fixture
async def path(reader: Reader, noon: datetime) -> str:
    """Where the only incident is taken."""
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    (row,) = await reader.rows("SELECT id FROM incidents")
    return f"/incidents/{row.id}/take"


async def count(api: Api, table: str) -> int:
    async with api.context.database.read() as session:
        return int(str(await session.scalar(text(f"SELECT count(*) FROM {table}"))))


async def test_a_step_sent_again_gets_its_first_answer_again(anna: httpx.AsyncClient, path: str) -> None:
    headers = KEY | {"If-Match": "1"}
    first, again = [await anna.post(path, headers=headers) for _ in range(2)]

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_ten_at_once_under_one_key_happen_once(api: Api, admin: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(admin.post("/authorities", json={"name": "Теплосеть"}, headers=KEY) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 9
    assert await count(api, "authorities") == 1


async def test_a_key_is_not_good_for_another_request(api: Api, admin: httpx.AsyncClient) -> None:
    await admin.post("/authorities", json={"name": "Теплосеть"}, headers=KEY)

    answer = await admin.post("/authorities", json={"name": "Водоканал"}, headers=KEY)

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:otklik:problem:key-used-before"
    assert await count(api, "authorities") == 1


async def test_keys_of_two_operators_do_not_meet(anna: httpx.AsyncClient, boris: httpx.AsyncClient, path: str) -> None:
    headers = KEY | {"If-Match": "1"}
    assert (await anna.post(path, headers=headers)).status_code == 200
    assert (await boris.post(path, headers=headers)).status_code == 412


async def test_a_request_that_failed_leaves_its_key_free(anna: httpx.AsyncClient, path: str) -> None:
    headers = KEY | {"If-Match": "7"}
    assert (await anna.post(path, headers=headers)).status_code == 412
    assert (await anna.post(path, headers=KEY | {"If-Match": "1"})).status_code == 200


async def test_a_key_is_free_again_after_a_day(api: Api, admin: httpx.AsyncClient, noon: datetime) -> None:
    await admin.post("/authorities", json={"name": "Теплосеть"}, headers=KEY)
    api.clock[0] = noon + timedelta(hours=25)

    answer = await admin.post("/authorities", json={"name": "Водоканал"}, headers=KEY)

    assert answer.status_code == 201


async def test_a_page_added_again_asks_its_network_once(api: Api, admin: httpx.AsyncClient) -> None:
    wanted = {"url": "https://village.test/hall", "official": True}
    first, again = [await admin.post("/sources", json=wanted, headers=KEY) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert len(api.hamlet.village.asked) == 1


async def test_a_secret_is_shown_once_and_never_kept(api: Api, admin: httpx.AsyncClient) -> None:
    wanted = {"name": "weekly report", "role": "viewer"}
    first, again = [(await admin.post("/tokens", json=wanted, headers=KEY)).json() for _ in range(2)]

    assert first["token"].startswith("otk_")
    assert again == first | {"token": None}
    async with api.context.database.read() as session:
        kept = await session.scalar(text("SELECT string_agg(body::text, '') FROM idempotency_keys"))
    assert "otk_" not in str(kept)


async def test_a_revocation_sent_again_is_answered_again(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    (one,) = [token for token in (await admin.get("/tokens")).json()["items"] if token["role"] == "viewer"]
    answers = [await admin.delete(f"/tokens/{one['id']}", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert [answer.content for answer in answers] == [b"", b""]


@pytest.mark.parametrize("key", ["", "два", "a" * 201, "a b"])
async def test_a_key_that_cannot_be_kept_is_refused(admin: httpx.AsyncClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    assert (await admin.post("/authorities", json={"name": "Теплосеть"}, headers=headers)).status_code == 422
