"""Steps over HTTP: versions, races, repeats."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.operator import Role
from app.storage.access import operators
from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)


@pytest.fixture
async def incident(reader: Reader, viewer: httpx.AsyncClient, noon: datetime) -> dict[str, Any]:
    """A complaint that waits."""
    await reader.read(comment(1, "Холодно!", noon), at=noon)
    (found,) = (await viewer.get("/incidents")).json()["items"]
    return dict(found)


async def step(client: httpx.AsyncClient, incident: dict[str, Any], name: str, version: object = 1, **rest: Any) -> httpx.Response:
    headers = {"If-Match": str(version)} | rest.pop("headers", {})
    return await client.post(f"/incidents/{incident['id']}/{name}", headers=headers, **rest)


@pytest.mark.parametrize("written", ["1", '"1"', 'W/"1"'])
async def test_an_operator_takes_an_incident_on_the_version_that_was_read(
    anna: httpx.AsyncClient, incident: dict[str, Any], written: str
) -> None:
    answer = await step(anna, incident, "take", written)

    assert answer.status_code == 200
    taken = answer.json()
    assert (taken["status"], taken["assignee"]["name"], taken["version"]) == ("in_progress", "operator", 2)
    assert answer.headers["ETag"] == '"2"'


async def test_a_change_without_a_version_is_refused(anna: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    answer = await anna.post(f"/incidents/{incident['id']}/take")
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:otklik:problem:version-required")


@pytest.mark.parametrize("written", ["", "x", "0", "-1", "1.5", '"', "9" * 400, "2147483648", "*"])
async def test_a_version_that_is_no_number_is_refused(anna: httpx.AsyncClient, incident: dict[str, Any], written: str) -> None:
    assert (await step(anna, incident, "take", written)).status_code == 422


async def test_a_stale_version_is_told_what_is_found(anna: httpx.AsyncClient, boris: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    await step(anna, incident, "take")

    answer = await step(boris, incident, "close")

    assert answer.status_code == 412
    problem = answer.json()
    assert (problem["type"], problem["expected"], problem["found"]) == ("urn:otklik:problem:stale-version", 1, 2)


async def test_of_two_who_take_at_once_one_wins(anna: httpx.AsyncClient, boris: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(step(client, incident, "take") for client in (anna, boris)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_step_that_does_not_fit_the_state_is_a_conflict(anna: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    await step(anna, incident, "close", json={"reason": "ответили по телефону"})

    answer = await step(anna, incident, "take", 2)

    assert answer.status_code == 409
    assert (answer.json()["state"], answer.json()["step"]) == ("closed", "taken")


async def test_closing_needs_no_body_and_keeps_the_clock_running(anna: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    closed = (await step(anna, incident, "close")).json()
    assert (closed["status"], closed["turns"][0]["state"], closed["closed_at"]) == ("closed", "open", "2026-03-11T12:00:00Z")


async def test_rejecting_needs_a_reason_and_takes_the_turn_out_of_the_figures(
    anna: httpx.AsyncClient, viewer: httpx.AsyncClient, incident: dict[str, Any]
) -> None:
    assert (await step(anna, incident, "reject")).status_code == 422

    rejected = (await step(anna, incident, "reject", json={"reason": "Шутка"})).json()
    log = (await viewer.get(f"/incidents/{incident['id']}/events")).json()["items"]
    figures = (await viewer.get("/statistics/first-answer", params={"to": "2026-03-12T00:00:00Z"})).json()

    assert (rejected["status"], rejected["turns"][0]["state"], rejected["overdue"]) == ("rejected", "not_required", False)
    assert (log[-1]["type"], log[-1]["actor"]["name"], log[-1]["data"]) == (
        "rejected",
        "operator",
        {"reason": "Шутка", "before": {"status": "new", "assignee_id": None, "authority_id": None}},
    )
    assert figures["total"]["n"] == 0


async def test_reopening_a_rejected_incident_brings_its_deadline_back(
    api: Api, anna: httpx.AsyncClient, incident: dict[str, Any], noon: datetime
) -> None:
    await step(anna, incident, "reject", json={"reason": "Шутка"})
    api.clock[0] = noon + 25 * HOUR

    reopened = (await step(anna, incident, "reopen", 2, json={"reason": "Не шутка"})).json()

    assert (reopened["status"], reopened["overdue"], reopened["first_answer_due_at"]) == ("in_progress", True, "2026-03-12T12:00:00Z")
    assert reopened["turns"][0]["state"] == "unanswered_overdue"


async def test_an_incident_is_handed_to_an_operator_and_an_authority(
    api: Api, admin: httpx.AsyncClient, anna: httpx.AsyncClient, incident: dict[str, Any]
) -> None:
    body = (await admin.post("/authorities", json={"name": "Теплосеть"})).json()
    mine = (await step(anna, incident, "take")).json()["assignee"]["id"]

    handed = (await step(admin, incident, "assign", 2, json={"assignee_id": mine, "authority_id": body["id"]})).json()

    assert (handed["status"], handed["authority"]["name"], handed["assignee"]["id"]) == ("assigned", "Теплосеть", mine)


NOBODY: list[dict[str, Any]] = [
    {},
    *({"assignee_id": wrong} for wrong in (999, 2**63, "1", True, 0)),
    {"authority_id": 999},
    {"operator": 1},
]


@pytest.mark.parametrize("wrong", NOBODY)
async def test_an_incident_is_handed_to_nobody_who_is_not_there(
    admin: httpx.AsyncClient, incident: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert (await step(admin, incident, "assign", json=wrong)).status_code == 422


async def test_a_viewer_is_handed_no_work(api: Api, admin: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    async with api.context.database.write() as session:
        found = await operators.ensure(session, "viewer", Role.VIEWER, now=api.clock[0])
    answer = await step(admin, incident, "assign", json={"assignee_id": found.operator.id})
    assert answer.status_code == 422


async def test_an_operator_may_not_hand_work_to_others(anna: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    answer = await step(anna, incident, "assign", json={"assignee_id": 1})
    assert answer.status_code == 403


async def test_the_resident_who_comes_back_after_a_rejection_opens_a_new_turn(
    api: Api, reader: Reader, anna: httpx.AsyncClient, viewer: httpx.AsyncClient, incident: dict[str, Any], noon: datetime
) -> None:
    await step(anna, incident, "reject", json={"reason": "Шутка"})

    await reader.read(comment(2, "Правда холодно!", noon + HOUR), at=noon + HOUR)
    await reader.read(comment(3, "Отопление восстановлено в доме.", noon + 2 * HOUR, by=PAGE, reply_to=2), at=noon + 2 * HOUR)

    shown = (await viewer.get(f"/incidents/{incident['id']}")).json()
    assert [turn["state"] for turn in shown["turns"]] == ["not_required", "answered_in_time"]
    assert shown["time_to_first_answer_seconds"] == 3600


async def test_an_incident_is_merged_once_and_taken_out_by_reopening(
    reader: Reader, anna: httpx.AsyncClient, viewer: httpx.AsyncClient, incident: dict[str, Any], noon: datetime
) -> None:
    await reader.read(comment(5, "И у нас!", noon, by="5"), at=noon)
    (other,) = [one for one in (await viewer.get("/incidents")).json()["items"] if one["id"] != incident["id"]]
    key = {"headers": {"Idempotency-Key": "merge-1"}, "json": {"parent_id": incident["id"]}}

    merged = await step(anna, other, "merge", **key)
    again = await step(anna, other, "merge", **key)
    parent = (await viewer.get(f"/incidents/{incident['id']}")).json()
    duplicates = (await viewer.get("/incidents", params={"status": "duplicate"})).json()["items"]
    reopened = await step(anna, other, "reopen", 2)

    assert (merged.status_code, merged.json()["status"], merged.json()["parent_id"]) == (200, "duplicate", incident["id"])
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (merged.json(), "true")
    assert (parent["merged"]["count"], parent["merged"]["unanswered"], parent["version"]) == (1, 1, 2)
    assert [one["id"] for one in duplicates] == [other["id"]]
    assert (reopened.json()["status"], reopened.json()["parent_id"]) == ("in_progress", None)


@pytest.mark.parametrize(
    ("body", "status"), [({}, 422), ({"parent_id": "1"}, 422), ({"parent_id": 999}, 422), ({"parent_id": 1, "into": 2}, 422)]
)
async def test_a_merge_into_nothing_is_refused(
    anna: httpx.AsyncClient, incident: dict[str, Any], body: dict[str, Any], status: int
) -> None:
    answer = await step(anna, incident, "merge", json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


async def test_a_reply_that_is_sent_again_under_its_key_is_left_once(anna: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    key = {"headers": {"Idempotency-Key": "reply-1"}, "json": {"text": "Здравствуйте! Бригада выехала."}}

    first, again = await step(anna, incident, "reply", **key), await step(anna, incident, "reply", **key)
    other = await step(anna, incident, "reply", **key | {"json": {"text": "Другими словами."}})

    assert (first.status_code, [reply["state"] for reply in first.json()["replies"]]) == (200, ["queued"])
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["type"]) == (422, "urn:otklik:problem:key-used-before")
    assert len((await anna.get(f"/incidents/{incident['id']}")).json()["replies"]) == 1


async def test_an_official_comment_is_linked_as_an_answer_once_and_unlinked(
    reader: Reader, anna: httpx.AsyncClient, viewer: httpx.AsyncClient, incident: dict[str, Any], noon: datetime
) -> None:
    done = comment(3, "Отопление восстановлено в доме.", noon + HOUR, by=PAGE, root=2, reply_to=2)
    await reader.read(comment(2, "и у нас", noon, by="2"), done, at=noon + HOUR)
    *_, official = (await viewer.get(f"/incidents/{incident['id']}/thread")).json()["items"]
    key = {"headers": {"Idempotency-Key": "link-1"}, "json": {"message_id": official["id"]}}
    address, version = f"/incidents/{incident['id']}/answers/{official['id']}", {"If-Match": "2"}

    linked = await step(anna, incident, "answers", **key)
    again = await step(anna, incident, "answers", **key)
    twice = await step(anna, incident, "answers", 2, json=key["json"])
    unlinked = await anna.delete(address, headers=version)
    gone = await anna.delete(address, headers={"If-Match": "3"})

    assert (linked.status_code, linked.json()["status"], linked.json()["first_answered_at"]) == (200, "answered", "2026-03-11T13:00:00Z")
    assert [one["bound_by"] for one in linked.json()["answers"]] == ["operator"]
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (linked.json(), "true")
    assert (twice.status_code, "message_id" in twice.text) == (422, True)
    assert (unlinked.status_code, unlinked.json()["status"], unlinked.json()["answers"]) == (200, "in_progress", [])
    assert (unlinked.headers["ETag"], gone.status_code) == ('"3"', 404)
    refused = [await step(viewer, incident, "answers", 3, json=key["json"]), await viewer.delete(address, headers=version)]
    assert [answer.status_code for answer in refused] == [403, 403]
