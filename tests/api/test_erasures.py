"""An administrator erases a person on request; the journal names nobody."""

from datetime import datetime

import httpx

from tests.api.conftest import Api
from tests.usecases.reading import Reader, comment

ANNA = "https://vk.com/id770050177"


async def test_it_is_counted_first_then_done_and_the_journal_tells(admin: httpx.AsyncClient, reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="770050177"), at=noon)

    shown = (await admin.post("/erasures", json={"author": ANNA})).json()
    there_id, there = ((one := (await admin.get("/incidents")).json()["items"][0])["id"], one["message"])
    done = (await admin.post("/erasures", json={"author": ANNA, "confirm": True})).json()
    left = (await admin.get("/incidents")).json()["items"][0]["message"]
    journal = await admin.get("/erasures")
    around = ("", "/events", "/thread", "/explanation", "/authorities", "/alike")
    still = [(await admin.get(f"/incidents/{there_id}{more}")).status_code for more in around]

    assert (shown["erased"], done["erased"], shown["counts"]) == (False, True, done["counts"])
    assert (shown["counts"]["messages"], shown["counts"]["incidents"]) == (1, 1)
    assert (there["text"], there["erased_at"]) == ("Холодно!", None)
    assert (left["text"], left["author_name"]) == (None, None)
    assert left["erased_at"] is not None
    (entry,) = journal.json()["items"]
    assert (entry["network"], entry["counts"], entry["erased_by"]) == ("vk", done["counts"], "admin")
    assert "770050177" not in journal.text
    assert still == [200] * len(around)


async def test_whom_an_address_does_not_name_is_not_erased(api: Api, admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/erasures", json={"author": "https://vk.com/anna", "confirm": True})
    assert answer.status_code == 422
    assert (await admin.get("/erasures")).json()["items"] == []
