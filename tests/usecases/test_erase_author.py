"""Somebody asks to be erased: nothing of them is left, clocks stay, others lose nothing, and no reading stores them anew."""

import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.errors import InvalidInput
from app.storage.privacy.marks import Marks
from app.usecases.erase_author import COUNTED, Desk, Person, erase_author, person_named, take_back
from app.usecases.ingest_page import Intaken, ingest_page
from app.usecases.leave_out_erased import LEFT_OUT, ErasedPeople
from app.usecases.replay import read_page
from connectors.ok import plugin as ok
from connectors.sdk.contract import Message, MessageType, Page
from connectors.vk import plugin as vk
from tests.usecases.reading import PAGE, Reader, comment, post, stub
from tests.usecases.test_erase_by_term import CLOCKS, DONE, TURNS, differences, everywhere, written

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PEOPLE = ErasedPeople(Marks("a secret key of the tests"), {"vk": vk, "ok": ok})
ANNA = Person("vk", "770050177")
NAMED = "[id770050177|Анна], согласна, и у нас холодно!"


@dataclass(frozen=True, slots=True)
class Office:
    """A reader that recognises who was erased, and an administrator."""

    reader: Reader

    async def read(self, *messages: Message, at: datetime) -> Intaken:
        """Takes in a page whose body tells what it shows, as a network's does."""
        raw = json.dumps([[one.author and one.author.external_id, one.text] for one in messages]).encode()
        intake = replace(self.reader.intake, erased_people=PEOPLE)
        return await ingest_page(intake, self.reader.source, Page(messages, None, raw, "wall.get", request="{}"), now=lambda: at)

    async def erase(self, person: Person = ANNA, *, confirmed: bool = True, at: datetime) -> dict[str, int]:
        desk = self.desk(at)
        counts = await erase_author(desk, person, confirmed=confirmed)
        assert set(counts) == set(COUNTED)
        return {name: count for name, count in counts.items() if count}

    def desk(self, at: datetime) -> Desk:
        return Desk(self.reader.intake.database, self.reader.intake.region_id, PEOPLE, None, at)

    async def payloads(self) -> list[tuple[str, str | None, bytes]]:
        rows = await self.reader.rows("SELECT method, request, body FROM raw_payloads ORDER BY id")
        return [(row.method, row.request, zlib.decompress(row.body) if row.body else b"") for row in rows]


@pytest.fixture
async def office(reader: Reader, noon: datetime) -> Office:
    """Anna asks under a post, is answered and mentioned; Boris asks too; under another post she only chats."""
    one = Office(reader)
    await one.read(post(100, "Сезон", noon), post(200, "Праздник", noon), at=noon)
    await one.read(
        comment(1, "Холодно, Анна Седых!", noon, by="770050177"), comment(2, NAMED, noon, by="770000902", mentions=("770050177",)), at=noon
    )
    answer = comment(3, "[id770050177|Анна], " + DONE, noon + HOUR, by=PAGE, root=1, reply_to=1, mentions=("770050177",))
    await one.read(answer, at=noon + HOUR)
    await one.read(comment(8, "С праздником", noon, by="770050177", under=200), at=noon)
    await one.read(comment(9, "Нет света!", noon, by="903", under=200), at=noon)
    return one


async def test_what_would_go_is_told_first_and_then_it_goes(office: Office, noon: datetime) -> None:
    reader, later = office.reader, noon + 2 * DAY
    before, clocks, turns = await everywhere(reader), await reader.rows(CLOCKS), await reader.rows(TURNS)

    shown = await office.erase(confirmed=False, at=later)

    assert shown == {"messages": 2, "incidents": 1, "answers": 1, "mentions": 1, "payloads": 3}
    assert await everywhere(reader) == before
    assert await reader.rows("SELECT * FROM erasures") == []

    assert await office.erase(at=later) == shown
    after = await everywhere(reader)
    assert not [word for word in ("770050177", "Анна", "Седых", "праздником", "аварийная") if word in after]
    assert "согласна, и у нас холодно" in after
    assert (await written(reader))["2"].text == "…, согласна, и у нас холодно!"
    assert [row.text for row in await reader.rows("SELECT text FROM incidents ORDER BY id")] == [
        None,
        "…, согласна, и у нас холодно!",
        "Нет света!",
    ]
    assert [body for _, _, body in await office.payloads() if b"770050177" in body or "Анна".encode() in body] == []
    assert (await reader.rows(CLOCKS), await reader.rows(TURNS)) == (clocks, turns)
    assert await differences(reader, later) == 0


