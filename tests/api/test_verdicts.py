"""Correcting verdicts over the API."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from app.storage.engine import Database
from app.storage.regions import RegionId
from app.usecases.expose_metrics import exposition
from app.usecases.watch_verdicts import watch_verdicts
from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment


@pytest.fixture
async def incident(reader: Reader, noon: datetime) -> dict[str, str]:
    """One incident; the header that names its version."""
    await reader.read(comment(1, "Темно!", noon), at=noon)
    return {"If-Match": "1"}


async def test_a_correction_is_the_next_version_and_stands_in_the_log(api: Api, admin: httpx.AsyncClient, incident: dict[str, str]) -> None:
    done = await admin.post("/incidents/1/verdict", json={"kind": "question", "topic": "lighting", "urgent": True}, headers=incident)
    stale = await admin.post("/incidents/1/verdict", json={"kind": "complaint"}, headers=incident)
    log = (await admin.get("/incidents/1/events")).json()["items"]

    assert (done.status_code, done.headers["ETag"], stale.status_code) == (200, '"2"', 412)
    assert [done.json()[name] for name in ("kind", "topic", "urgent")] == ["question", "lighting", True]
    assert log[-1]["type"] == "verdict_corrected"
    assert {"kind": "question", "topic": "lighting", "urgent": True}.items() <= log[-1]["data"].items()


@pytest.mark.parametrize("body", [{}, {"kind": "fury"}, {"topic": "moon"}, {"urgent": "yes"}, {"kind": "complaint", "mood": "bad"}])
async def test_a_word_without_sense_is_refused(admin: httpx.AsyncClient, incident: dict[str, str], body: dict[str, object]) -> None:
    refused = await admin.post("/incidents/1/verdict", json=body, headers=incident)

    assert refused.status_code in {400, 422}


async def test_a_message_is_labelled_without_an_answer_and_readers_may_not(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient, incident: dict[str, str]
) -> None:
    (message,) = [one for one in (await admin.get("/messages")).json()["items"] if one["verdict"]]
    address = f"/messages/{message['id']}/verdict"

    assert (await admin.post(address, json={"kind": "other"})).status_code == 204
    assert (await viewer.post(address, json={"kind": "other"})).status_code == 403
    assert (await admin.post("/messages/999999/verdict", json={"kind": "other"})).status_code == 404
    assert (await admin.get("/incidents/1")).json()["version"] == 1


async def test_what_people_said_shows_as_agreement_and_leaves_the_lanes(
    api: Api, admin: httpx.AsyncClient, incident: dict[str, str], noon: datetime
) -> None:
    said = (await admin.get("/incidents/1")).json()["kind"]
    offered = await admin.get("/messages?lane=disagreeing")
    await admin.post("/incidents/1/verdict", json={"kind": said}, headers=incident)
    api.clock[0] = noon + timedelta(minutes=1)
    shown = (await admin.get("/statistics/verdicts")).json()

    assert offered.status_code == 200
    assert [(one["matter"], one["said"], one["spoken"], one["share"]) for one in shown["agreement"]] == [("kind", said, 1, 1.0)]
    assert {one["matter"] for one in shown["drift"]} == {"kind", "group", "confidence"}
    assert (await admin.get("/messages?lane=unsure")).json() == {"items": [], "next_cursor": None}


async def test_a_slip_that_is_put_right_has_been_said_once(
    api: Api, admin: httpx.AsyncClient, incident: dict[str, str], noon: datetime
) -> None:
    said = (await admin.get("/incidents/1")).json()["kind"]
    for minute, word in enumerate(["thanks", said], 1):
        version = (await admin.get("/incidents/1")).headers["ETag"]
        assert (await admin.post("/incidents/1/verdict", json={"kind": word}, headers=incident | {"If-Match": version})).is_success
        api.clock[0] = noon + timedelta(minutes=minute)
    shown = (await admin.get("/statistics/verdicts")).json()["agreement"]

    assert [(one["matter"], one["said"], one["spoken"], one["confirmed"]) for one in shown] == [("kind", said, 1, 1)]


async def test_a_lane_is_read_alone(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/messages?lane=unsure&kind=other")).status_code in {400, 422}
    assert (await admin.get("/messages?lane=fast")).status_code in {400, 422}


async def test_what_is_judged_otherwise_by_now_is_offered(database: Database, admin: httpx.AsyncClient, incident: dict[str, str]) -> None:
    assert (await admin.get("/messages?lane=disagreeing")).json()["items"] in ([], (await admin.get("/messages")).json()["items"][:1])
    async with database.write() as session:
        await session.execute(text("UPDATE messages SET kind = 'thanks', confidence = 0.1 WHERE kind IS NOT NULL"))
    (unsure,) = (await admin.get("/messages?lane=unsure")).json()["items"]
    (other,) = (await admin.get("/messages?lane=disagreeing&limit=1")).json()["items"]

    assert unsure["id"] == other["id"]


async def test_agreement_and_drift_are_metrics(
    database: Database, region_id: RegionId, admin: httpx.AsyncClient, incident: dict[str, str], noon: datetime
) -> None:
    await admin.post("/incidents/1/verdict", json={"kind": "thanks"}, headers=incident)
    await watch_verdicts(database, region_id, now=noon + timedelta(minutes=1))
    shown = (await exposition(database)).decode()

    assert 'otklik_verdict_words{confirmed="no",matter="kind"' in shown
