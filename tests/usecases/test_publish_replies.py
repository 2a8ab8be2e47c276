"""A reply is published once, whatever breaks between us and the network; the clock stops when the page shows it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.authority import OfficialAccount
from app.domain.errors import InvalidInput, InvalidTransition, NotPermitted, StaleVersion
from app.domain.incident import IncidentId
from app.domain.operator import Operator, OperatorId, Role
from app.domain.reply import LONGEST, ReplyId
from app.storage import incident_details, official_accounts
from app.storage.access import operators
from app.storage.engine import Database
from app.storage.incident_details import IncidentDetails
from app.storage.regions import RegionId
from app.usecases.publish_replies import Publishing, claim_replies, publish_reply
from app.usecases.withdraw_reply import withdraw_reply
from app.usecases.write_reply import write_reply
from connectors.sdk.contract import Author, Message, PostRef, PublishedReply
from connectors.sdk.errors import OutcomeUnknown, RateLimited, ReplyRejected, SourceUnavailable
from tests.usecases.village_network import NETWORK, Watcher, WithCounters, open_village

MINUTE = timedelta(minutes=1)
SAID = "Здравствуйте! Батареи потеплеют к вечеру, бригада на месте."


class Writable(WithCounters):
    """A network that takes replies. `after` is raised once one has been written, as if its answer were lost on the way."""

    after: BaseException | None = None

    def takes_replies(self, post: PostRef) -> bool:
        return True

    async def publish_reply(self, to: Message, text: str, *, reply_id: str) -> PublishedReply:
        self.village.note("publish_reply")
        place = (to.wall.external_id, to.post_id or to.external_id)
        thread = self.village.comments[place]
        self.village.write_comment(to.wall.external_id, int(place[1]), now(), text)
        page = Author(to.wall.external_id, "Село", is_community=True)
        thread[-1] = replace(thread[-1], author=page, reply_to_id=to.external_id)
        if Writable.after is not None:
            raise Writable.after
        return PublishedReply(thread[-1].external_id, thread[-1].url)


clock: list[datetime] = []


def now() -> datetime:
    return clock[0]


@pytest.fixture
async def watcher(database: Database, region_id: RegionId, noon: datetime) -> Watcher:
    """A page with one complaint, collected at noon."""
    watcher = open_village(database, region_id, noon, Writable)
    clock[:], Writable.after = [noon], None
    await watcher.watch("a", since=noon - timedelta(days=1))
    async with database.write() as session:
        account = OfficialAccount(NETWORK, "a", None, noon - timedelta(days=9))
        await official_accounts.register(session, region_id, account, now=noon)
    watcher.village.write_post("a", 1, noon - 2 * MINUTE)
    watcher.village.write_comment("a", 1, noon - MINUTE)
    await watcher.catch_up()
    return watcher


async def hire(watcher: Watcher) -> Operator:
    async with watcher.polling.intake.database.write() as session:
        return (await operators.ensure(session, "Анна", Role.OPERATOR, now=watcher.clock[0])).operator


async def write(watcher: Watcher, by: Operator, said: str = SAID, *, version: int | None = None) -> None:
    intake = watcher.polling.intake
    async with intake.database.write() as session:
        await write_reply(session, intake.region_id, await key(watcher), by, said, version=version, now=watcher.clock[0])


async def key(watcher: Watcher) -> IncidentId:
    (row,) = await watcher.rows("SELECT id FROM incidents")
    return IncidentId(row.id)


async def publish(watcher: Watcher) -> None:
    intake = watcher.polling.intake
    clock[0] = watcher.clock[0]
    publishing = Publishing(intake.database, intake.region_id, watcher.polling.connector_for, lambda: watcher.clock[0])
    for one in await claim_replies(publishing, limit=5):
        await publish_reply(publishing, one)


async def incident(watcher: Watcher) -> IncidentDetails:
    intake = watcher.polling.intake
    async with intake.database.read() as session:
        return await incident_details.get(session, intake.region_id, await key(watcher))


async def story(watcher: Watcher) -> list[str]:
    return [row.type for row in await watcher.rows("SELECT type FROM incident_events ORDER BY id")]


async def test_a_reply_is_published_and_the_clock_stops_when_the_page_shows_it(watcher: Watcher) -> None:
    anna = await hire(watcher)
    await write(watcher, anna)
    waiting = await incident(watcher)
    assert (waiting.status, waiting.assignee.id if waiting.assignee else 0) == ("in_progress", anna.id)
    watcher.clock[0] += MINUTE
    await publish(watcher)

    sent = await incident(watcher)
    (reply,) = sent.replies
    assert (reply.state, reply.url, reply.operator.id) == ("sent", watcher.village.comments["a", "1"][-1].url, anna.id)
    assert sent.first_answered_at is None, "only what is seen on the page stops the clock"
    await watcher.catch_up()
    answered = await incident(watcher)
    assert (answered.status, answered.first_answered_at) == ("answered", watcher.clock[0])
    assert await story(watcher) == ["opened", "reply_written", "reply_sent", "answered"]


async def test_of_a_reply_to_somebody_who_was_erased_meanwhile_no_text_is_left(watcher: Watcher) -> None:
    anna, intake = await hire(watcher), watcher.polling.intake
    await write(watcher, anna)
    await write(watcher, anna, "Анна Петровна, ещё одно.")
    async with intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET author_id = '~5e1f'"))
        last = (await incident(watcher)).replies[-1]
        await withdraw_reply(session, intake.region_id, await key(watcher), anna, ReplyId(last.id), version=None, now=watcher.clock[0])
    await publish(watcher)

    assert [(reply.state, reply.text) for reply in (await incident(watcher)).replies] == [("sent", ""), ("withdrawn", "")]
    assert watcher.village.comments["a", "1"][-1].text == SAID


async def test_a_reply_whose_outcome_nobody_told_is_found_under_its_post_and_never_sent_again(watcher: Watcher) -> None:
    await write(watcher, await hire(watcher))
    Writable.after = OutcomeUnknown("timed out")
    await publish(watcher)
    assert (await incident(watcher)).replies[0].state == "unknown"
    await publish(watcher)
    await watcher.catch_up()
    await publish(watcher)

    (reply,) = (await incident(watcher)).replies
    assert (reply.state, reply.url) == ("sent", watcher.village.comments["a", "1"][-1].url)
    assert watcher.village.calls["publish_reply"] == 1
    assert await story(watcher) == ["opened", "reply_written", "reply_unknown", "answered", "reply_sent"]


@pytest.mark.parametrize("end", [asyncio.CancelledError(), RuntimeError("a fault of ours")], ids=["stopped", "broken"])
async def test_a_worker_that_ends_while_it_sends_leaves_no_second_reply(watcher: Watcher, end: BaseException) -> None:
    await write(watcher, await hire(watcher))
    Writable.after = end
    try:
        await publish(watcher)
    except asyncio.CancelledError:
        assert (await incident(watcher)).replies[0].state == "sending"
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE replies SET lease_until = clock_timestamp() - interval '1 second'"))
    await publish(watcher)
    await watcher.catch_up()
    await publish(watcher)

    assert (await incident(watcher)).replies[0].state == "sent"
    assert watcher.village.calls["publish_reply"] == 1


async def test_workers_share_what_waits_and_keep_its_order(watcher: Watcher) -> None:
    anna = await hire(watcher)
    for number in range(4):
        await write(watcher, anna, f"{SAID} {number}")
    for _ in range(4):
        await asyncio.gather(*(publish(watcher) for _ in range(3)))

    assert watcher.village.calls["publish_reply"] == 4
    assert [reply.state for reply in (await incident(watcher)).replies] == ["sent"] * 4
    assert [said.text for said in watcher.village.comments["a", "1"]][1:] == [f"{SAID} {number}" for number in range(4)]


async def test_a_reply_that_somebody_else_has_given_meanwhile_is_not_sent(watcher: Watcher) -> None:
    anna = await hire(watcher)
    watcher.village.refusals["publish_reply"] = SourceUnavailable("away for hours")
    await write(watcher, anna)
    await publish(watcher)
    watcher.clock[0] += 60 * MINUTE
    page = Author("a", "Село", is_community=True)
    watcher.village.write_comment("a", 1, watcher.clock[0], "Бригада всё починила.")
    thread = watcher.village.comments["a", "1"]
    thread[-1] = replace(thread[-1], author=page, reply_to_id=thread[0].external_id)
    watcher.village.refusals.clear()
    await watcher.catch_up()
    await publish(watcher)

    (reply,) = (await incident(watcher)).replies
    assert (reply.state, reply.error) == ("failed", "somebody has answered meanwhile")
    assert watcher.village.calls["publish_reply"] == 1


async def test_a_reply_can_be_taken_back_until_a_worker_has_it(watcher: Watcher) -> None:
    anna, intake = await hire(watcher), watcher.polling.intake
    await write(watcher, anna)
    await write(watcher, anna, "Ещё одно.")

    async def take_back(number: int) -> None:
        key_of_incident, (reply, *_) = await key(watcher), (await incident(watcher)).replies[number:]
        async with intake.database.write() as session:
            await withdraw_reply(session, intake.region_id, key_of_incident, anna, ReplyId(reply.id), version=None, now=watcher.clock[0])

    await take_back(0)
    await publish(watcher)
    with pytest.raises(InvalidTransition):
        await take_back(1)

    assert [reply.state for reply in (await incident(watcher)).replies] == ["withdrawn", "sent"]
    assert watcher.village.comments["a", "1"][-1].text == "Ещё одно."
    assert await story(watcher) == ["opened", "reply_written", "reply_written", "reply_withdrawn", "reply_sent"]


@pytest.mark.parametrize(
    "refusal", [RateLimited("slower", retry_after=90), SourceUnavailable("away")], ids=["too many calls", "network away"]
)
async def test_what_the_network_did_not_take_is_tried_again_later(watcher: Watcher, refusal: RateLimited | SourceUnavailable) -> None:
    await write(watcher, await hire(watcher))
    watcher.village.refusals["publish_reply"] = refusal
    await publish(watcher)
    (reply,) = (await incident(watcher)).replies
    assert (reply.state, reply.error) == ("queued", str(refusal))
    watcher.village.refusals.clear()
    await publish(watcher)
    assert watcher.village.calls["publish_reply"] == 1, "not before its time"
    watcher.clock[0] += 2 * MINUTE
    await publish(watcher)

    assert (await incident(watcher)).replies[0].state == "sent"


async def test_a_refused_reply_says_why_and_another_can_be_written(watcher: Watcher) -> None:
    anna = await hire(watcher)
    await write(watcher, anna)
    watcher.village.refusals["publish_reply"] = ReplyRejected("comments are closed", reason="closed")
    await publish(watcher)
    watcher.village.refusals.clear()
    await write(watcher, anna, "Другими словами.")
    await publish(watcher)

    assert [(reply.state, reply.error) for reply in (await incident(watcher)).replies] == [
        ("failed", "comments are closed"),
        ("sent", None),
    ]
    assert await story(watcher) == ["opened", "reply_written", "reply_failed", "reply_written", "reply_sent"]


async def test_a_reply_that_cannot_be_written_is_refused_and_leaves_nothing(watcher: Watcher) -> None:
    anna = await hire(watcher)
    with pytest.raises(InvalidInput):
        await write(watcher, anna, " \n ")
    with pytest.raises(InvalidInput):
        await write(watcher, anna, "о" * (LONGEST + 1))
    with pytest.raises(StaleVersion):
        await write(watcher, anna, version=77)
    with pytest.raises(NotPermitted):
        await write(watcher, Operator(OperatorId(9), "Вера", Role.VIEWER))
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET status = 'closed'"))
    with pytest.raises(InvalidTransition):
        await write(watcher, anna)
    async with watcher.polling.intake.database.write() as session:
        await session.execute(text("UPDATE messages SET deleted_at = now()"))
    with pytest.raises(InvalidInput, match="deleted"):
        await write(watcher, anna)

    assert await watcher.rows("SELECT id FROM replies") == []