async def test_a_private_dialogue_goes_whole_whoever_wrote_in_it(office: Office, noon: datetime) -> None:
    for number, (by, words, person) in enumerate(
        [("770050177", "Помогите!", "770050177"), (PAGE, "Анна Седых, ждём вас", "770050177"), (PAGE, "Иван, ждём вас", "770000902")], 30
    ):
        said = comment(number, words, noon, by=by, mentions=() if by == person else (person,))
        url = f"https://vk.com/gim7?sel={person}"
        await office.read(replace(said, type=MessageType.DIRECT, url=url, post_id=f"direct:{person}"), at=noon)
    only_written_to = Person("vk", "770000902")

    await office.erase(at=noon + DAY)
    left = await everywhere(office.reader)
    assert not [word for word in ("770050177", "Седых", "Помогите") if word in left]
    assert "Иван, ждём вас" in left
    await office.erase(only_written_to, at=noon + DAY)

    left = await everywhere(office.reader)
    assert not [word for word in ("770000902", "Иван") if word in left]


async def test_the_journal_names_nobody_and_adds_up(office: Office, noon: datetime) -> None:
    await office.erase(at=noon + DAY)
    assert await office.erase(at=noon + 2 * DAY) == {}

    ((network, mark, counts, everything),) = await office.reader.rows("SELECT network, mark, counts, e::text FROM erasures e")
    assert (network, counts["messages"], counts["incidents"]) == ("vk", 2, 1)
    assert bytes(mark) == PEOPLE.marks.of("vk", "770050177") != Marks("another key").of("vk", "770050177")
    assert "770050177" not in everything


async def test_no_reading_stores_the_person_anew(office: Office, noon: datetime) -> None:
    reader, later = office.reader, noon + 2 * DAY
    await office.erase(at=later)
    before = await written(reader)

    page = (
        comment(1, "Холодно, Анна Седых!", noon, by="770050177"),
        comment(2, NAMED, noon, by="770000902", mentions=("770050177",)),
        comment(5, "А я опять пишу: холодно!", later, by="770050177"),
        comment(6, "[id770050177|Анна], держись", later, by="904", mentions=("770050177",)),
    )
    first = await office.read(*page, at=later + HOUR)
    again = await office.read(*page, at=later + 2 * HOUR)

    assert (first.new, first.edited, first.opened, first.left_out) == (2, 0, 0, 4)
    assert (again.new, again.edited) == (0, 0)
    now = await written(reader)
    assert {number: now[number] for number in before} == before
    assert (now["5"].author_id, now["5"].author_name, now["5"].text) == (None, None, None)
    assert (now["6"].text, now["6"].mentions) == ("…, держись", ["~"])
    kept = (await office.payloads())[-1]
    assert kept[0] == LEFT_OUT
    assert b"770050177" not in kept[2]
    assert "770050177" not in await everywhere(reader)


async def test_a_page_without_the_person_is_kept_and_replayed_as_what_was_stored(office: Office, noon: datetime) -> None:
    await office.erase(at=noon + DAY)
    await office.read(comment(6, "Нет воды!", noon + DAY, by="905"), comment(7, "И мне", noon + DAY, by="770050177"), at=noon + DAY)
    (row,) = await office.reader.rows("SELECT * FROM raw_payloads ORDER BY id DESC LIMIT 1")

    page = read_page(None, row)

    assert [(one.external_id, one.text) for one in page.messages] == [("6", "Нет воды!"), ("7", None)]


async def test_who_takes_it_back_is_read_again_from_then_on(office: Office, noon: datetime) -> None:
    await office.erase(at=noon + DAY)
    said = comment(5, "Снова холодно!", noon + DAY, by="770050177")
    await office.read(said, at=noon + DAY)

    assert await take_back(office.desk(noon + 2 * DAY), ANNA)
    assert not await take_back(office.desk(noon + 2 * DAY), ANNA)
    await office.read(said, at=noon + 2 * DAY)

    now = await written(office.reader)
    assert (now["5"].author_id, now["5"].text) == ("770050177", "Снова холодно!")
    assert now["1"].text is None


