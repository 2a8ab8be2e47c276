"""By when an answer is due, over HTTP: the version in force, its history, and the next one by an administrator."""

from datetime import timedelta

import httpx
import pytest

from app.domain.ready_policies import READY
from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment


async def test_a_region_begins_with_a_day_around_the_clock(viewer: httpx.AsyncClient) -> None:
    found = (await viewer.get("/policies")).json()
    (first,) = found["items"]

    assert (first["version"], first["hours"], first["urgent_hours"], first["clock_start"]) == (1, 24, 4, "published")
    assert (first["working_time"], first["substantive_days"], first["made_by"]) == (False, 7, None)
    assert [one["code"] for one in found["ready"]] == list(READY)


async def test_ready_terms_come_into_force_with_what_they_mean(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    added = await admin.post("/policies", json={"ready": "nine_working_hours"}, headers={"Idempotency-Key": "terms-1"})
    again = await admin.post("/policies", json={"ready": "nine_working_hours"}, headers={"Idempotency-Key": "terms-1"})
    newest, first = (await viewer.get("/policies")).json()["items"]

    assert added.status_code == 201
    assert added.headers["Location"] == f"/api/v1/policies/{added.json()['id']}"
    assert again.json() == added.json() == newest == (await viewer.get(f"/policies/{newest['id']}")).json()
    assert (newest["version"], newest["hours"], newest["clock_start"], newest["made_by"]["name"]) == (2, 9, "detected", "admin")
    friday, saturday, monday, urgent = newest["examples"]
    assert (friday["asked_at"], friday["due_at"]) == ("2026-03-13T17:40:00+03:00", "2026-03-16T14:40:00Z")
    assert (saturday["due_at"], monday["due_at"]) == ("2026-03-16T15:00:00Z", "2026-03-17T07:00:00Z")
    assert (urgent["urgent"], urgent["due_at"]) == (True, "2026-03-14T02:00:00+03:00")
    assert first["version"] == 1


async def test_own_terms_are_said_one_by_one(admin: httpx.AsyncClient) -> None:
    body = {
        "name": "Наши сроки",
        "hours": 8,
        "urgent_hours": 2.5,
        "clock_start": "handed_over",
        "working_time": True,
        "office_hours": [{"weekday": 6, "opens": "10:00", "closes": "14:00"}],
        "holidays": False,
        "days_off": ["2026-03-14"],
        "substantive_days": None,
    }
    made = (await admin.post("/policies", json=body)).json()

    assert {name: made[name] for name in body} == body | {"holidays": None}
    assert made["full_answer_example"] is None
    assert made["examples"][2]["due_at"] == "2026-03-28T11:00:00Z", "the 14th is off: four hours on the 21st, four on the 28th"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "x", "hours": 8},
        {"ready": "never"},
        {"ready": "day", "office_hours": []},
        {"ready": "day", "office_hours": [{"weekday": 1, "opens": "18:00", "closes": "09:00"}]},
        {"ready": "day", "office_hours": 2 * [{"weekday": 1, "opens": "09:00", "closes": "18:00"}]},
        {"ready": "day", "hours": 1, "urgent_hours": 2},
        {"ready": "day", "hours": 0.001},
    ],
)
async def test_terms_that_make_no_sense_are_refused(admin: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    assert (await admin.post("/policies", json=wrong)).status_code == 422
    assert len((await admin.get("/policies")).json()["items"]) == 1


async def test_an_interim_answer_shows_its_second_deadline_apart_from_the_first(
    api: Api, reader: Reader, viewer: httpx.AsyncClient
) -> None:
    noon, hour = api.clock[0], timedelta(hours=1)
    await reader.read(comment(1, "Холодно!", noon), comment(2, "Темно!", noon, by="42"), at=noon)
    promise = "Добрый день! Бригада направлена, отопление восстановим завтра."
    await reader.read(comment(3, promise, noon + hour, by=PAGE, reply_to=1), at=noon + hour)

    (owing,) = (await viewer.get("/incidents?substantive_owed=true")).json()["items"]
    assert (owing["substantive_answer_due_at"], owing["substantive_overdue"]) == ("2026-03-12T21:00:00Z", False)
    assert (await viewer.get("/incidents?substantive_overdue=true")).json()["items"] == []
    waiting, promised = (await viewer.get("/incidents")).json()["items"]
    assert (waiting["substantive_answer_due_at"], promised["id"]) == (None, owing["id"])

    api.clock[0] = noon + 34 * hour
    (late,) = (await viewer.get("/incidents?substantive_overdue=true&sort=published")).json()["items"]
    (turn,) = (await viewer.get(f"/incidents/{late['id']}")).json()["turns"]
    assert (late["id"], late["overdue"], late["substantive_overdue"]) == (owing["id"], False, True)
    assert (turn["state"], turn["substantive_due_at"], turn["policy_id"]) == ("answered_in_time", "2026-03-12T21:00:00Z", 1)
