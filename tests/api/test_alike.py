"""Incidents about one thing, over HTTP."""

from datetime import timedelta

import httpx
from sqlalchemy import text

from app.usecases.watch_masses import watch_masses
from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment

HOUR = timedelta(hours=1)


async def asked(reader: Reader, api: Api, *messages: str) -> list[int]:
    """Incidents with these texts, an hour apart, about water unless the text tells of a lift."""
    noon = api.clock[0]
    told = [comment(number, message, noon - HOUR * number, by=str(number)) for number, message in enumerate(messages, start=1)]
    await reader.read(*told, at=noon)
    async with api.context.database.write() as session:
        await session.execute(
            text("UPDATE incidents SET topic = CASE WHEN text LIKE '%лифт%' THEN 'housing.lift' ELSE 'water.no_cold' END")
        )
        rows = await session.execute(text("SELECT id FROM incidents ORDER BY author_id"))
    return [row.id for row in rows]


async def test_the_same_trouble_is_suggested_with_its_reasons(api: Api, reader: Reader, viewer: httpx.AsyncClient) -> None:
    first, second, _ = await asked(reader, api, "Лесная без холодной воды!", "нет холодной воды, Лесная!", "сломан лифт!")
    (found,) = (await viewer.get(f"/incidents/{first}/alike")).json()["items"]

    assert found["incident_id"] == second
    assert found["score"] >= 0.5
    assert {"same_topic", "same_hours"} <= set(found["reasons"])


async def test_an_unknown_incident_has_nothing_alike(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/incidents/999/alike")).status_code == 404


async def test_many_about_one_thing_are_proposed_as_a_mass(api: Api, reader: Reader, viewer: httpx.AsyncClient) -> None:
    *same, lift = await asked(reader, api, *[f"нет холодной воды на Лесной, дом {number}!" for number in range(1, 7)], "сломан лифт!")
    await watch_masses(api.context.database, api.context.region_id, api.context.classifier, now=api.clock[0])
    (mass,) = (await viewer.get("/masses")).json()["items"]

    assert mass["incident_ids"] == sorted(same)
    assert lift not in mass["incident_ids"]
    assert (mass["state"], mass["topic"], mass["said"]) == ("open", "water.no_cold", None)
    assert {"same_topic", "same_hours"} <= set(mass["reasons"])
    assert mass == (await viewer.get(f"/masses/{mass['id']}")).json()


async def test_a_mass_is_merged_or_dismissed_once(api: Api, reader: Reader, anna: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    same = await asked(reader, api, *[f"нет холодной воды на Лесной, дом {number}!" for number in range(1, 7)])
    await watch_masses(api.context.database, api.context.region_id, api.context.classifier, now=api.clock[0])
    (mass,) = (await viewer.get("/masses")).json()["items"]
    body = {"parent_id": same[0], "incident_ids": same[1:5]}

    assert (await viewer.post(f"/masses/{mass['id']}/merge", json=body)).status_code == 403
    assert (await anna.post(f"/masses/{mass['id']}/merge", json=body | {"incident_ids": []})).status_code == 422
    merged = await anna.post(f"/masses/{mass['id']}/merge", json=body, headers={"Idempotency-Key": "mass-1"})
    again = await anna.post(f"/masses/{mass['id']}/merge", json=body, headers={"Idempotency-Key": "mass-1"})
    late = await anna.post(f"/masses/{mass['id']}/dismiss", json={"reason": "Нет"})

    assert (merged.status_code, merged.json()["state"], merged.json()["decided_by"]) == (200, "merged", "operator")
    assert again.json() == merged.json()
    assert (late.status_code, late.json()["state"]) == (409, "merged")
    assert (await viewer.get(f"/incidents/{same[0]}")).json()["merged"]["count"] == 4
    assert (await viewer.get("/masses", params={"state": "merged"})).json()["items"] == [merged.json()]


async def test_a_quiet_town_has_no_masses(viewer: httpx.AsyncClient) -> None:
    assert (await viewer.get("/masses")).json() == {"items": [], "next_cursor": None}
    assert (await viewer.get("/masses/1")).status_code == 404