async def test_an_answer_to_others_too_stays_without_the_name(office: Office, noon: datetime) -> None:
    both = comment(30, "[id770050177|Анна], [id902|Борис], " + DONE, noon + 2 * HOUR, by=PAGE, mentions=("770050177", "770000902"))
    await office.read(both, at=noon + 2 * HOUR)

    assert (await office.erase(at=noon + DAY))["answers"] == 1
    now = await written(office.reader)
    assert now["30"].text == "…, [id902|Борис], " + DONE
    assert now["30"].mentions == [now["1"].author_id, "770000902"]
    assert await differences(office.reader, noon + DAY) == 0


async def test_kept_answers_to_requests_lose_what_was_said(office: Office, noon: datetime) -> None:
    reader = office.reader
    ((message_id,),) = await reader.rows("SELECT id FROM messages WHERE comment_id = '1'")
    incident: dict[str, Any] = {
        "id": 7,
        "source": {"id": 1, "url": "https://vk.com/club7"},
        "message": {"id": message_id, "text": "Холодно", "author_name": "Анна", "url": "https://vk.com/gim7?sel=770050177"},
        "places": [{"surface": "Лесная"}],
    }
    other = {"id": 8, "message": {"id": 10**9, "text": "Чужое", "author_name": "Борис"}, "places": []}
    async with reader.intake.database.write() as session:
        await session.execute(text("INSERT INTO operators (name, role, created_at) VALUES ('o', 'operator', now())"))
        body = json.dumps({"body": {"results": [{"incident": incident}, {"incident": other}]}, "headers": {}})
        query = "INSERT INTO idempotency_keys SELECT id, 'k', '', 200, CAST(CAST(:body AS text) AS jsonb), now() FROM operators"
        await session.execute(text(query), {"body": body})

    assert (await office.erase(at=noon + DAY))["repeats"] == 1

    ((kept,),) = await reader.rows("SELECT body FROM idempotency_keys")
    assert kept["body"]["results"][0]["incident"] == {
        "id": 7,
        "source": {"id": 1, "url": "https://vk.com/club7"},
        "message": {"id": message_id, "text": None, "author_name": None, "url": None},
        "places": [{"surface": None}],
    }
    assert kept["body"]["results"][1]["incident"] == other


@pytest.mark.parametrize(
    ("named", "person"),
    [
        ("https://vk.com/id770050177", ANNA),
        ("id770050177", ANNA),
        ("vk:770050177", ANNA),
        ("vk:id770050177", ANNA),
        ("https://ok.ru/profile/501", Person("ok", "user:501")),
        ("ok:user:501", Person("ok", "user:501")),
    ],
)
def test_a_person_is_named_by_their_page_or_number(named: str, person: Person) -> None:
    assert person_named(PEOPLE, named) == person


@pytest.mark.parametrize("named", ["https://vk.com/anna", "Анна Седых", "", "viber:1", "https://vk.com/wall-7_1"])
def test_what_names_nobody_is_refused_with_what_would_do(named: str) -> None:
    with pytest.raises(InvalidInput, match=r"vk\.com/id501"):
        person_named(PEOPLE, named)


async def test_a_page_or_a_body_is_no_private_person(office: Office, noon: datetime) -> None:
    with pytest.raises(InvalidInput, match="official account"):
        await office.erase(Person("vk", PAGE), at=noon)


def test_markings_of_one_person_go_and_those_of_others_stay() -> None:
    assert vk.without_person("[id5|Аня], [id55:bp-1_2|Яна] и [id5:bp-1_2|Аня]", "5") == "…, [id55:bp-1_2|Яна] и …"
    assert ok.without_person("{user:5}Аня{user}, {user:55}Яна{user}", "user:5") == "…, {user:55}Яна{user}"


async def test_what_a_network_says_later_of_a_dialogue_does_not_bring_the_person_back(office: Office, noon: datetime) -> None:
    await office.erase(at=noon + DAY)

    gone = replace(stub(comment(30, "", noon + HOUR, by=PAGE)), type=MessageType.DIRECT, post_id=f"direct:{ANNA.author_id}")
    await office.read(gone, at=noon + 2 * DAY)

    assert ANNA.author_id not in await everywhere(office.reader)
