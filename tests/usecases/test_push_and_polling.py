"""Push and polling together: whatever order they tell of a life in, each message and answer is there once, as by polling alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.push_channel import PushMode
from app.storage import push_channels, pushed_events, sources
from app.storage.engine import Database
from app.storage.push_channels import NewChannel
from app.storage.pushed_events import ReceivedEvent
from app.storage.regions import RegionId
from app.storage.sources import NewSource
from app.usecases.ingest_page import ingest_page
from app.usecases.rebuild_statistics import rebuild_statistics
from app.usecases.take_in_events import Taking, take_in_events
from connectors.sdk.contract import ConnectorContext, Coverage, Message, Page, PostRef
from connectors.sdk.testing import OpenLedger
from connectors.vk.connector import VkConnector
from tests.usecases.reading import PAGE, WALL, Reader, comment, open_reader, post

POST, QUESTION, ANSWER = 100, 1, 2
STEP = timedelta(minutes=7)
LIVES = (
    ("new",),
    ("new", "edit"),
    ("new", "delete"),
    ("new", "edit", "delete"),
    ("new", "delete", "restore"),
    ("new", "edit", "delete", "restore"),
    ("new", "delete", "restore", "edit"),
)
TEXTS = {QUESTION: ("Холодно!", "Очень холодно!"), ANSWER: ("Отопление восстановлено.", "Отопление восстановлено в доме.")}
numbers = count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to a message of the town."""

    message: int
    change: str


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, and how we hear of it: `heard[i]` are the steps whose events come after step i, or "poll" for a poll; one that is

    slow is asked at "ask" and comes in at "store".
    """

    steps: tuple[Step, ...]
    heard: tuple[tuple[int | str, ...], ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Two lives in one thread, the answer after the question; events lost, late, doubled and shuffled among polls."""
    lives = {message: list(draw(st.sampled_from(LIVES))) for message in (QUESTION, ANSWER)}
    order = [QUESTION, *draw(st.permutations([QUESTION] * (len(lives[QUESTION]) - 1) + [ANSWER] * len(lives[ANSWER])))]
    steps = tuple(Step(message, lives[message].pop(0)) for message in order)
    heard: list[list[int | str]] = [[] for _ in steps]
    for number in range(len(steps)):
        for slot in draw(st.lists(st.integers(number, len(steps) - 1), min_size=0, max_size=2)):
            heard[slot].append(number)
    for ones in heard:
        ones.extend(draw(st.lists(st.sampled_from(("poll", "ask", "store")), max_size=2)))
    return Story(steps, tuple(tuple(draw(st.permutations(ones))) if ones else () for ones in heard))


@dataclass(slots=True)
class Town:
    """The thread as the network has it, and one watched page on it."""

    reader: Reader
    taking: Taking
    start: datetime
    standing: dict[int, Message] = field(default_factory=dict)
    known: dict[int, Message] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: tuple[datetime, tuple[Message, ...]] | None = None

    @property
    def now(self) -> datetime:
        return self.reader.clock[0]

    def happen(self, step: Step) -> None:
        """One step of a life, and the event that VK makes of it."""
        number = step.message
        match step.change:
            case "new":
                message = written(number, self.now)
            case "edit":
                message = replace(self.known[number], text=TEXTS[number][1])
            case _:
                message = self.known[number]
        self.known[number] = message
        if step.change == "delete":
            del self.standing[number]
        else:
            self.standing[number] = message
        self.events.append((f"wall_reply_{step.change}", told(message)))

    async def push(self, number: int, *, is_late: bool) -> None:
        """An event comes and is taken in."""
        kind, about = self.events[number]
        body = json.dumps({"type": kind, "group_id": -int(PAGE), "object": about}).encode()
        received = ReceivedEvent(self.reader.source.id, f"{number}", self.now, body, 3 if is_late else 0)
        async with self.reader.intake.database.write() as session:
            await pushed_events.store(session, [received])
        await take_in_events(self.taking, limit=50)

    async def poll(self) -> None:
        """A whole reading of the thread."""
        self.ask()
        await self.store()

    def ask(self) -> None:
        """The network answers a poll."""
        self.asked = (self.now, (post(POST, "Пуск тепла", self.start), *self.standing.values()))

    async def store(self) -> None:
        """The last answer is taken in, however much has happened since."""
        if self.asked is not None:
            (asked_at, shown), self.asked = self.asked, None
            page = Page(shown, None, b"{}", "test", WHOLE)
            await ingest_page(self.reader.intake, self.reader.source, page, now=lambda: self.now, asked_at=asked_at)

    async def live(self, story: Story, *, pushed: bool) -> None:
        """The story from its beginning, and a last poll."""
        for number, step in enumerate(story.steps):
            self.reader.clock[0] += STEP
            self.happen(step)
            for one in story.heard[number]:
                self.reader.clock[0] += timedelta(seconds=2)
                if one == "poll":
                    await self.poll()
                elif one == "ask":
                    self.ask()
                elif one == "store":
                    await self.store()
                elif pushed:
                    await self.push(int(one), is_late=one != number)
        self.reader.clock[0] += STEP
        await self.poll()


WHOLE = (Coverage(PostRef(WALL, str(POST)), None), Coverage(PostRef(WALL, str(POST)), str(QUESTION)))


def written(number: int, at: datetime) -> Message:
    text = TEXTS[number][0]
    if number == QUESTION:
        return comment(QUESTION, text, at, by="5")
    return comment(ANSWER, text, at, by=PAGE, root=QUESTION, reply_to=QUESTION)


