"""Where the waits of residents pass, of one question and of all."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


@pytest.fixture
async def passed_on(api: Api, admin: httpx.AsyncClient, reader: Reader, noon: datetime) -> dict[str, Any]:
    """Asked at noon, seen a minute later, with the water works from 13:00, with the roads from 14:00, answered at 16:00; it is 18:00.

    Another resident asked at noon, too, and nobody was given that. A slip of the hand was taken back.
    """
    bodies = [(await admin.post("/authorities", json={"name": name})).json()["id"] for name in ("Водоканал", "Дороги")]
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in (1, 2)), at=noon + MINUTE)
    (first, _) = sorted((await admin.get("/incidents")).json()["items"], key=lambda one: int(one["id"]))
    for hour, (version, body) in enumerate(enumerate(bodies, start=1), start=1):
        api.clock[0] = noon + hour * HOUR
        given = await admin.post(f"/incidents/{first['id']}/assign", headers={"If-Match": str(version)}, json={"authority_id": body})
        assert given.status_code == 200, given.text
    slip = await admin.post(f"/incidents/{first['id']}/assign", headers={"If-Match": "3"}, json={"authority_id": bodies[0]})
    assert (await admin.post(f"/incidents/{first['id']}/undo", headers={"If-Match": "4"})).status_code == 200, slip.text
    await reader.read(comment(11, DONE, noon + 4 * HOUR, by=PAGE, reply_to=1), at=noon + 4 * HOUR + MINUTE)
    api.clock[0] = noon + 6 * HOUR
    return dict((await admin.get(f"/incidents/{first['id']}")).json())


async def test_an_incident_tells_the_parts_of_its_wait(passed_on: dict[str, Any]) -> None:
    (turn,) = passed_on["turns"]
    parts = [(part["part"], part["authority"] and part["authority"]["name"], part["seconds"]) for part in turn["parts"]]

    assert parts == [("detect", None, 60), ("route", None, 59 * 60), ("body", "Водоканал", 3600), ("body", "Дороги", 2 * 3600)]
    assert sum(part["seconds"] for part in turn["parts"]) == passed_on["time_to_first_answer_seconds"]
    # Noon in UTC is 15:00 in Moscow, and the offices close at 18:00.
    assert [part["working_seconds"] for part in turn["parts"]] == [60, 59 * 60, 3600, 3600]
    assert turn["parts"][-1]["ended_at"] == "2026-03-11T16:00:00Z"


async def test_a_question_that_waits_has_a_part_without_an_end(passed_on: dict[str, Any], viewer: httpx.AsyncClient) -> None:
    (waiting,) = (await viewer.get("/incidents?status=new")).json()["items"]
    (turn,) = (await viewer.get(f"/incidents/{waiting['id']}")).json()["turns"]

    last = turn["parts"][-1]
    assert (last["part"], last["ended_at"], last["seconds"]) == ("route", None, 6 * 3600 - 60)
    assert passed_on["id"] != waiting["id"]


@pytest.mark.usefixtures("passed_on")
async def test_every_body_answers_for_the_time_it_had_and_no_other(viewer: httpx.AsyncClient) -> None:
    told = (await viewer.get("/statistics/wait-parts")).json()
    water, roads, nobody = told["groups"]

    assert [group["group"] and group["group"]["name"] for group in told["groups"]] == ["Водоканал", "Дороги", None]
    assert {name: told["total"][name]["n"] for name in ("detect", "route", "body")} == {"detect": 2, "route": 2, "body": 1}
    assert (told["total"]["route"]["ended"], told["total"]["route"]["unended"]) == (1, 1)
    assert told["total"]["body"]["km_median_seconds"] == 3 * 3600
    # The water works passed it on: they are known to have had it for an hour without an answer.
    assert (water["body"]["n"], water["body"]["ended"], water["body"]["longest_seconds"]) == (1, 0, 3600)
    assert (roads["body"]["ended"], roads["body"]["km_median_seconds"]) == (1, 2 * 3600)
    assert (water["route"]["km_median_seconds"], roads["route"]["n"]) == (59 * 60, 0)
    assert (nobody["route"]["unended"], nobody["body"]["n"]) == (1, 0)


@pytest.mark.usefixtures("passed_on")
async def test_parts_are_told_in_working_time_too(viewer: httpx.AsyncClient) -> None:
    told = (await viewer.get("/statistics/wait-parts?clock=working")).json()
    assert (told["clock"], told["total"]["body"]["km_median_seconds"]) == ("working", 2 * 3600)

    empty = (await viewer.get("/statistics/wait-parts?to=2026-01-01T00:00:00Z")).json()
    assert (empty["total"]["body"]["n"], empty["total"]["body"]["km_median_seconds"], empty["groups"]) == (0, None, [])
