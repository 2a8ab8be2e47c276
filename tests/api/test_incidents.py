"""The queue, one incident, its log and its thread, as the contract shapes them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from connectors.sdk.contract import DIRECT_DIALOGUE, MessageType
from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment, post, stub

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили в 11:20."
CONTRACT = {
    *("id", "status", "kind", "topic", "urgent", "source", "message", "published_at", "collected_at", "opened_at", "first_answer_due_at"),
    *("first_answered_at", "first_answer", "time_to_first_answer_seconds", "overdue", "authority", "assignee", "version"),
}


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/incidents", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def walk(client: httpx.AsyncClient, limit: int, **query: Any) -> list[int]:
    """Ids of all pages, one after another."""
    found, cursor = [], ""
    while True:
        page = (await client.get("/incidents", params={"limit": limit, "cursor": cursor, **query})).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = page["next_cursor"]


async def test_an_incident_has_the_shape_of_the_contract(viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await reader.read(post(100, "Пуск тепла", noon - HOUR), comment(1, "Холодно! Лесная 5", noon), at=noon + MINUTE)

    (incident,) = await listed(viewer)

    assert set(incident) >= CONTRACT
    assert incident["published_at"] == "2026-03-11T12:00:00Z"
    assert incident["first_answer_due_at"] == "2026-03-12T12:00:00Z"
    assert incident["source"]["network"] == "vk"
    assert incident["message"]["text"] == "Холодно! Лесная 5"
    assert incident["message"]["url"] == f"https://vk.com/wall{PAGE}_100?reply=1"
    assert incident["first_answer"] is None
    assert incident["version"] == 1


async def test_one_incident_comes_with_its_turns_its_answers_and_its_version_as_a_tag(
    viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    asked, answered = comment(1, "Холодно!", noon), comment(2, DONE, noon + 2 * HOUR, by=PAGE, reply_to=1, root=1)
    await reader.read(asked, answered, at=noon + 3 * HOUR)
    (listed_one,) = await listed(viewer)

    answer = await viewer.get(f"/incidents/{listed_one['id']}")

    incident = answer.json()
    assert answer.headers["ETag"] == f'"{incident["version"]}"'
    assert incident["status"] == "answered"
    assert incident["time_to_first_answer_seconds"] == 7200
    assert incident["first_answer"]["text"] == DONE
    assert incident["first_answer"]["account"] == PAGE
    assert incident["first_answer"]["class"] == "substantive"
    (turn,) = incident["turns"]
    assert (turn["state"], turn["first_answer"]["at"]) == ("answered_in_time", "2026-03-11T14:00:00Z")
    (bound,) = incident["answers"]
    assert (bound["bound_by"], bound["class"], bound["url"]) == ("reply_to", "substantive", answered.url)


async def test_an_incident_that_is_not_there_is_a_problem(viewer: httpx.AsyncClient) -> None:
    for path in ("/incidents/99", "/incidents/99/events", "/incidents/99/thread"):
        answer = await viewer.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:otklik:problem:not-found"


async def fill(reader: Reader, noon: datetime) -> None:
    """Six residents: three wait with different deadlines, one was answered, one is urgent, one asks."""
    await reader.read(
        comment(1, "Яма на дороге!", noon, by="1"),
        comment(2, "Дороги разбиты!", noon - 5 * HOUR, by="2"),
        comment(3, "Нет воды!", noon - 30 * HOUR, by="3"),
        comment(4, "Свет погас!", noon - 2 * HOUR, by="4"),
        comment(5, DONE, noon - HOUR, by=PAGE, reply_to=4, root=4),
        comment(6, "Срочно! Прорвало трубу, срочно!", noon, by="6"),
        comment(7, "Когда откроют парк?", noon - 3 * HOUR, by="7"),
        at=noon + MINUTE,
    )


async def texts(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [item["message"]["text"].split()[0] for item in await listed(client, **query)]


async def test_what_is_due_first_comes_first_and_what_waits_no_more_comes_last(
    api: Api, viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await fill(reader, noon)
    assert await texts(viewer) == ["Нет", "Срочно!", "Дороги", "Когда", "Яма", "Свет"]


async def test_the_newest_come_first_when_sorted_by_publication(viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await fill(reader, noon)
    assert await texts(viewer, sort="published") == ["Срочно!", "Яма", "Свет", "Когда", "Дороги", "Нет"]


@pytest.mark.parametrize("sort", ["due", "published"])
@pytest.mark.parametrize("limit", [1, 2, 4, 6])
async def test_pages_hold_everything_once_whatever_their_length(
    viewer: httpx.AsyncClient, reader: Reader, noon: datetime, sort: str, limit: int
) -> None:
    await fill(reader, noon)
    whole = [item["id"] for item in await listed(viewer, sort=sort, limit=200)]
    assert await walk(viewer, limit, sort=sort) == whole


FILTERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "one status": ({"status": "answered"}, {"Свет"}),
    "two statuses": ({"status": ["answered", "new"]}, {"Нет", "Срочно!", "Дороги", "Когда", "Яма", "Свет"}),
    "a status of nobody": ({"status": "rejected"}, set()),
    "kind": ({"kind": "question"}, {"Когда"}),
    "overdue": ({"overdue": True}, {"Нет"}),
    "not overdue": ({"overdue": False}, {"Срочно!", "Дороги", "Когда", "Яма", "Свет"}),
    "words in another form": ({"q": "дорога"}, {"Яма", "Дороги"}),
    "words without a meaning": ({"q": "и"}, set()),
    "published from": ({"published_from": "2026-03-11T12:00:00Z"}, {"Яма", "Срочно!"}),
    "published before": ({"published_to": "2026-03-11T06:00:00+00:00"}, {"Нет"}),
    "topic of nobody": ({"topic": "roads"}, set()),
    "authority of nobody": ({"authority_id": 77}, set()),
    "source": ({"source_id": 1, "kind": "question"}, {"Когда"}),
    "assignee of nobody": ({"assignee_id": 5}, set()),
    "several at once": ({"q": "дорога", "published_from": "2026-03-11T12:00:00Z", "status": "new"}, {"Яма"}),
}


@pytest.mark.parametrize("sort", ["due", "published"])
@pytest.mark.parametrize(("query", "expected"), FILTERS.values(), ids=FILTERS)
async def test_a_filter_shows_what_it_names_in_every_order(
    api: Api, viewer: httpx.AsyncClient, reader: Reader, noon: datetime, sort: str, query: dict[str, Any], expected: set[str]
) -> None:
    await fill(reader, noon)
    assert set(await texts(viewer, sort=sort, **query)) == expected


async def test_a_misspelt_filter_is_refused_and_never_means_everything(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/incidents?statsu=new")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "statsu"


async def test_the_log_tells_what_happened_in_order_and_page_by_page(viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon - 30 * HOUR), at=noon)
    await reader.read(comment(2, DONE, noon + HOUR, by=PAGE, reply_to=1, root=1), at=noon + HOUR)
    (incident,) = await listed(viewer)
    path = f"/incidents/{incident['id']}/events"

    whole = (await viewer.get(path)).json()["items"]
    first = (await viewer.get(path, params={"limit": 1})).json()
    rest = (await viewer.get(path, params={"cursor": first["next_cursor"]})).json()

    assert [event["type"] for event in whole] == ["opened", "breached", "answered"]
    assert whole[1]["at"] == "2026-03-11T06:00:00Z"
    assert first["items"] + rest["items"] == whole


async def test_a_thread_shows_parents_officials_and_tombstones_in_order(viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    gone = comment(2, "ну и ну", noon + MINUTE, by="2")
    await reader.read(
        post(100, "Пуск тепла", noon - HOUR),
        comment(1, "Холодно!", noon),
        gone,
        comment(3, DONE, noon + HOUR, by=PAGE, reply_to=1, root=1),
        at=noon + HOUR,
    )
    await reader.read(stub(gone), at=noon + 2 * HOUR)
    (incident,) = await listed(viewer)

    page, cold, removed, reply = (await viewer.get(f"/incidents/{incident['id']}/thread")).json()["items"]

    assert (page["type"], page["official"], page["parent_url"]) == ("post", True, None)
    assert (cold["parent_url"], cold["incident_id"]) == (page["url"], incident["id"])
    assert (removed["deleted_at"], removed["text"]) == ("2026-03-11T14:00:00Z", "ну и ну")
    assert (reply["official"], reply["parent_url"], reply["incident_id"]) == (True, cold["url"], None)


async def test_messages_come_newest_collected_first_with_their_verdicts(viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await reader.read(post(100, "Пуск тепла", noon), at=noon)
    await reader.read(comment(1, "Холодно!", noon - HOUR), comment(2, "ждём", noon, by="2"), at=noon + MINUTE)

    whole = (await viewer.get("/messages")).json()["items"]
    first = (await viewer.get("/messages", params={"limit": 1})).json()
    rest = (await viewer.get("/messages", params={"cursor": first["next_cursor"]})).json()
    complaints = (await viewer.get("/messages", params={"kind": "complaint"})).json()["items"]

    assert [one["type"] for one in whole] == ["comment", "comment", "post"]
    assert whole[-1]["verdict"] is None
    assert first["items"] + rest["items"] == whole
    assert [one["text"] for one in complaints] == ["Холодно!"]
    assert complaints[0]["verdict"]["kind"] == "complaint"
    assert (await viewer.get("/messages", params={"source_id": 77})).json()["items"] == []


async def test_doubtful_incidents_are_a_lane_and_each_says_why_it_was_opened(
    viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await reader.read(comment(1, "Батареи холодные третий день!", noon), comment(2, "ну такое?", noon, by="2"), at=noon)
    cold, vague = await listed(viewer)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET confidence = 0.3 WHERE id = :id"), {"id": vague["id"]})

    unsure = await listed(viewer, unsure="true")
    explanation = (await viewer.get(f"/incidents/{cold['id']}/explanation")).json()

    assert [one["id"] for one in unsure] == [vague["id"]]
    assert explanation["kind"] == "complaint"
    assert "холодные" in [one["word"] for one in explanation["words"]]
    assert len(explanation["topics"]) == 3
    assert (await viewer.get("/incidents/404/explanation")).status_code == 404


async def test_a_private_message_says_that_it_is_one(anna: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    inbox = "https://vk.com/gim7?sel=1&msgid=5"
    message = comment(5, "Дома холодно!", noon)
    await reader.read(replace(message, type=MessageType.DIRECT, url=inbox, post_id=f"{DIRECT_DIALOGUE}1"), at=noon)

    (told,) = (await anna.get("/messages")).json()["items"]
    (incident,) = await listed(anna)
    (in_thread,) = (await anna.get(f"/incidents/{incident['id']}/thread")).json()["items"]

    assert (told["type"], told["url"], told["text"], told["parent_url"]) == ("direct", inbox, "Дома холодно!", None)
    assert told["incident_id"] == incident["id"]
    assert in_thread["type"] == "direct"
