"""The topics in force, and how an administrator changes them."""

from typing import Any

import httpx
import pytest

from app.classifier.topics import shipped_taxonomy
from app.domain.operator import Role
from tests.api.conftest import Api

ROADS: dict[str, Any] = {
    "code": "roads",
    "title": "Улицы",
    "topics": [{"code": "roads.mud", "title": "Грязь", "includes": "распутица", "confused_with": {}, "urgent_when": ""}],
}


async def put(client: httpx.AsyncClient, *groups: dict[str, Any], version: int | None) -> httpx.Response:
    return await client.put("/topics", json={"groups": list(groups)}, headers={} if version is None else {"If-Match": str(version)})


async def test_a_region_begins_with_what_ships(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/topics")

    assert answer.headers["ETag"] == '"1"'
    assert (answer.json()["version"], answer.json()["changed_at"], answer.json()["changed_by"]) == (1, None, None)
    assert [group["code"] for group in answer.json()["groups"]] == [group.code for group in shipped_taxonomy().groups]


async def test_a_change_is_the_next_version_and_says_who_and_when(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    changed = await put(admin, ROADS, version=1)

    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == {"version": 2, "changed_at": "2026-03-11T12:00:00Z", "changed_by": "admin", "groups": [ROADS]}
    assert (await viewer.get("/topics")).json() == changed.json()


async def test_what_was_read_can_be_put_back(admin: httpx.AsyncClient) -> None:
    shipped = (await admin.get("/topics")).json()["groups"]

    changed = await put(admin, *shipped, version=1)

    assert changed.status_code == 200
    assert changed.json()["groups"] == shipped


@pytest.mark.parametrize(("version", "status"), [(None, 428), (2, 412)])
async def test_a_change_must_name_the_version_in_force(admin: httpx.AsyncClient, version: int | None, status: int) -> None:
    assert (await put(admin, ROADS, version=version)).status_code == status


async def test_of_two_who_change_the_same_version_one_is_told(admin: httpx.AsyncClient) -> None:
    await put(admin, ROADS, version=1)

    late = await put(admin, ROADS, version=1)

    assert late.status_code == 412
    assert (late.json()["expected"], late.json()["found"]) == (1, 2)


async def test_every_fault_is_named_and_nothing_changes(admin: httpx.AsyncClient) -> None:
    topic = ROADS["topics"][0]
    twice = ROADS | {"topics": [topic, topic | {"confused_with": {"roads.moon": "нет такой"}}, topic | {"code": "water.mud"}]}

    answer = await put(admin, twice, version=1)

    assert answer.status_code == 422
    told = " ".join(error["message"] for error in answer.json()["errors"])
    assert all(fault in told for fault in ("roads.mud stands twice", "roads.moon", "'water.mud'"))
    assert (await admin.get("/topics")).json()["version"] == 1


async def test_only_an_administrator_changes_topics(api: Api) -> None:
    coordinator = await api.client(Role.COORDINATOR)

    assert (await put(coordinator, ROADS, version=1)).status_code == 403
