"""Ready texts over HTTP: kept, filled for an incident, and never sent with an open gap."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from app.domain.operator import Role
from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment

WATER = {"title": "Вода: срок работ", "text": "{имя}, здравствуйте! Воду вернут до {срок}. {ведомство}", "topic": "water"}


@pytest.fixture
async def chief(api: Api) -> httpx.AsyncClient:
    """A coordinator, who keeps the texts."""
    return await api.client(Role.COORDINATOR)


@pytest.fixture
async def water(chief: httpx.AsyncClient) -> dict[str, Any]:
    """A text that is kept already."""
    added = await chief.post("/ready-texts", json=WATER)
    assert (added.status_code, added.headers["Location"]) == (201, "/api/v1/ready-texts/1")
    return dict(added.json())


async def test_a_text_is_kept_with_what_it_is_worth(viewer: httpx.AsyncClient, water: dict[str, Any]) -> None:
    (shown,) = (await viewer.get("/ready-texts")).json()["items"]

    assert shown == water == (await viewer.get("/ready-texts/1")).json()
    assert {name: shown[name] for name in WATER} == WATER
    assert (shown["answer_class"], shown["stops_clock"], shown["changed_by"]["name"]) == ("interim", True, "coordinator")


async def test_a_text_that_stops_no_clock_says_so(chief: httpx.AsyncClient) -> None:
    added = (await chief.post("/ready-texts", json={"title": "Принято", "text": "Спасибо, передали в работу!"})).json()
    assert (added["answer_class"], added["stops_clock"], added["topic"]) == ("ack", False, None)


async def test_a_text_is_changed_on_the_version_that_was_read(chief: httpx.AsyncClient, water: dict[str, Any]) -> None:
    new = WATER | {"text": "{имя}, воду уже включили."}

    changed = await chief.put("/ready-texts/1", json=new, headers={"If-Match": "1"})
    stale = await chief.put("/ready-texts/1", json=new, headers={"If-Match": "1"})

    assert (changed.status_code, changed.headers["ETag"], changed.json()["text"]) == (200, '"2"', new["text"])
    assert (stale.status_code, stale.json()["found"]) == (412, 2)


async def test_two_texts_have_two_titles(chief: httpx.AsyncClient, water: dict[str, Any]) -> None:
    await chief.post("/ready-texts", json=WATER | {"title": "Другой"})

    assert (await chief.post("/ready-texts", json=WATER | {"title": "ВОДА: срок  работ"})).status_code == 409
    assert (await chief.put("/ready-texts/2", json=WATER, headers={"If-Match": "1"})).status_code == 409
    assert (await chief.put("/ready-texts/1", json=WATER, headers={"If-Match": "1"})).status_code == 200


@pytest.mark.parametrize("wrong", [{"title": " "}, {"text": "{дата}"}, {"topic": "no.such"}, {"text": ""}, {"extra": 1}])
async def test_what_makes_no_sense_is_not_kept(chief: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await chief.post("/ready-texts", json=WATER | wrong)).status_code == 422


async def test_operators_use_texts_and_do_not_change_them(anna: httpx.AsyncClient, chief: httpx.AsyncClient, water: dict[str, Any]) -> None:
    assert (await anna.post("/ready-texts", json=WATER)).status_code == 403
    assert (await anna.delete("/ready-texts/1")).status_code == 403
    assert (await chief.delete("/ready-texts/1")).status_code == 204
    assert (await anna.get("/ready-texts/1")).status_code == (await chief.delete("/ready-texts/1")).status_code == 404


async def test_a_text_is_filled_for_an_incident_and_an_open_gap_is_not_sent(
    anna: httpx.AsyncClient, viewer: httpx.AsyncClient, reader: Reader, water: dict[str, Any], noon: datetime
) -> None:
    await reader.read(comment(1, "Нет воды!", noon), at=noon)

    filled = (await anna.get("/incidents/1/ready-texts/1")).json()
    sent = await anna.post("/incidents/1/reply", json={"text": WATER["text"]}, headers={"If-Match": "1"})

    assert "{имя}" not in filled["text"]
    assert filled["missing"] == ["ведомство"]
    assert (await viewer.get("/incidents/1/ready-texts/1")).json()["missing"] == ["имя", "ведомство"]
    assert "до 20 марта." in filled["text"]
    assert (sent.status_code, sent.json()["errors"][0]["field"]) == (422, "gaps")
    assert (await anna.get("/incidents/1/ready-texts/9")).status_code == 404
