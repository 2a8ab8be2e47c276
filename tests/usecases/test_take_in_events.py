"""The inbox: events have their effect once and in order, and what may be out of date is left to the next poll."""

import asyncio
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.detection import Parts, Timing, parts_of
from app.domain.push_channel import PushMode
from app.domain.source import Source, SourceStatus
from app.storage import push_channels, pushed_events
from app.storage.push_channels import NewChannel
from app.storage.pushed_events import MOST_ATTEMPTS, ReceivedEvent
from app.telemetry.metrics import DETECTION_LAG
from app.usecases.change_source import change_source
from app.usecases.ingest_page import Intaken
from app.usecases.pushed_page import read_pushed_page
from app.usecases.take_in_events import Taking, take_in_events
from connectors.sdk.contract import Connector, ConnectorContext, EventReader, PushedNews
from connectors.sdk.errors import UnexpectedResponse
from connectors.sdk.testing import OpenLedger
from connectors.vk.connector import VkConnector
from tests.usecases.reading import PAGE, Reader, comment, post, stub, whole_thread

POST = 100


@dataclass(slots=True)
class Inbox:
    """The inbox of the reader's page, its clock that of the reader."""

    reader: Reader
    taking: Taking
    pages: list[Intaken]
    sent: int = 0

    @property
    def now(self) -> datetime:
        return self.reader.clock[0]

    async def receive(self, kind: str, *, retries: int = 0, after: timedelta = timedelta(0), **fields: Any) -> None:
        """An event arrives."""
        self.reader.clock[0] += after
        self.sent += 1
        written = {"id": 1, "from_id": 5, "date": int(self.now.timestamp()), "text": "Холодно!", "post_id": POST, "parents_stack": []}
        event = {"type": kind, "group_id": -int(PAGE), "object": written | fields}
        received = ReceivedEvent(self.reader.source.id, f"e{self.sent}", self.now, json.dumps(event).encode(), retries)
        async with self.reader.intake.database.write() as session:
            await pushed_events.store(session, [received])

    async def take_in(self, after: timedelta = timedelta(seconds=1)) -> int:
        self.reader.clock[0] += after
        return await take_in_events(self.taking, limit=5)

    async def push(self, kind: str, **fields: Any) -> None:
        """An event arrives and is taken in."""
        await self.receive(kind, **fields)
        await self.take_in()

    async def stored(self) -> Mapping[str, Any]:
        rows = await self.reader.rows("SELECT * FROM messages WHERE comment_id <> ''")
        return {row.comment_id: row for row in rows}

    async def is_doubted(self) -> bool:
        (row,) = await self.reader.rows("SELECT moved AND cursor IS NULL AS doubted FROM threads")
        return bool(row.doubted)

    async def settle_thread(self) -> None:
        """As after a whole reading of the thread."""
        async with self.reader.intake.database.write() as session:
            await session.execute(text("UPDATE threads SET moved = false, cursor = 'read'"))


class Named(VkConnector):
    """VK without its network: it knows everybody's name."""

    asked = 0

    async def name_authors(self, authors: Any) -> Mapping[str, str]:
        self.asked += 1
        return {author: f"Житель {author}" for author in authors}


@pytest.fixture
async def inbox(reader: Reader, noon: datetime) -> Inbox:
    """An open channel to an official page with one post."""
    return await open_inbox(reader, noon)


async def open_inbox(reader: Reader, noon: datetime) -> Inbox:
    async with reader.intake.database.write() as session:
        await push_channels.open_channel(session, NewChannel(reader.source.id, PushMode.CALLBACK, None, None, False), now=noon)
    connector = Named(ConnectorContext("http://vk.invalid", (), OpenLedger(), lambda: noon))
    pages: list[Intaken] = []

    def reader_for(network: str) -> Connector | None:
        return connector

    def on_page(source: Source, taken: Intaken) -> None:
        pages.append(taken)

    await reader.read(post(POST, "Пуск тепла", noon), at=noon)
    inbox = Inbox(reader, Taking(reader.intake, reader_for, lambda: reader.clock[0], on_page), pages)
    await inbox.settle_thread()
    return inbox


