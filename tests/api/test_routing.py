"""Which body must answer, over HTTP: rules by an administrator, suggestions with their reasons, transfers that teach."""

import httpx
import pytest
from sqlalchemy import text

from app.classifier.model_file import load_shipped_model, shipped_bytes
from app.classifier.regional.model import RegionalClassifier
from app.classifier.regional.training import teach
from tests.api.conftest import Api
from tests.classifier.regional.examples import export
from tests.usecases.reading import Reader, comment


async def authority(admin: httpx.AsyncClient, name: str) -> int:
    return int((await admin.post("/authorities", json={"name": name})).json()["id"])


async def incident(reader: Reader, api: Api, topic: str = "water.no_cold") -> tuple[int, int]:
    """An incident about a topic: its number and its version."""
    noon = api.clock[0]
    await reader.read(comment(1, "третий день нет воды!", noon), at=noon)
    async with api.context.database.write() as session:
        row = (await session.execute(text("UPDATE incidents SET topic = :topic RETURNING id, version"), {"topic": topic})).one()
    return row.id, row.version


async def suggested(client: httpx.AsyncClient, number: int) -> list[tuple[str, str]]:
    answer = await client.get(f"/incidents/{number}/authorities")
    assert answer.status_code == 200
    return [(one["authority"]["name"], one["ground"]) for one in answer.json()["items"]]


async def test_a_rule_is_added_shown_and_taken_away(admin: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    water = await authority(admin, "Водоканал")
    added = await admin.post("/routing-rules", json={"topic": "water", "authority_id": water})

    assert added.status_code == 201
    assert added.headers["Location"] == f"/api/v1/routing-rules/{added.json()['id']}"
    assert (await viewer.get("/routing-rules")).json()["items"] == [added.json()]
    assert (await admin.delete(f"/routing-rules/{added.json()['id']}")).status_code == 204
    assert (await admin.delete(f"/routing-rules/{added.json()['id']}")).status_code == 404
    assert (await viewer.get("/routing-rules")).json()["items"] == []


async def test_one_case_has_one_rule(admin: httpx.AsyncClient) -> None:
    water = await authority(admin, "Водоканал")
    first = await admin.post("/routing-rules", json={"topic": "water", "authority_id": water})
    again = await admin.post("/routing-rules", json={"topic": "water", "authority_id": water})

    assert again.status_code == 409
    assert again.json()["existing_id"] == first.json()["id"]


@pytest.mark.parametrize(
    "wrong", [{"topic": "aliens"}, {"territory_id": 999}, {"owner_id": 999}, {"authority_id": 999}], ids=lambda wrong: next(iter(wrong))
)
async def test_a_rule_about_what_is_not_there_is_refused(admin: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    water = await authority(admin, "Водоканал")
    answer = await admin.post("/routing-rules", json={"topic": "water", "authority_id": water} | wrong)

    assert answer.status_code == 422
    assert str(next(iter(wrong.values()))) in answer.text


async def test_the_rule_s_body_is_suggested_first(admin: httpx.AsyncClient, api: Api, reader: Reader) -> None:
    number, _ = await incident(reader, api)
    water, roads = await authority(admin, "Водоканал"), await authority(admin, "Дорожная служба")
    await admin.post("/routing-rules", json={"topic": "water", "authority_id": water})
    await admin.post("/routing-rules", json={"topic": "roads", "authority_id": roads})

    assert next(iter(await suggested(admin, number))) == ("Водоканал", "rule")


async def test_the_body_of_an_incident_is_explained(admin: httpx.AsyncClient, api: Api, reader: Reader) -> None:
    water, rest = await authority(admin, "Водоканал"), await authority(admin, "Администрация")
    rule = (await admin.post("/routing-rules", json={"authority_id": rest})).json()["id"]
    number, version = await incident(reader, api)

    by_rule = (await admin.get(f"/incidents/{number}/authorities")).json()["current"]
    await admin.post(f"/incidents/{number}/assign", json={"authority_id": water}, headers={"If-Match": str(version)})
    by_hand = (await admin.get(f"/incidents/{number}/authorities")).json()["current"]

    assert (by_rule["authority"]["name"], by_rule["ground"], by_rule["rule_id"], by_rule["by"]) == ("Администрация", "rule", rule, None)
    assert (by_hand["authority"]["name"], by_hand["ground"], by_hand["rule_id"], by_hand["by"]) == ("Водоканал", "person", None, "admin")


async def test_a_body_that_the_region_s_model_reads_in_the_words_is_suggested(admin: httpx.AsyncClient, api: Api, reader: Reader) -> None:
    model = teach(load_shipped_model(), shipped_bytes(), export())[0]
    api.context.at_work.use(RegionalClassifier(model, "region-test"), 1)
    await authority(admin, "горсвет ")
    await reader.read(comment(1, "темно на Лесной, фонари не горят вторую неделю!", api.clock[0]), at=api.clock[0])

    assert ("горсвет ", "model") in await suggested(admin, 1)


async def test_a_transfer_teaches(admin: httpx.AsyncClient, api: Api, reader: Reader) -> None:
    number, version = await incident(reader, api)
    water = await authority(admin, "Водоканал")
    before = await suggested(admin, number)
    handed = await admin.post(f"/incidents/{number}/assign", json={"authority_id": water}, headers={"If-Match": str(version)})

    assert handed.status_code == 200
    assert ("Водоканал", "habit") not in before
    assert ("Водоканал", "habit") in await suggested(admin, number)


async def test_an_unknown_incident_has_no_suggestions(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/incidents/999/authorities")).status_code == 404


async def test_a_rule_is_changed_in_place_on_the_version_that_was_read(admin: httpx.AsyncClient) -> None:
    water, roads = await authority(admin, "Водоканал"), await authority(admin, "Дорожная служба")
    address = (
        (await admin.post("/routing-rules", json={"topic": "water", "authority_id": water})).headers["Location"].removeprefix("/api/v1")
    )
    other = (await admin.post("/routing-rules", json={"topic": "roads", "authority_id": roads})).json()["id"]
    read = await admin.get(address)

    unsaid = await admin.patch(address, json={"topic": "water.no_cold"})
    changed = await admin.patch(address, json={"topic": "water.no_cold", "owner_id": roads}, headers={"If-Match": read.headers["ETag"]})
    stale = await admin.patch(address, json={"topic": "water"}, headers={"If-Match": read.headers["ETag"]})
    taken = await admin.patch(address, json={"topic": "roads", "owner_id": None}, headers={"If-Match": "2"})
    nobody = await admin.patch(address, json={"authority_id": None}, headers={"If-Match": "2"})

    assert (read.headers["ETag"], unsaid.status_code, stale.status_code, nobody.status_code) == ('"1"', 428, 412, 422)
    assert (changed.status_code, changed.headers["ETag"], changed.json()["version"]) == (200, '"2"', 2)
    assert (changed.json()["topic"], changed.json()["owner"]["name"], changed.json()["authority"]["name"]) == (
        "water.no_cold",
        "Дорожная служба",
        "Водоканал",
    )
    assert (taken.status_code, taken.json()["existing_id"]) == (409, other)
    assert (await admin.get(address)).json() == changed.json()
    assert (await admin.get("/routing-rules/999")).status_code == 404