def told(message: Message) -> dict[str, Any]:
    """The object of an event, as VK writes it: the same for all but a deletion, of which only the id is read."""
    parents = [int(message.root_id)] if message.root_id else []
    reply = {"reply_to_comment": int(message.reply_to_id)} if message.reply_to_id else {}
    author = int(message.author.external_id) if message.author else 0
    at = int(message.published_at.timestamp())
    return {
        "id": int(message.external_id),
        "from_id": author,
        "date": at,
        "text": message.text,
        "post_id": POST,
        "parents_stack": parents,
        **reply,
    }


async def settle(reader: Reader, start: datetime, number: int) -> Town:
    """One more watched page of the same network, pushed."""
    async with reader.intake.database.write() as session:
        new = NewSource("vk", f"-{1000 + number}", "Страница", f"https://vk.com/club{1000 + number}", True, None, start - STEP)
        source_id = await sources.add(session, reader.intake.region_id, new, now=start)
        await push_channels.open_channel(session, NewChannel(source_id, PushMode.CALLBACK, None, None, False), now=start)
        source = (await sources.get(session, reader.intake.region_id, source_id)).source
    clock = [start]
    connector = VkConnector(ConnectorContext("http://vk.invalid", (), OpenLedger(), lambda: clock[0]))
    own = Reader(reader.intake, source, clock)
    town = Town(own, Taking(own.intake, lambda network: connector, lambda: clock[0], lambda source, taken: None), start)
    await town.poll()
    return town


async def state_of(town: Town) -> dict[str, list[Any]]:
    """What we hold of the thread in the end."""
    about = {"source": town.reader.source.id}
    messages = await town.reader.rows(
        "SELECT comment_id, text, root_id, reply_to_id, author_id, official, published_at FROM messages"
        " WHERE source_id = :source AND deleted_at IS NULL ORDER BY comment_id",
        **about,
    )
    turns = await town.reader.rows(
        "SELECT i.author_id, i.status, t.number, t.started_at, t.first_answered_at, t.first_answer_class FROM incidents i"
        " JOIN turns t ON t.incident_id = i.id WHERE i.source_id = :source ORDER BY t.number",
        **about,
    )
    answers = await town.reader.rows(
        "SELECT a.bound_by, a.answer_class, a.published_at FROM answers a JOIN incidents i ON i.id = a.incident_id"
        " WHERE i.source_id = :source AND a.deleted_at IS NULL",
        **about,
    )
    return {
        "messages": [tuple(row) for row in messages],
        "turns": [tuple(row) for row in turns],
        "answers": [tuple(row) for row in answers],
    }


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(story=stories())
async def test_in_whatever_order_they_come_the_end_is_that_of_polling_alone(
    database: Database, region_id: RegionId, noon: datetime, story: Story
) -> None:
    reader = await reader_of(database, region_id, noon)
    together, alone = await settle(reader, noon, next(numbers)), await settle(reader, noon, next(numbers))
    await together.live(story, pushed=True)
    await alone.live(story, pushed=False)

    both, polled = await state_of(together), await state_of(alone)
    assert both["messages"] == polled["messages"]
    assert [row[0] for row in both["messages"]] == ["", *(str(number) for number in sorted(together.standing))]
    assert len(both["turns"]) <= 1
    assert len(both["answers"]) <= 1
    if together.standing.keys() == {QUESTION, ANSWER}:
        assert both == polled
        assert both["turns"][0][4] == together.known[ANSWER].published_at
    assert await differences(reader, together.now) == 0


READERS: dict[RegionId, Reader] = {}


async def reader_of(database: Database, region_id: RegionId, noon: datetime) -> Reader:
    """The reader of this test's database; its page's account is official."""
    if (found := READERS.get(region_id)) is not None and found.intake.database is database:
        return found
    READERS[region_id] = await open_reader(database, region_id, noon - timedelta(days=1))
    return READERS[region_id]


async def differences(reader: Reader, now: datetime) -> int:
    """How many clocks do not follow from the event log."""
    checks = rebuild_statistics(reader.intake.database, reader.intake.region_id, check_only=True, now=now)
    return sum([len(checked.differences) async for checked in checks])


def test_stories_hold_every_kind_of_disorder() -> None:
    """Lost, late, doubled and early events, polls between them and polls that come in late: else the property would prove little."""
    found: set[str] = set()

    @settings(max_examples=200)
    @given(story=stories())
    def look(story: Story) -> None:
        slots: Sequence[tuple[int | str, ...]] = story.heard
        events = [one for slot in slots for one in slot if not isinstance(one, str)]
        told = [one for slot in slots for one in slot]
        slow = [told.index(one) for one in ("ask", "store") if one in told]
        found.update({"lost"} if len(set(events)) < len(story.steps) else set())
        found.update({"doubled"} if len(set(events)) < len(events) else set())
        found.update(
            {"late"} if any(not isinstance(one, str) and one != slot for slot, ones in enumerate(slots) for one in ones) else set()
        )
        found.update({"overtaken"} if events != sorted(events, key=str) else set())
        found.update({"overtook a poll"} if len(slow) == 2 and slow[1] > slow[0] + 1 else set())
        found.update({"polled first"} if any(slot[:1] == ("poll",) and len(slot) > 1 for slot in slots) else set())

    look()
    assert found == {"lost", "doubled", "late", "overtaken", "polled first", "overtook a poll"}
