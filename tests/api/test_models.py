"""The models of a region over HTTP: listed with what they learned, and taken back."""

import httpx

from app.storage import models
from app.storage.models import NewModel
from tests.api.conftest import Api

JUDGEMENT = {
    "rival": "shipped",
    "tasks": {"kind": {"texts": 40, "rival_right": 0.8, "candidate_right": 0.85, "at_least": 0.0}},
}


async def keep(api: Api, name: str, *, used: bool) -> None:
    """A model of the region, at work if it is used."""
    context = api.context
    async with context.database.write() as session:
        new = NewModel(name, "linear-1", name, {"texts": 40, "kind": 40}, b"file")
        number = await models.add(session, context.region_id, new, made_by="schedule", now=context.now())
        await models.judged(session, number, JUDGEMENT)
        if used:
            await models.put_to_work(session, context.region_id, number, put_by="schedule", now=context.now())


async def test_models_are_listed_and_an_administrator_goes_back_to_the_one_before(
    api: Api, admin: httpx.AsyncClient, viewer: httpx.AsyncClient
) -> None:
    nothing = await admin.post("/models/rollback")
    await keep(api, "region-1", used=True)
    await keep(api, "region-2", used=True)
    await keep(api, "region-3", used=False)
    shown = (await viewer.get("/models")).json()
    back = await admin.post("/models/rollback")

    assert (nothing.status_code, nothing.json()["type"]) == (409, "urn:otklik:problem:no-model-before")
    assert shown["at_work"] == "region-2"
    assert [(one["name"], one["state"]) for one in shown["items"]] == [
        ("region-3", "candidate"),
        ("region-2", "at_work"),
        ("region-1", "retired"),
    ]
    assert (shown["items"][0]["learned"], shown["items"][0]["judgement"]) == ({"texts": 40, "kind": 40}, JUDGEMENT)
    assert (back.status_code, back.json()) == (200, {"at_work": "region-1"})
    assert (await viewer.get("/models")).json()["at_work"] == "region-1"
