"""Otklik is no tool for profiling: nobody can put together what one person wrote on different pages."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from app.storage.engine import Database
from connectors.sdk.contract import DIRECT_DIALOGUE, MessageType
from tests.api.conftest import Api
from tests.usecases.reading import PAGE, Reader, comment

OF_A_PERSON = re.compile(r"author(?!ity)|person|user|resident|profile|name$")
PLAIN_SWITCHES = {"authors"}
"""Asks whether names stand in a file, and of nobody in particular."""


def asked_for(api: Api) -> dict[str, set[str]]:
    """What each address may be asked for, but by its own path."""
    paths: dict[str, dict[str, Any]] = api.app.openapi()["paths"]
    return {
        f"{method} {path}": {one["name"] for one in route.get("parameters", []) if one["in"] == "query"}
        for path, routes in paths.items()
        for method, route in routes.items()
    }


async def two_threads(reader: Reader, noon: datetime) -> None:
    """Anna asks under two posts, twice under the first."""
    one = [
        comment(1, "Холодно!", noon, by="770050177"),
        comment(2, "Очень холодно!", noon, by="770050177"),
        comment(3, "И мне!", noon, by="902"),
    ]
    await reader.read(*one, at=noon)
    await reader.read(
        comment(4, "Темно!", noon, by="770050177", under=200), comment(5, "Починили свет.", noon, by=PAGE, under=200), at=noon
    )


def test_no_list_can_be_asked_for_by_author(api: Api) -> None:
    asked = asked_for(api)
    assert len(asked) > 50
    assert {
        route: found for route, names in asked.items() if (found := {one for one in names if OF_A_PERSON.search(one)} - PLAIN_SWITCHES)
    } == {}


async def test_a_filter_by_author_is_refused_and_their_name_finds_nothing(admin: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await two_threads(reader, noon)
    for address in ("/messages", "/incidents"):
        assert (await admin.get(address, params={"author_id": "770050177"})).status_code == 422
    assert len((await admin.get("/incidents", params={"q": "холодно"})).json()["items"]) == 1
    for asked in ("Житель", "770050177"):
        assert (await admin.get("/incidents", params={"q": asked})).json()["items"] == []


async def test_an_author_is_one_within_a_thread_and_another_in_every_other(
    admin: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await two_threads(reader, noon)

    answer = await admin.get("/messages")
    ids = {one["text"]: one["author_id"] for one in answer.json()["items"]}
    thread = await admin.get(f"/incidents/{(await admin.get('/incidents')).json()['items'][0]['id']}/thread")

    assert ids["Холодно!"] == ids["Очень холодно!"]
    assert len({ids["Холодно!"], ids["И мне!"], ids["Темно!"]}) == 3
    assert ids["Починили свет."] == PAGE
    assert {one["author_id"] for one in thread.json()["items"]} <= set(ids.values())
    assert "770050177" not in answer.text + thread.text


async def test_names_are_for_those_who_answer(anna: httpx.AsyncClient, viewer: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await two_threads(reader, noon)
    number = (await anna.get("/incidents")).json()["items"][0]["id"]
    addresses = ("/incidents", f"/incidents/{number}", f"/incidents/{number}/thread", "/messages")

    for address in addresses:
        by_anna, by_viewer = [names_in((await client.get(address)).json()) for client in (anna, viewer)]
        assert (by_anna, by_viewer) == ({"Житель"}, {None}), address


async def written_in_private(reader: Reader, noon: datetime) -> None:
    """Anna asks in private and is answered there, by a mention; a reply that was written here has been published."""
    asked = comment(1, "Холодно!", noon, by="770050177")
    answered = comment(2, "[id770050177|Анна], отопление восстановлено.", noon + timedelta(hours=1), by=PAGE)
    for one in (asked, replace(answered, mentions=("770050177",))):
        url = f"https://vk.com/gim7?sel=770050177&msgid={one.external_id}"
        await reader.read(replace(one, type=MessageType.DIRECT, url=url, post_id=f"{DIRECT_DIALOGUE}770050177"), at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("INSERT INTO operators (name, role, created_at) VALUES ('Вера', 'operator', now())"))
        await session.execute(
            text(
                "INSERT INTO replies (region_id, incident_id, month, message_id, operator_id, text, state, written_at, url) SELECT"
                " i.region_id, i.id, i.month, i.message_id, o.id, '[id770050177|Анна], да', 'sent', now(), 'https://vk.com/gim7?sel=770050177'"
                " FROM incidents i, operators o"
            )
        )
        await session.execute(
            text(
                "INSERT INTO masses (region_id, state, incident_ids, proposed_at, changed_at)"
                " SELECT region_id, 'open', ARRAY[id], now(), now() FROM incidents"
            )
        )


async def test_who_answers_nobody_gets_no_address_and_no_mention_that_holds_a_persons_number(
    anna: httpx.AsyncClient, viewer: httpx.AsyncClient, reader: Reader, noon: datetime
) -> None:
    await written_in_private(reader, noon)
    number = (await anna.get("/incidents")).json()["items"][0]["id"]
    holding = ("/incidents", f"/incidents/{number}", f"/incidents/{number}/thread", "/messages", "/masses", "/masses/1")
    files = [f"/incidents/export?format=csv&columns={columns}" for columns in ("otklik", "incident_management")]

    told = {
        address: (await viewer.get(address)).text for address in (*holding, *files, "/messages?lane=unsure", f"/incidents/{number}/events")
    }

    assert {address: (await anna.get(address)).text.count("770050177") > 0 for address in holding} == dict.fromkeys(holding, True)
    assert [address for address, answer in told.items() if "770050177" in answer] == []
    assert "[id000000000|Анна], отопление" in told["/masses"]
    shown = json.loads(told[f"/incidents/{number}"])
    assert {one["url"] for one in (shown["message"], shown["first_answer"], shown["answers"][0], shown["replies"][0])} == {None}


def names_in(answer: Any) -> set[str | None]:
    """The names of residents in an answer, whatever its shape."""
    if isinstance(answer, list):
        return set().union(*map(names_in, answer))
    if not isinstance(answer, dict):
        return set()
    own = {answer["author_name"]} if "author_name" in answer and not answer.get("official") else set()
    return own.union(*map(names_in, answer.values()))


async def test_no_index_leads_from_a_person_to_what_they_wrote(database: Database, reader: Reader, noon: datetime) -> None:
    await two_threads(reader, noon)
    rows = await reader.rows("SELECT indexname, indexdef FROM pg_indexes WHERE indexdef ~ 'author_(id|name)'")

    assert rows
    for name, definition in rows:
        columns = definition.partition("(")[2]
        assert columns.index("post_id") < columns.index("author_id"), name
        assert "author_name" not in columns, name