async def test_a_pushed_question_opens_an_incident_and_a_pushed_answer_stops_its_clock(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    answer = {"from_id": int(PAGE), "text": "Отопление восстановлено в доме.", "reply_to_comment": 1, "parents_stack": [1]}
    await inbox.push("wall_reply_new", id=2, after=timedelta(hours=1), **answer)

    (turn,) = await inbox.reader.rows("SELECT started_at, first_answered_at FROM turns")
    assert turn.first_answered_at - turn.started_at == timedelta(hours=1, seconds=1)
    stored = await inbox.stored()
    assert (stored["1"].author_name, stored["2"].author_name) == ("Житель 5", "Администрация")
    assert sum(taken.opened for taken in inbox.pages) == 1


async def test_the_wait_of_what_was_pushed_is_parted_into_the_networks_and_our_own(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask_slowly(self: Named, authors: Any) -> Mapping[str, str]:
        inbox.reader.clock[0] += timedelta(seconds=3)
        return {}

    monkeypatch.setattr(Named, "name_authors", ask_slowly)
    hot = DETECTION_LAG.labels("vk", "hot")._sum
    before = hot.get()
    async with inbox.reader.intake.database.write() as session:
        await session.execute(text("UPDATE poll_states SET rate = 9"))
    await inbox.receive("wall_reply_new", date=int((inbox.now - timedelta(seconds=2)).timestamp()))
    await inbox.receive("wall_reply_new", id=2, after=timedelta(seconds=4))
    await inbox.take_in(after=timedelta(seconds=30))

    (row,) = await inbox.reader.rows("SELECT due_at, asked_at, received_at, judged_at, stored_at, published FROM detections")
    first, second = (parts_of(published, Timing(*row[:5])) for published in row.published)
    assert first == Parts(waiting=2, queueing=34, network=3, classifying=0, storing=0)
    assert second == Parts(waiting=0, queueing=30, network=3, classifying=0, storing=0)
    assert hot.get() == before + 39 + 33


async def test_an_event_has_its_effect_once_however_many_take_it_in(inbox: Inbox) -> None:
    for number in range(1, 31):
        await inbox.receive("wall_reply_new", id=number, from_id=number)
    taken = await asyncio.gather(*(take_in_events(inbox.taking, limit=5) for _ in range(4)))
    assert sum(taken) == 30
    assert sum(page.new for page in inbox.pages) == 30
    assert len(await inbox.reader.rows("SELECT 1 FROM incidents")) == 30
    assert await inbox.take_in() == 0


async def test_versions_are_kept_of_a_comment_that_is_edited_before_it_is_taken_in(inbox: Inbox) -> None:
    await inbox.receive("wall_reply_new", text="Холодно!")
    await inbox.receive("wall_reply_edit", text="Очень холодно!")
    await inbox.receive("wall_reply_edit", text="Невыносимо холодно!")
    await inbox.take_in()
    assert (await inbox.stored())["1"].text == "Невыносимо холодно!"
    versions = await inbox.reader.rows("SELECT text FROM message_versions ORDER BY version")
    assert [row.text for row in versions] == ["Холодно!", "Очень холодно!"]


async def test_a_deletion_makes_a_tombstone_and_a_restoration_takes_it_back(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    await inbox.push("wall_reply_delete")
    gone = (await inbox.stored())["1"]
    assert gone.deleted_at is not None
    assert gone.text == "Холодно!"
    await inbox.push("wall_reply_restore")
    assert (await inbox.stored())["1"].deleted_at is None


async def test_a_deletion_that_overtakes_its_comment_is_not_undone_by_it(inbox: Inbox) -> None:
    await inbox.push("wall_reply_delete")
    await inbox.push("wall_reply_new")
    stored = await inbox.stored()
    assert stored["1"].deleted_at is not None
    assert await inbox.is_doubted()


async def test_the_next_poll_gives_a_tombstone_back_its_text_and_place(inbox: Inbox) -> None:
    await inbox.push("wall_reply_delete", id=2)
    standing = comment(2, "Холодно!", inbox.now, by="5", root=1, reply_to=1)
    await inbox.reader.read(comment(1, "Да", inbox.now), standing, at=inbox.now + timedelta(minutes=1))
    row = (await inbox.stored())["2"]
    assert (row.text, row.root_id, row.deleted_at) == ("Холодно!", "1", None)
    assert row.published_at == standing.published_at


async def test_an_appearance_says_nothing_about_what_a_poll_has_seen_since(inbox: Inbox) -> None:
    await inbox.receive("wall_reply_new", text="Холодно!")
    seen = comment(1, "Очень холодно!", inbox.now, by="5")
    await inbox.reader.read(post(POST, "Пуск тепла", inbox.now), seen, at=inbox.now + timedelta(seconds=1))
    await inbox.take_in()
    assert (await inbox.stored())["1"].text == "Очень холодно!"
    assert len(await inbox.reader.rows("SELECT 1 FROM incidents")) == 1


@pytest.mark.parametrize("kind", ["wall_reply_edit", "wall_reply_delete", "wall_reply_restore"])
async def test_a_change_that_was_delivered_late_is_looked_into_rather_than_believed(inbox: Inbox, kind: str) -> None:
    await inbox.push("wall_reply_new")
    assert not await inbox.is_doubted()
    await inbox.push(kind, retries=2, text="Старое")
    row = (await inbox.stored())["1"]
    assert (row.text, row.deleted_at) == ("Холодно!", None)
    assert await inbox.is_doubted()


async def test_a_poll_that_was_asked_before_an_event_does_not_undo_it(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    asked_at = inbox.now
    await inbox.push("wall_reply_edit", after=timedelta(seconds=1), text="Очень холодно!")
    assert inbox.now > asked_at
    page = comment(1, "Холодно!", asked_at, by="5")
    await inbox.reader.read(page, at=asked_at)
    assert (await inbox.stored())["1"].text == "Очень холодно!"


async def test_an_edit_does_not_bring_a_deleted_comment_back(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    await inbox.push("wall_reply_delete")
    await inbox.push("wall_reply_edit", text="Очень холодно!")
    assert (await inbox.stored())["1"].deleted_at is not None


async def test_a_comment_pushed_long_after_it_was_written_is_taken_in_and_looked_into(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new", date=int((inbox.now - timedelta(minutes=30)).timestamp()))
    assert (await inbox.stored())["1"].deleted_at is None
    assert await inbox.is_doubted()


async def test_a_reply_stands_in_the_branch_of_what_it_replies_to(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new", id=1)
    await inbox.push("wall_reply_new", id=2, reply_to_comment=1, parents_stack=None)
    await inbox.push("wall_reply_new", id=3, reply_to_comment=2, parents_stack=None)
    assert [(await inbox.stored())[number].root_id for number in "123"] == [None, "1", "1"]


async def test_a_comment_under_an_unknown_post_waits_for_the_poll_that_reads_its_thread(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new", post_id=55)
    (thread,) = await inbox.reader.rows("SELECT moved FROM threads WHERE post_id = '55'")
    assert thread.moved


async def test_a_whole_reading_finds_what_push_has_wrong(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new", id=1)
    await inbox.push("wall_reply_new", id=2)
    here = comment(2, "Холодно!", inbox.now, by="5")
    await inbox.reader.read(here, at=inbox.now + timedelta(minutes=1), coverage=whole_thread())
    stored = await inbox.stored()
    assert stored["1"].deleted_at is not None
    assert stored["2"].deleted_at is None


async def test_a_stub_seen_by_a_poll_is_looked_into_when_its_comment_is_pushed(inbox: Inbox) -> None:
    await inbox.reader.read(stub(comment(1, "", inbox.now)), at=inbox.now + timedelta(seconds=1))
    await inbox.settle_thread()
    await inbox.push("wall_reply_new")
    assert (await inbox.stored())["1"].deleted_at is not None
    assert await inbox.is_doubted()


async def test_an_event_that_cannot_be_read_is_put_aside_with_its_reason_and_holds_up_nobody(inbox: Inbox) -> None:
    await inbox.receive("wall_reply_new", date="never")
    await inbox.receive("wall_reply_new", id=2)
    await inbox.take_in()
    assert set(await inbox.stored()) == {"2"}
    (row,) = await inbox.reader.rows("SELECT trouble FROM pushed_events WHERE trouble IS NOT NULL")
    assert "wall_reply_new" in row.trouble
    assert await inbox.take_in() == 0


class Breaking(Named):
    """Breaks in our own hands at one comment, and by itself at another."""

    def read_event(self, raw: bytes, *, received_at: datetime) -> PushedNews | None:
        news = super().read_event(raw, received_at=received_at)
        if news is not None and news.message.external_id == "13":
            object.__setattr__(news.message, "published_at", None)
        if news is not None and news.message.external_id == "15":
            raise RuntimeError("a fault of the connector's")
        return news


async def test_an_event_that_breaks_us_is_put_aside_after_some_attempts_and_holds_up_nobody(inbox: Inbox) -> None:
    connector = Breaking(ConnectorContext("http://vk.invalid", (), OpenLedger(), lambda: inbox.now))
    taking = Taking(inbox.reader.intake, lambda network: connector, inbox.taking.now, inbox.taking.on_page)
    for number in (12, 13, 14, 15, 16):
        await inbox.receive("wall_reply_new", id=number)
    for _ in range(MOST_ATTEMPTS):
        assert await take_in_events(taking, limit=5) > 0
    assert await take_in_events(taking, limit=5) == 0
    assert set(await inbox.stored()) == {"12", "14", "16"}
    troubles = await inbox.reader.rows("SELECT trouble FROM pushed_events WHERE trouble IS NOT NULL ORDER BY id")
    assert [row.trouble for row in troubles][1:] == ["RuntimeError"]


async def test_nothing_is_taken_in_of_a_page_that_an_operator_has_paused(inbox: Inbox) -> None:
    intake, source = inbox.reader.intake, inbox.reader.source
    for number, status in enumerate((SourceStatus.PAUSED, SourceStatus.ACTIVE), start=1):
        async with intake.database.write() as session:
            await change_source(session, intake.region_id, source.id, {"status": status}, version=None, now=inbox.now)
        await inbox.push("wall_reply_new", id=number)

    assert set(await inbox.stored()) == {"2"}
    bodies = await inbox.reader.rows("SELECT length(body) AS kept, taken_at FROM pushed_events ORDER BY id")
    assert [(row.kept > 0, row.taken_at is not None) for row in bodies] == [(False, True), (True, True)]


async def test_names_are_asked_for_once(inbox: Inbox) -> None:
    connector = inbox.taking.reader_for("vk")
    assert isinstance(connector, Named)
    for number in (1, 2, 3):
        await inbox.push("wall_reply_new", id=number)
    assert connector.asked == 1


async def test_the_moment_of_the_last_event_is_known(inbox: Inbox) -> None:
    await inbox.push("like_add")
    async with inbox.reader.intake.database.read() as session:
        health = (await push_channels.health_of(session, [inbox.reader.source.id]))[inbox.reader.source.id]
    assert health.last_event_at == inbox.now - timedelta(seconds=1)
    assert health.keeps_up


async def test_taken_events_are_forgotten_after_some_days(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    await inbox.receive("wall_reply_new", id=2)
    async with inbox.reader.intake.database.write() as session:
        await pushed_events.purge(session, older_than=inbox.now + timedelta(days=3))
    assert [row.taken_at for row in await inbox.reader.rows("SELECT taken_at FROM pushed_events")] == [None]


async def test_a_private_question_opens_an_incident_and_the_page_s_private_answer_stops_its_clock(inbox: Inbox) -> None:
    await allow_direct_messages(inbox)
    await inbox.push("message_new", **private(5, "Когда дадут тепло?", number=1))
    await inbox.push("message_reply", after=timedelta(hours=1), **private(5, "Отопление восстановлено в доме.", number=2, by=int(PAGE)))

    (turn,) = await inbox.reader.rows("SELECT started_at, first_answered_at, number FROM turns")
    assert turn.first_answered_at - turn.started_at == timedelta(hours=1, seconds=1)
    rows = await inbox.reader.rows("SELECT post_id, url, official FROM messages WHERE post_id LIKE 'direct:%' ORDER BY id")
    assert [(row.post_id, row.official) for row in rows] == [("direct:5", False), ("direct:5", True)]
    assert [row.url for row in rows] == [f"https://vk.com/gim7?sel=5&msgid={number}" for number in (1, 2)]


async def test_two_people_s_dialogues_are_two_conversations(inbox: Inbox) -> None:
    await allow_direct_messages(inbox)
    for person in (5, 6):
        await inbox.push("message_new", **private(person, "Холодно!", number=1))
    assert len(await inbox.reader.rows("SELECT 1 FROM incidents")) == 2


async def test_private_messages_that_nobody_asked_for_are_not_kept(inbox: Inbox) -> None:
    await inbox.push("message_new", **private(5, "Холодно!", number=1))
    assert await inbox.reader.rows("SELECT 1 FROM messages WHERE post_id LIKE 'direct:%'") == []
    (event,) = await inbox.reader.rows("SELECT body, taken_at FROM pushed_events")
    assert bytes(event.body) == b""
    assert event.taken_at is not None


async def allow_direct_messages(inbox: Inbox) -> None:
    async with inbox.reader.intake.database.write() as session:
        await session.execute(text("UPDATE push_channels SET direct_messages = true"))


def private(peer: int, said: str, *, number: int, by: int | None = None) -> dict[str, Any]:
    """A private message in the dialogue with a person."""
    return {"peer_id": peer, "from_id": by or peer, "text": said, "conversation_message_id": number, "post_id": None}


async def test_a_kept_page_of_events_is_made_again_with_what_completed_it(inbox: Inbox) -> None:
    await inbox.push("wall_reply_new")
    await inbox.receive("wall_reply_new", id=2, from_id=6, text="И у нас!", reply_to_comment=1)
    await inbox.receive("wall_reply_delete", id=3)
    await inbox.take_in()
    *_, kept = await inbox.reader.rows("SELECT * FROM raw_payloads WHERE method = 'push' ORDER BY id")
    reader = inbox.taking.reader_for("vk")
    assert isinstance(reader, EventReader)
    made = read_pushed_page(reader, kept.request, zlib.decompress(kept.body)).messages
    stored = await inbox.stored()
    assert [(one.external_id, one.root_id, one.text, one.published_at, one.deleted) for one in made] == [
        (number, stored[number].root_id, stored[number].text, stored[number].published_at, stored[number].deleted_at is not None)
        for number in ("2", "3")
    ]
    assert made[0].root_id == "1"
    assert [one.author and one.author.name for one in made] == [stored["2"].author_name, None]
    with pytest.raises(UnexpectedResponse):
        read_pushed_page(reader, "{", b"")
