"""The figures of first answers over what was really ingested."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import openpyxl
import pytest

from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment, post, stub

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."


PROMISE = "Добрый день! Бригада устранит аварию завтра до 18:00."


async def figures(client: httpx.AsyncClient, until: str = "first-answer", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/statistics/{until}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
async def asked(api: Api, reader: Reader, noon: datetime) -> None:
    """Four questions at noon on a Wednesday: answered after 1 and 3 hours, withdrawn after 2, open; looked at 30 hours later."""
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in (1, 2, 3, 4)), at=noon + MINUTE)
    await reader.read(comment(11, DONE, noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)
    await reader.read(comment(3, "Холодно! Дом 3", noon, by="3"), at=noon + 2 * HOUR)
    await reader.read(stub(comment(3, "Холодно!", noon, by="3")), at=noon + 2 * HOUR + MINUTE)
    await reader.read(comment(12, DONE, noon + 3 * HOUR, by=PAGE, reply_to=2), at=noon + 3 * HOUR)
    api.clock[0] = noon + 30 * HOUR


@pytest.mark.usefixtures("asked")
async def test_all_questions_count_whether_answered_or_not(viewer: httpx.AsyncClient) -> None:
    total = (await figures(viewer))["total"]

    # At 1 h 1 of 4 is answered (3/4); at 2 h one is last seen; at 3 h 1 of 2 (3/8); the last is open for 30 h.
    assert (total["n"], total["answered"], total["unanswered"], total["withdrawn"], total["retracted"]) == (4, 2, 2, 1, 0)
    assert total["km_median_seconds"] == 3 * 3600
    assert total["p90_seconds"] is None
    assert total["share_within"] == {"4h": 0.625, "9h": 0.625, "24h": 0.625}
    assert total["mean_answered_seconds"] == 2 * 3600
    assert total["longest_wait_seconds"] == 30 * 3600


@pytest.mark.usefixtures("asked")
async def test_figures_come_as_a_file_that_says_what_they_are(viewer: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    query = {"from": "2026-03-01T00:00:00Z", "group_by": "source"}
    in_csv = await viewer.get("/statistics/first-answer", params={**query, "format": "csv"})
    in_xlsx = await viewer.get("/statistics/first-answer", params={**query, "format": "xlsx"})

    head, total, group = csv.reader(io.StringIO(in_csv.content.decode("utf-8-sig")), delimiter=";")
    row, of_group = dict(zip(head, total, strict=True)), dict(zip(head, group, strict=True))
    assert (row["Разрез"], of_group["Разрез"], of_group["Название"]) == ("всего", "страница", "Администрация")
    assert (row["Вопросов"], row["С ответом"], row["Без ответа"], row["Ответить нельзя"]) == ("4", "2", "2", "0")
    assert (row["Из них удалены автором"], row["Ответов взято назад"]) == ("1", "0")
    assert (row["Медиана, с"], row["Медиана"]) == ("10800", "3\N{NO-BREAK SPACE}ч")
    assert (row["9 из 10, с"], row["9 из 10"]) == ("", "ещё ждут")
    assert row["За 4 ч, %"] == "63"  # .625 as the page rounds it
    assert (row["Среднее по отвеченным, с"], row["Среднее по отвеченным"]) == ("7200", "2\N{NO-BREAK SPACE}ч")
    assert (row["Период с (Europe/Moscow, UTC+3)"], row["Часы"]) == ("2026-03-01 03:00:00", "по календарю")
    assert "Каплана — Майера" in row["Как считается"]
    sheet, about = openpyxl.load_workbook(io.BytesIO(in_xlsx.content)).worksheets
    assert [[cell.value for cell in line][2:5] for line in sheet.iter_rows(min_row=2)] == [[4, 2, 2], [4, 2, 2]]
    assert {line[0].value for line in about.iter_rows()} >= {"Период с", "Период до", "Часовой пояс", "Как считается"}
    newest, older = (await admin.get("/exports")).json()["items"]
    assert [(one["what"], one["format"], one["rows"], one["completed"]) for one in (newest, older)] == [
        ("figures", "xlsx", 2, True),
        ("figures", "csv", 2, True),
    ]


@pytest.mark.usefixtures("asked")
async def test_working_time_stands_still_outside_office_hours(viewer: httpx.AsyncClient) -> None:
    total = (await figures(viewer, clock="working"))["total"]

    # Noon in UTC is 15:00 in Moscow: the open one has waited for 3 hours on Wednesday and 9 on Thursday.
    assert total["longest_wait_seconds"] == 12 * 3600
    assert total["km_median_seconds"] == 3 * 3600


@pytest.mark.usefixtures("asked")
async def test_working_time_is_that_of_the_policy_in_force_and_the_answer_says_so(
    admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    week = [{"weekday": day, "opens": "08:00", "closes": "17:00" if day < 5 else "16:00"} for day in range(1, 6)]
    before = await figures(viewer, clock="working")
    made = await admin.post("/policies", json={"ready": "day", "office_hours": week, "days_off": ["2026-03-12"]})
    assert made.status_code == 201, made.text

    after, parts = await figures(viewer, clock="working"), (await viewer.get("/statistics/wait-parts?clock=working")).json()
    (waiting,) = (await viewer.get("/incidents", params={"overdue": True})).json()["items"]
    shown = (await viewer.get(f"/incidents/{waiting['id']}")).json()["turns"][0]["parts"]
    in_csv = await viewer.get("/statistics/first-answer", params={"clock": "working", "format": "csv"})

    # Asked at 15:00 in Moscow: two hours are left of the Wednesday, and the Thursday is off.
    assert (before["total"]["longest_wait_seconds"], after["total"]["longest_wait_seconds"]) == (12 * 3600, 2 * 3600)
    assert parts["total"]["route"]["longest_seconds"] == sum(part["working_seconds"] for part in shown[1:]) == 2 * 3600 - 60
    assert (before["working_time"]["policy_version"], after["working_time"]["policy_version"]) == (1, 2)
    assert after["working_time"]["office_hours"] == week
    assert parts["working_time"] == after["working_time"]
    assert (await figures(viewer))["working_time"] is None
    assert "в рабочих часах: пн–чт 08:00–17:00, пт 08:00–16:00, Europe/Moscow" in in_csv.text
    assert "по срокам версии 2" in in_csv.text


@pytest.mark.usefixtures("asked")
async def test_rejected_questions_and_those_older_than_our_watch_are_left_out(
    api: Api, anna: httpx.AsyncClient, viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await reader.read(comment(20, "Старая яма!", noon - timedelta(days=40), by="9"), at=noon + 4 * HOUR)
    (waiting,) = (await viewer.get("/incidents", params={"overdue": True})).json()["items"]
    await anna.post(f"/incidents/{waiting['id']}/reject", headers={"If-Match": str(waiting["version"])}, json={"reason": "Шутка"})

    total = (await figures(viewer, **{"from": "2026-01-01T00:00:00Z"}))["total"]

    assert (total["n"], total["answered"]) == (3, 2)


@pytest.mark.usefixtures("asked")
async def test_an_answer_taken_back_leaves_the_numerator_of_those_in_time(
    viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await reader.read(stub(comment(11, DONE, noon + HOUR, by=PAGE, reply_to=1)), at=noon + 5 * HOUR)

    total = (await figures(viewer))["total"]

    assert (total["n"], total["answered"], total["retracted"]) == (4, 2, 1)
    # The first never counts as in time: at 3 h 1 of the 3 still at risk.
    assert total["share_within"]["24h"] == pytest.approx(1 / 3)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("group_by", "name"), [("source", "Администрация"), ("authority", None), ("topic", None)])
async def test_groups_carry_their_names(viewer: httpx.AsyncClient, group_by: str, name: str | None) -> None:
    measured = await figures(viewer, group_by=group_by)
    (group,) = measured["groups"]
    assert group["group"]["name"] == name
    assert group.pop("comparable") is False, "four questions are too few"
    assert group.pop("expected_within_24h") == measured["total"]["share_within"]["24h"], "all that there is"
    assert {key: value for key, value in group.items() if key != "group"} == measured["total"]


async def test_a_promise_ends_the_first_wait_and_not_the_one_to_the_point(
    api: Api, viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    """Two questions at noon: one promised after an hour and answered after five, one answered at once after two; that is taken back."""
    await reader.read(*(comment(number, "Холодно!", noon, by=str(number)) for number in (1, 2)), at=noon + MINUTE)
    await reader.read(comment(11, PROMISE, noon + HOUR, by=PAGE, reply_to=1), at=noon + HOUR)
    await reader.read(comment(12, DONE, noon + 2 * HOUR, by=PAGE, reply_to=2), at=noon + 2 * HOUR)
    await reader.read(comment(13, DONE, noon + 5 * HOUR, by=PAGE, reply_to=1), at=noon + 5 * HOUR)
    api.clock[0] = noon + 10 * HOUR

    first, settled = (await figures(viewer))["total"], (await figures(viewer, "substantive-answer"))["total"]
    assert (first["km_median_seconds"], first["p90_seconds"]) == (3600, 2 * 3600)
    assert (settled["km_median_seconds"], settled["p90_seconds"]) == (2 * 3600, 5 * 3600)
    assert settled["share_within"] == {"4h": 0.5, "9h": 1, "24h": 1}

    await reader.read(stub(comment(13, DONE, noon + 5 * HOUR, by=PAGE, reply_to=1)), at=noon + 8 * HOUR)
    first, settled = (await figures(viewer))["total"], (await figures(viewer, "substantive-answer", clock="working"))["total"]
    assert (first["share_within"]["24h"], settled["share_within"]["24h"]) == (1, 0.5), "taken back, and it was the second answer"
    assert (settled["answered"], settled["longest_wait_seconds"]) == (2, 3 * 3600), "noon in UTC is three hours before the offices close"


@pytest.mark.usefixtures("asked")
async def test_what_nobody_could_answer_is_counted_apart(api: Api, viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    """A fifth question, under a post whose comments are closed an hour later."""
    await reader.read(comment(5, "Холодно!", noon, by="5", under=200), at=noon + MINUTE)
    await reader.read(replace(post(200, "Новости", noon - HOUR), comments_closed=True), at=noon + HOUR)

    measured = await figures(viewer)

    assert (measured["total"]["n"], measured["total"]["no_reply_channel"]) == (4, 1)
    assert measured["groups"][0]["no_reply_channel"] == 1
    (turn,) = (await viewer.get("/incidents/5")).json()["turns"]
    assert (turn["state"], turn["no_reply_at"], turn["parts"][-1]["ended_at"]) == (
        "no_reply_channel",
        "2026-03-11T13:00:00Z",
        "2026-03-11T13:00:00Z",
    )
    api.clock[0] = noon + 31 * HOUR
    later = await figures(viewer, **{"from": "2026-03-11T12:00:00Z"})
    assert later["total"]["unanswered"] == 2


@pytest.mark.usefixtures("asked")
async def test_a_period_holds_its_beginning_and_not_its_end(viewer: httpx.AsyncClient) -> None:
    at, later = "2026-03-11T12:00:00Z", "2026-03-11T12:00:01Z"
    assert (await figures(viewer, **{"from": at, "to": later}))["total"]["n"] == 4
    before = await figures(viewer, **{"from": "2026-03-10T12:00:00Z", "to": at})
    assert (before["total"]["n"], before["total"]["km_median_seconds"], before["groups"]) == (0, None, [])
    assert (before["from"], before["to"], before["clock"]) == ("2026-03-10T12:00:00Z", at, "calendar")
