"""An operator's reply from the outbox to the page and back: published once by the real connector, and its clock stopped by what is read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.incident import IncidentId
from app.domain.operator import Operator, Role
from app.storage.access import operators
from app.storage.engine import Database
from app.usecases.publish_replies import Publishing, claim_replies, publish_reply
from app.usecases.write_reply import write_reply
from connectors.sdk.contract import Credential
from connectors.sdk.emulation.faults import FaultKind, Faults
from tests.end_to_end.hamlet import ANNA, BORIS, DONE, HALL, Village, comment, post, watched_hamlet
from tests.end_to_end.networks import OK, VK, Net

MINUTE = timedelta(minutes=1)
CITY_KEY = "the key of the town hall"
ARRIVES, DOES_NOT_ARRIVE = 1, 3
"""Seeds of faults: the first call is cut off after, and before, it has had its effect."""
WRITABLE: Mapping[str, Mapping[str, Any]] = {
    "vk": {"community_tokens": {CITY_KEY: HALL}, "person": Credential("vk_community", "hall", CITY_KEY)},
    "ok": {"takes_replies": True},
}
WRITING = {"vk": "wall.createComment", "ok": "discussions.addDiscussionComment"}


@pytest.mark.parametrize("net", [VK, OK], ids=["vk", "ok"])
async def test_a_reply_stands_on_the_page_once_and_stops_its_clock_whatever_becomes_of_the_networks_answer(
    database: Database, noon: datetime, net: Net
) -> None:
    messages = (
        post("news", noon - 300 * MINUTE),
        post("more", noon - 290 * MINUTE),
        comment("told", noon - 60 * MINUTE),
        comment("lost", noon - 50 * MINUTE, author_id=BORIS),
        comment("cut off", noon - 40 * MINUTE, post_key="more"),
    )
    async with watched_hamlet(database, noon, messages, ["told", "lost", "cut off"], net=net, **WRITABLE[net.network]) as village:
        anna = await hire(village)
        assert await reply(village, net, anna, ANNA, "news") == ("sent", 1)
        assert await reply(village, net, anna, BORIS, "news", broken_by=ARRIVES) == ("sent", 2)
        assert await reply(village, net, anna, ANNA, "more", broken_by=DOES_NOT_ARRIVE) == ("unknown", 3)

        written = [one for key, one in village.emulator.visible().items() if key.startswith("written:")]
        assert [one.text for one in written] == [f"{DONE} news {ANNA}", f"{DONE} news {BORIS}"]
        assert await village.is_all_stored()
        turns = await village.watch.rows("SELECT first_answered_at FROM turns ORDER BY started_at")
        assert [row.first_answered_at for row in turns] == [*sorted(one.published_at for one in written), None]


async def hire(village: Village) -> Operator:
    intake = village.watch.polling.intake
    async with intake.database.write() as session:
        return (await operators.ensure(session, "Анна", Role.OPERATOR, now=village.hands.now)).operator


async def reply(
    village: Village, net: Net, operator: Operator, author: int, post_key: str, *, broken_by: int | None = None
) -> tuple[str, int]:
    """Answers what a resident asked under a post and lets half an hour go by; how the reply stands, and how often anything was written."""
    polling, hands = village.watch.polling, village.hands
    database, region_id = polling.intake.database, polling.intake.region_id
    place = {"author": net.account(author), "post": str(village.emulator.ids[post_key])}
    (asked,) = await village.watch.rows("SELECT id FROM incidents WHERE author_id = :author AND post_id = :post", **place)
    async with database.write() as session:
        said = f"{DONE} {post_key} {author}"
        await write_reply(session, region_id, IncidentId(asked.id), operator, said, version=None, now=hands.now)
    publishing = Publishing(database, region_id, polling.connector_for, hands)
    if broken_by is not None:
        village.emulator.break_with(Faults(seed=broken_by, rate=1.0, kinds=(FaultKind.DROP,)))
    await publish(publishing)
    village.emulator.break_with(None)
    for _ in range(3):
        hands.now += 10 * MINUTE
        await village.watch.look()
        await publish(publishing)
    (kept,) = await village.watch.rows("SELECT state FROM replies WHERE incident_id = :id", id=asked.id)
    calls = [call for call in village.emulator.calls if call.method == WRITING[net.network]]
    return kept.state, sum(not call.outcome.startswith("error") for call in calls)  # OK is asked before, by a call that it refuses


async def publish(publishing: Publishing) -> None:
    for one in await claim_replies(publishing, limit=5):
        await publish_reply(publishing, one)
