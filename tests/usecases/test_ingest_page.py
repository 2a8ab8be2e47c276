"""What a page's messages become: stored once, edited as versions, deleted as tombstones."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.usecases.reading import PAGE, Reader, comment, post, stub, whole_thread

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def test_a_page_read_twice_changes_nothing_the_second_time(reader: Reader, noon: datetime) -> None:
    page = [post(100, "Пуск тепла", noon, comments=2), comment(1, "Холодно!", noon + MINUTE), comment(2, "ждём", noon + MINUTE, by="2")]
    first = await reader.read(*page, at=noon + HOUR)

    again = await reader.read(*page, at=noon + 2 * HOUR)

    assert (first.new, first.opened) == (3, 1)
    assert (again.new, again.edited, again.opened) == (0, 0, 0)
    assert len(await reader.rows("SELECT 1 FROM messages")) == 3
    assert len(await reader.rows("SELECT 1 FROM incident_events")) == 1


async def test_a_complaint_opens_an_incident_due_a_day_after_it_was_published(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon + HOUR)

    (incident,) = await reader.rows("SELECT * FROM incidents")

    assert incident.status == "new"
    assert incident.kind == "complaint"
    assert incident.waiting
    assert incident.first_answer_due_at == noon + timedelta(hours=24)


async def test_an_urgent_complaint_is_due_in_four_hours(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Срочно! Прорвало трубу, срочно!", noon), at=noon + HOUR)

    (incident,) = await reader.rows("SELECT first_answer_due_at AS due FROM incidents")

    assert incident.due == noon + timedelta(hours=4)


async def test_an_official_message_is_never_an_incident(reader: Reader, noon: datetime) -> None:
    await reader.read(post(100, "Внимание! Отключение воды!", noon), comment(1, "Вода будет к шести!", noon, by=PAGE), at=noon)

    assert await reader.rows("SELECT 1 FROM incidents") == []
    assert {row.kind for row in await reader.rows("SELECT kind FROM messages")} == {None}


async def test_what_a_third_party_page_says_in_its_own_name_opens_nothing(reader: Reader, noon: datetime) -> None:
    third_party = replace(reader, source=replace(reader.source, official=False))
    async with reader.intake.database.write() as session:
        await session.execute(text("DELETE FROM official_accounts"))

    await third_party.read(post(100, "Внимание! Угроза тайфуна!", noon), comment(1, "Нас топит!", noon), at=noon)

    assert [row.author_id for row in await reader.rows("SELECT author_id FROM incidents")] == ["1"]


async def test_an_edit_keeps_the_text_before_as_a_version(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Холодно!", noon)
    await reader.read(said, at=noon + MINUTE)

    taken = await reader.read(replace(said, text="Холодно! Дом 5"), at=noon + HOUR)

    assert taken.edited == 1
    (message,) = await reader.rows("SELECT text, version, edited_at FROM messages")
    assert (message.text, message.version, message.edited_at) == ("Холодно! Дом 5", 2, noon + HOUR)
    (version,) = await reader.rows("SELECT text, seen_at, superseded_at FROM message_versions")
    assert (version.text, version.seen_at, version.superseded_at) == ("Холодно!", noon + MINUTE, noon + HOUR)


async def test_talk_edited_into_a_complaint_opens_an_incident_from_its_publication(reader: Reader, noon: datetime) -> None:
    said = comment(1, "ну и ну", noon)
    await reader.read(said, at=noon + MINUTE)

    await reader.read(replace(said, text="ну и ну, яма у дома 5!"), at=noon + HOUR)

    (incident,) = await reader.rows("SELECT published_at, first_answer_due_at AS due FROM incidents")
    assert incident.published_at == noon
    assert incident.due == noon + timedelta(hours=24)


async def test_a_complaint_edited_into_talk_has_still_been_made(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Яма у дома!", noon)
    await reader.read(said, at=noon + MINUTE)

    await reader.read(replace(said, text="всё, забыли"), at=noon + HOUR)

    (incident,) = await reader.rows("SELECT waiting, text FROM incidents")
    assert incident.waiting
    (message,) = await reader.rows("SELECT kind, asks FROM messages")
    assert (message.kind, message.asks) == ("complaint", True)


async def test_a_deleted_stub_keeps_the_text_that_we_saw(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Холодно!", noon)
    await reader.read(said, at=noon + MINUTE)

    taken = await reader.read(stub(said), at=noon + HOUR)

    assert taken.deleted == 1
    (message,) = await reader.rows("SELECT text, deleted_at, last_seen_at FROM messages")
    assert (message.text, message.deleted_at, message.last_seen_at) == ("Холодно!", noon + HOUR, noon + MINUTE)


async def test_a_comment_missing_from_a_whole_reading_becomes_a_tombstone(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon), comment(2, "И у нас!", noon, by="2"), at=noon + MINUTE)

    taken = await reader.read(comment(2, "И у нас!", noon, by="2"), at=noon + HOUR, coverage=whole_thread())

    assert taken.deleted == 1
    gone = {row.comment_id for row in await reader.rows("SELECT comment_id FROM messages WHERE deleted_at IS NOT NULL")}
    assert gone == {"1"}


async def test_a_restored_comment_stands_again(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Холодно!", noon)
    await reader.read(said, at=noon + MINUTE)
    await reader.read(stub(said), at=noon + HOUR)

    taken = await reader.read(said, at=noon + 2 * HOUR)

    assert taken.restored == 1
    (message,) = await reader.rows("SELECT deleted_at FROM messages")
    assert message.deleted_at is None
    (incident,) = await reader.rows("SELECT waiting FROM incidents")
    assert incident.waiting


async def test_a_stub_that_we_never_saw_alive_comes_to_life_when_it_is_restored(reader: Reader, noon: datetime) -> None:
    said = comment(1, "Холодно!", noon)
    await reader.read(stub(said), at=noon + MINUTE)
    assert await reader.rows("SELECT 1 FROM incidents") == []

    await reader.read(said, at=noon + HOUR)

    (message,) = await reader.rows("SELECT text, author_id, deleted_at FROM messages")
    assert (message.text, message.author_id, message.deleted_at) == ("Холодно!", "1", None)
    assert len(await reader.rows("SELECT 1 FROM incidents")) == 1


async def test_a_post_whose_date_changes_stays_single(reader: Reader, noon: datetime) -> None:
    suggested = post(100, "Предлагаю лавочку!", noon - timedelta(days=40), by="5")
    await reader.read(suggested, at=noon)

    await reader.read(replace(suggested, published_at=noon), at=noon + HOUR)

    assert len(await reader.rows("SELECT 1 FROM messages")) == 1


async def test_a_question_from_before_the_watch_has_no_deadline(reader: Reader, noon: datetime) -> None:
    await reader.read(comment(1, "Когда тепло?", noon - timedelta(days=3)), at=noon)

    (incident,) = await reader.rows("SELECT waiting, first_answer_due_at AS due, breached_at FROM incidents")
    assert (incident.waiting, incident.due, incident.breached_at) == (True, None, None)


@pytest.mark.parametrize(
    "said", ["🥶" * 3000 + "!", "а\u200bб\u200d!" * 100, "Урамда ут юк, кайчан була?", "Урамра çутă çук, хăçан пулать?", "!" * 16384]
)
async def test_any_text_is_kept_to_the_letter(reader: Reader, noon: datetime, said: str) -> None:
    await reader.read(comment(1, said, noon), at=noon)

    (message,) = await reader.rows("SELECT text FROM messages")
    assert message.text == said
