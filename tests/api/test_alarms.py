"""Alarms and detection lags over HTTP."""

from datetime import datetime, timedelta

import httpx

from app.domain.detection import AlarmKind, Timing
from app.domain.source import SourceId
from app.storage import alarms, detections
from tests.api.conftest import Api

MINUTE = timedelta(minutes=1)


async def page(admin: httpx.AsyncClient) -> SourceId:
    answer = await admin.post("/sources", json={"url": "https://village.test/hall", "official": True})
    return SourceId(answer.json()["id"])


async def test_open_alarms_name_their_page_and_what_is_wrong(api: Api, admin: httpx.AsyncClient, noon: datetime) -> None:
    source = await page(admin)
    wrong = {source: {"p95_seconds": 540, "budget_seconds": 300}}
    async with api.context.database.write() as session:
        await alarms.settle(session, api.context.region_id, AlarmKind.LATE, wrong, now=noon)
        await alarms.settle(session, api.context.region_id, AlarmKind.SILENT, {source: {"posts_per_day": 4.0}}, now=noon)
        await alarms.settle(session, api.context.region_id, AlarmKind.SILENT, {}, now=noon + MINUTE)

    (item,) = (await admin.get("/alarms")).json()["items"]
    assert (item["kind"], item["source"]["id"], item["detail"]) == ("late", source, {"p95_seconds": 540, "budget_seconds": 300})
    assert (item["began_at"], item["ended_at"]) == ("2026-03-11T12:00:00Z", None)
    everything = (await admin.get("/alarms", params={"open": "false", "limit": 1})).json()
    rest = (await admin.get("/alarms", params={"open": "false", "cursor": everything["next_cursor"]})).json()
    assert [one["kind"] for one in (*everything["items"], *rest["items"])] == ["silent", "late"]


async def test_lags_are_told_together_and_by_group_with_their_parts(api: Api, admin: httpx.AsyncClient, noon: datetime) -> None:
    source = await page(admin)
    timing = Timing(noon - 3 * MINUTE, noon - 2 * MINUTE, noon - MINUTE, noon - MINUTE, noon - MINUTE)
    async with api.context.database.write() as session:
        await detections.add(session, api.context.region_id, source, timing, [noon - 5 * MINUTE, noon - 50 * MINUTE])

    told = (await admin.get("/statistics/detection-lag", params={"group_by": "network"})).json()

    assert (told["total"]["n"], told["total"]["share_in_budget"]) == (2, 0.5)
    assert [group["key"] for group in told["groups"]] == ["village"]
    assert told["groups"][0]["mean_parts_seconds"] == {"waiting": 1470, "queueing": 60, "network": 60, "classifying": 0, "storing": 0}


async def test_a_period_without_messages_has_no_figures(admin: httpx.AsyncClient) -> None:
    told = (await admin.get("/statistics/detection-lag")).json()
    assert (told["total"], told["groups"]) == (None, [])
