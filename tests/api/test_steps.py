"""One step with many incidents over HTTP."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment


@pytest.fixture
async def incidents(reader: Reader, viewer: httpx.AsyncClient, noon: datetime) -> list[int]:
    """Three complaints that wait."""
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in (1, 2, 3)), at=noon)
    return [one["id"] for one in (await viewer.get("/incidents")).json()["items"]]


async def steps(client: httpx.AsyncClient, ids: list[int], step: str, *, versions: dict[int, int] | None = None, **rest: Any) -> Any:
    chosen = [{"id": one, "version": (versions or {}).get(one, 1)} for one in ids]
    headers = rest.pop("headers", {})
    return await client.post("/steps", json={"step": step, "incidents": chosen, **rest}, headers=headers)


async def standing(client: httpx.AsyncClient, ids: list[int]) -> list[tuple[str, int]]:
    found = [(await client.get(f"/incidents/{one}")).json() for one in ids]
    return [(one["status"], one["version"]) for one in found]


async def log_of(client: httpx.AsyncClient, incident_id: int) -> list[str]:
    return [one["type"] for one in (await client.get(f"/incidents/{incident_id}/events")).json()["items"]]


async def test_what_one_incident_is_refused_stops_no_other(anna: httpx.AsyncClient, boris: httpx.AsyncClient, incidents: list[int]) -> None:
    first, second, third = incidents
    assert (await steps(boris, [second], "close", reason="Ответили по телефону")).status_code == 200

    answer = (await steps(anna, [third, second, 999, first], "take", versions={second: 2})).json()

    assert [(one["incident_id"], one["status"]) for one in answer["results"]] == [(third, 200), (second, 409), (999, 404), (first, 200)]
    assert (answer["taken"], answer["refused"]) == (2, 2)
    assert answer["results"][0]["incident"]["status"] == "in_progress"
    assert answer["results"][1]["problem"]["state"] == "closed"
    assert await standing(anna, incidents) == [("in_progress", 2), ("closed", 2), ("in_progress", 2)]
    assert await log_of(anna, first) == ["opened", "taken"]


async def test_each_incident_has_a_version_of_its_own(anna: httpx.AsyncClient, boris: httpx.AsyncClient, incidents: list[int]) -> None:
    await steps(boris, incidents[:1], "take")

    answer = (await steps(anna, incidents, "reject", reason="Реклама")).json()

    assert [one["status"] for one in answer["results"]] == [412, 200, 200]
    assert (answer["results"][0]["problem"]["expected"], answer["results"][0]["problem"]["found"]) == (1, 2)


async def test_a_preview_tells_the_same_and_changes_nothing(
    anna: httpx.AsyncClient, boris: httpx.AsyncClient, incidents: list[int]
) -> None:
    await steps(boris, incidents[:1], "take")
    versions = {incidents[0]: 2}

    told = (await steps(anna, [*incidents, 999], "take", versions=versions, preview=True)).json()

    assert await standing(anna, incidents) == [("in_progress", 2), ("new", 1), ("new", 1)]
    done = (await steps(anna, [*incidents, 999], "take", versions=versions)).json()
    assert told["results"] == done["results"]
    assert [one["status"] for one in told["results"]] == [409, 200, 200, 404]


async def test_a_step_with_many_is_undone_with_many_and_by_its_author_only(
    anna: httpx.AsyncClient, boris: httpx.AsyncClient, incidents: list[int]
) -> None:
    await steps(anna, incidents, "reject", reason="Реклама")
    versions = dict.fromkeys(incidents, 2)

    assert {one["status"] for one in (await steps(boris, incidents, "undo", versions=versions)).json()["results"]} == {409}
    told = (await steps(anna, incidents, "undo", versions=versions, preview=True)).json()
    undone = (await steps(anna, incidents, "undo", versions=versions)).json()

    assert told["results"] == undone["results"]
    assert await standing(anna, incidents) == [("new", 3)] * 3
    assert (await anna.get(f"/incidents/{incidents[0]}")).json()["turns"][0]["state"] == "open"
    assert await log_of(anna, incidents[0]) == ["opened", "rejected", "undone"]


async def test_one_step_is_undone_and_nobody_has_the_incident_again(anna: httpx.AsyncClient, incidents: list[int]) -> None:
    await anna.post(f"/incidents/{incidents[0]}/take", headers={"If-Match": "1"})

    undone = (await anna.post(f"/incidents/{incidents[0]}/undo", headers={"If-Match": "2"})).json()

    assert (undone["status"], undone["assignee"], undone["assigned_at"], undone["version"]) == ("new", None, None, 3)


async def test_a_repeated_request_gets_its_first_answer(anna: httpx.AsyncClient, incidents: list[int]) -> None:
    first = await steps(anna, incidents, "take", headers={"Idempotency-Key": "noon"})
    again = await steps(anna, incidents, "take", headers={"Idempotency-Key": "noon"})

    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert await standing(anna, incidents) == [("in_progress", 2)] * 3


async def test_two_who_take_the_same_incidents_crosswise_share_them_without_a_deadlock(
    anna: httpx.AsyncClient, boris: httpx.AsyncClient, incidents: list[int]
) -> None:
    answers = await asyncio.gather(steps(anna, incidents, "take"), steps(boris, incidents[::-1], "take"))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert sorted(one["status"] for answer in answers for one in answer.json()["results"]) == [200] * 3 + [412] * 3


@pytest.mark.parametrize(
    ("step", "more"),
    [
        ("reject", {}),
        ("assign", {}),
        ("assign", {"assignee_id": 999}),
        ("assign", {"authority_id": 999}),
        ("merge", {}),
        ("take", {"incidents": []}),
        ("take", {"incidents": [{"id": 1, "version": 1}] * 2}),
        ("take", {"incidents": [{"id": 1}]}),
        ("take", {"incidents": [{"id": one, "version": 1} for one in range(1, 202)]}),
    ],
)
async def test_an_order_that_makes_no_sense_does_nothing(
    api: Api, admin: httpx.AsyncClient, incidents: list[int], step: str, more: dict[str, Any]
) -> None:
    assert (await steps(admin, incidents, step, **more)).status_code == 422
    assert await standing(admin, incidents) == [("new", 1)] * 3


async def test_who_may_not_hand_over_hands_nothing_over(anna: httpx.AsyncClient, admin: httpx.AsyncClient, incidents: list[int]) -> None:
    body = (await admin.post("/authorities", json={"name": "Теплосеть"})).json()["id"]

    assert (await steps(anna, incidents, "assign", authority_id=body)).status_code == 403
    handed = (await steps(admin, incidents, "assign", authority_id=body)).json()

    assert {one["incident"]["authority_id"] for one in handed["results"]} == {body}
