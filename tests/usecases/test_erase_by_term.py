"""What people wrote goes when its term has passed; clocks and figures stay, and no reading brings anything back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.reply import ReplyId, ReplyState
from app.domain.retention import Retention
from app.domain.word import Word
from app.storage.privacy.erasing import Erased
from app.storage.replies import Settled, settle
from app.usecases import reject_incident
from app.usecases.correct_verdict import label_message
from app.usecases.erase_by_term import Batch, erase_by_term
from app.usecases.rebuild_statistics import rebuild_statistics
from tests.usecases.reading import PAGE, Reader, comment, post, stub, whole_thread
from tests.usecases.work import Desk

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TERMS = Retention(timedelta(days=90), timedelta(days=400))
DONE = "Анна Петровна, аварийная бригада устранила утечку, отопление восстановлено."
CLOCKS = (
    "SELECT id, status, topic, urgent, first_answer_due_at, first_answered_at, first_answer_class, waiting, breached_at FROM incidents"
    " ORDER BY id"
)
TURNS = "SELECT * FROM turns ORDER BY incident_id, number"


async def erase(reader: Reader, at: datetime, terms: Retention = TERMS, batch: Batch | None = None) -> Erased:
    return await erase_by_term(reader.intake.database, reader.intake.region_id, terms, now=at, batch=batch or Batch())


async def written(reader: Reader) -> dict[str, Any]:
    """What is stored of each message of the thread, by comment id."""
    rows = await reader.rows(
        "SELECT comment_id, author_id, author_name, text, mentions, erased_at, deleted_at FROM messages ORDER BY post_id, comment_id"
    )
    return {row.comment_id: row for row in rows}


async def everywhere(reader: Reader) -> str:
    """All that the tables of people's words hold, to be searched."""
    tables = ("messages", "message_versions", "incidents", "incident_places", "incident_events", "replies", "answers", "turns", "threads")
    return "\n".join([str((await reader.rows(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} t"))[0][0]) for table in tables])


async def differences(reader: Reader, now: datetime) -> int:
    found = rebuild_statistics(reader.intake.database, reader.intake.region_id, check_only=True, now=now)
    return sum([len(checked.differences) async for checked in found])


async def a_thread(reader: Reader, noon: datetime) -> None:
    """A post of the page, somebody who chats, somebody who asks and is answered."""
    await reader.read(post(100, "Отопительный сезон начат", noon), at=noon)
    await reader.read(comment(1, "Молодцы", noon, by="770000901"), comment(2, "Холодно на Лесной 5!", noon, by="770000902"), at=noon)
    answer = comment(3, DONE, noon + HOUR, by=PAGE, root=2, reply_to=2, mentions=("770000902",))
    await reader.read(answer, comment(4, "Спасибо", noon + 2 * HOUR, by="770000902", root=2, reply_to=3), at=noon + 2 * HOUR)


async def test_talk_goes_first_and_what_was_asked_with_its_answer_later(reader: Reader, noon: datetime) -> None:
    await a_thread(reader, noon)
    assert await erase(reader, noon + 89 * DAY) == Erased()

    assert await erase(reader, noon + 91 * DAY) == Erased(messages=1)
    now = await written(reader)
    assert (now["1"].author_name, now["1"].text) == (None, None)
    assert (now["2"].author_id, now["2"].text, now["4"].text) == ("770000902", "Холодно на Лесной 5!", "Спасибо")

    assert await erase(reader, noon + 401 * DAY) == Erased(messages=3, incidents=1)
    now = await written(reader)
    assert [now[number].text for number in ("", "2", "3", "4")] == ["Отопительный сезон начат", None, "", None]
    assert now["2"].author_id == now["4"].author_id != now["1"].author_id
    assert now["3"].mentions == [now["2"].author_id]
    kept = await everywhere(reader)
    assert not [word for word in ("770000901", "770000902", "Молодцы", "Лесной", "Анна", "Спасибо") if word in kept]
    assert await erase(reader, noon + 800 * DAY) == Erased()


async def test_clocks_and_figures_stay_exactly_the_same(reader: Reader, noon: datetime) -> None:
    await a_thread(reader, noon)
    await reader.read(comment(5, "Нет света!", noon, by="770000903"), at=noon)
    clocks, turns = await reader.rows(CLOCKS), await reader.rows(TURNS)

    assert (await erase(reader, noon + 500 * DAY)).incidents == 2

    assert (await reader.rows(CLOCKS), await reader.rows(TURNS)) == (clocks, turns)
    assert await differences(reader, noon + 500 * DAY) == 0


async def test_no_reading_brings_back_what_was_erased(reader: Reader, noon: datetime) -> None:
    await a_thread(reader, noon)
    await erase(reader, noon + 500 * DAY)
    before, later = await written(reader), noon + 501 * DAY

    again = await reader.read(
        post(100, "Отопительный сезон начат", noon),
        comment(1, "Молодцы, исправил", noon, by="770000901"),
        comment(2, "Холодно на Лесной 5!", noon, by="770000902"),
        comment(3, DONE, noon + HOUR, by=PAGE, root=2, reply_to=2, mentions=("770000902",)),
        at=later,
    )

    assert (again.new, again.edited) == (0, 0)
    assert await written(reader) == before
    await reader.read(stub(comment(1, "", noon)), comment(2, "Холодно!", noon, by="770000902"), at=later + HOUR, coverage=whole_thread())
    gone = await reader.read(comment(1, "Молодцы", noon, by="770000901"), comment(2, "Холодно!", noon, by="770000902"), at=later + 2 * HOUR)
    assert gone.restored == 1
    now = await written(reader)
    assert (now["1"].text, now["2"].text, now["1"].deleted_at) == (None, None, None)


async def test_an_answer_that_comes_late_still_counts_for_the_question_that_was_erased(reader: Reader, noon: datetime) -> None:
    await reader.read(
        comment(2, "Холодно!", noon, by="770000902"), comment(3, "Здравствуйте! Уточним.", noon + HOUR, by=PAGE, reply_to=2), at=noon
    )
    await erase(reader, noon + 500 * DAY)

    answered_at = noon + 501 * DAY
    await reader.read(comment(9, DONE, answered_at, by=PAGE, root=2, reply_to=2), at=answered_at)

    ((status, first),) = await reader.rows("SELECT status, first_answered_at FROM incidents")
    assert (status, first) == ("answered", answered_at)
    log = await reader.rows("SELECT type FROM incident_events ORDER BY id")
    assert "answer_unbound" not in [row.type for row in log]
    assert await differences(reader, answered_at) == 0


async def test_an_answer_to_two_stays_while_one_of_them_does_and_binds_whom_it_bound(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon, by="770000901"), at=noon)
    both = comment(3, DONE, noon + HOUR, by=PAGE, mentions=("770000901", "770000902", "999"))
    await reader.read(both, comment(2, "И у нас!", noon, by="770000902"), at=noon + HOUR)
    await reader.read(comment(4, "Опять холодно!", noon + 300 * DAY, by="770000902"), at=noon + 300 * DAY)

    assert (await erase(reader, noon + 420 * DAY)).incidents == 1
    now = await written(reader)
    assert now["3"].text == DONE
    assert now["3"].mentions == [now["1"].author_id, "770000902", "999"]

    assert (await erase(reader, noon + 701 * DAY)).incidents == 1
    now = await written(reader)
    assert (now["3"].text, now["3"].mentions) == ("", [now["1"].author_id, now["2"].author_id, "~"])
    assert await differences(reader, noon + 701 * DAY) == 0


async def test_words_of_operators_lengthen_a_term_and_go_with_it(reader: Reader, desk: Desk, noon: datetime) -> None:
    later = noon + 350 * DAY
    async with desk.database.write() as session:
        await reject_incident.reject_incident(
            session, desk.region_id, desk.incident_id, desk.anna, reason="дубль Ивановой", version=None, now=later
        )

    assert (await erase(reader, noon + 450 * DAY)).incidents == 0
    assert "Ивановой" in await everywhere(reader)
    assert (await erase(reader, later + 401 * DAY)).incidents == 1
    assert "Ивановой" not in await everywhere(reader)
    assert await differences(reader, later + 401 * DAY) == 0


async def test_talk_of_which_an_operator_said_what_it_is_stays_as_long_as_a_question(reader: Reader, desk: Desk, noon: datetime) -> None:
    await reader.read(comment(7, "Ну и ну", noon, by="770000907"), at=noon)
    ((message,),) = await reader.rows("SELECT id FROM messages WHERE comment_id = '7'")
    async with desk.database.write() as session:
        await label_message(session, desk.region_id, message, desk.anna, Word(urgent=False), now=noon)

    assert await erase(reader, noon + 100 * DAY) == Erased()
    assert (await erase(reader, noon + 401 * DAY)).messages == 2


@pytest.mark.parametrize(
    ("terms", "left"),
    [
        (Retention(), ["Молодцы", "Холодно!"]),
        (Retention(talk=90 * DAY), [None, "Холодно!"]),
        (Retention(asked=400 * DAY), [None, None]),
    ],
)
async def test_what_has_no_term_stays(reader: Reader, noon: datetime, terms: Retention, left: list[str | None]) -> None:
    await reader.read(comment(1, "Молодцы", noon, by="770000901"), comment(2, "Холодно!", noon, by="770000902"), at=noon)

    await erase(reader, noon + 2000 * DAY, terms)

    now = await written(reader)
    assert [now["1"].text, now["2"].text] == left


async def test_who_writes_anew_in_an_old_thread_is_kept_for_a_term_of_their_own(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Молодцы", noon, by="770000901"), at=noon)
    await erase(reader, noon + 100 * DAY)
    await reader.read(comment(2, "А теперь холодно!", noon + 101 * DAY, by="770000901"), at=noon + 101 * DAY)

    assert await erase(reader, noon + 300 * DAY) == Erased()
    assert (await written(reader))["2"].author_id == "770000901"
    assert (await erase(reader, noon + 502 * DAY)).incidents == 1


async def test_batches_are_small_and_nothing_is_left(reader: Reader, noon: datetime) -> None:
    await reader.read(*(comment(number, f"Слово {number}", noon, by=str(900 + number)) for number in range(1, 8)), at=noon)
    await reader.read(*(comment(20, f"Слово {under}", noon, by="950", under=under) for under in (201, 202, 203)), at=noon)

    one_at_a_time = Batch(threads=1, people=2, most=3)
    found = [(await erase(reader, noon + 100 * DAY, batch=one_at_a_time)).messages for _ in range(4)]

    assert sum(found) == 10
    assert max(found) <= 6
    assert {row.author_name for row in await reader.rows("SELECT author_name FROM messages")} == {None}


async def test_earlier_texts_go_with_the_last_one(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Позвоните Анне", noon, by="770000901")
    await reader.read(said, at=noon)
    await reader.read(replace(said, text="Поправил"), at=noon + HOUR)

    await erase(reader, noon + 100 * DAY)

    assert "Анне" not in await everywhere(reader)
    assert [row.text for row in await reader.rows("SELECT text FROM message_versions")] == [None]


async def test_a_private_dialogue_forgets_whose_it_was(reader: Reader, noon: datetime) -> None:
    said = replace(comment(1, "Помогите!", noon, by="770077701"), post_id="direct:770077701", url="https://vk.com/gim7?sel=770077701")
    await reader.read(said, at=noon)

    assert await erase(reader, noon + 401 * DAY) == Erased(1, 1)

    assert "770077701" not in await everywhere(reader)
    ((same,),) = await reader.rows("SELECT count(*) FROM messages JOIN threads USING (post_id) JOIN incidents USING (post_id)")
    assert same == 1
    assert await erase(reader, noon + 402 * DAY) == Erased()


async def test_a_reply_in_private_keeps_no_address_that_names_the_person(reader: Reader, noon: datetime) -> None:
    said = replace(comment(1, "Помогите!", noon, by="770077701"), post_id="direct:770077701", url="https://vk.com/gim7?sel=770077701")
    await reader.read(said, at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("INSERT INTO operators (name, role, created_at) VALUES ('Вера', 'operator', now())"))
        written = (
            "INSERT INTO replies (region_id, incident_id, month, message_id, operator_id, text, state, written_at, url) SELECT i.region_id,"
            " i.id, i.month, i.message_id, o.id, 'Едем', :state, now(), :url FROM incidents i, operators o RETURNING id"
        )
        await session.scalar(text(written), {"state": "sent", "url": said.url})
        last = await session.scalar(text(written), {"state": "sending", "url": None})

    await erase(reader, noon + 401 * DAY)
    async with reader.intake.database.write() as session:
        await settle(session, reader.intake.region_id, ReplyId(last), Settled(ReplyState.SENT, "9", said.url), now=noon + 402 * DAY)

    assert "770077701" not in await everywhere(reader)


async def test_a_dialogue_in_which_only_the_page_wrote_forgets_to_whom(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Анна, ждём вас на приёме", noon, by=PAGE, mentions=("770077701",))
    await reader.read(replace(said, post_id="direct:770077701", url="https://vk.com/gim7?sel=770077701"), at=noon)

    await erase(reader, noon + 399 * DAY)
    assert "Анна" in await everywhere(reader)
    await erase(reader, noon + 401 * DAY)

    kept = await everywhere(reader)
    assert not [word for word in ("770077701", "Анна") if word in kept]
    assert await erase(reader, noon + 402 * DAY) == Erased()


async def test_words_of_nobody_known_have_a_term_of_their_own_in_a_thread_that_was_looked_at(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Молодцы", noon, by="770000901"), at=noon)
    await reader.read(replace(comment(2, "Звоните Анне, 501-22-33", noon + 50 * DAY), author=None), at=noon + 50 * DAY)

    assert await erase(reader, noon + 91 * DAY) == Erased(messages=1)
    assert (await written(reader))["2"].text is not None
    assert await erase(reader, noon + 141 * DAY) == Erased(messages=1)
    assert (await written(reader))["2"].text is None
