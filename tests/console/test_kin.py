"""What is about the same thing on the page of an incident: suggested with reasons, merged by a button, taken apart again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.console.browsing import Browser, words
from tests.usecases.reading import Reader, comment

HOUR = timedelta(hours=1)


@pytest.fixture
async def two(reader: Reader, noon: datetime) -> None:
    """Two residents without water in one street, an hour apart, under two posts."""
    await reader.read(comment(1, "нет холодной воды на Лесной!", noon - HOUR, by="1"), at=noon)
    await reader.read(comment(2, "на Лесной нет холодной воды!", noon, by="2", under=200), at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET topic = 'water.no_cold'"))


async def test_the_likely_ones_are_shown_with_score_reason_and_words(two: None, anna: Browser) -> None:
    page = words((await anna.open("/incidents/2")).text)

    assert "Похоже, об этом же Обращение 1" in page
    assert "тот же текст, то же место, та же тема, в те же часы" in page
    assert "нет холодной воды на Лесной!" in page


async def test_the_button_makes_the_later_a_repetition_of_the_earlier_and_comes_back(two: None, anna: Browser) -> None:
    page = (await anna.open("/incidents/1")).text
    assert 'aria-label="Объединить: обращение 2 — повтор обращения 1"' in page

    sent = await anna.send("/incidents/2/merge", version=1, parent=1, shown=1)
    parent = words((await anna.open("/incidents/1")).text)
    child = words((await anna.open("/incidents/2")).text)
    queue = words((await anna.open("/")).text)

    assert (sent.status_code, sent.headers["Location"]) == (303, "/incidents/1")
    assert "Объединены сюда: 1 без ответа 1" in parent
    assert "Сюда присоединено: 2" in parent
    assert "Это повтор обращения 1 ." in child
    assert "Объединено: повтор обращения 1 — Anna" in child
    assert "через 24 ч" in child
    assert "об этом же ещё 1, без ответа 1" in queue
    assert "Повторы без ответа 1" in queue
    assert "на Лесной нет холодной воды!" in words((await anna.open("/?status=duplicate&owed=1")).text)


async def test_who_is_due_first_becomes_the_main_one_and_an_earlier_deadline_of_a_repetition_is_told(
    two: None, reader: Reader, anna: Browser, noon: datetime
) -> None:
    async def is_urgent() -> None:
        async with reader.intake.database.write() as session:
            query = "UPDATE incidents SET first_answer_due_at = :due, queue_at = :due WHERE id = 2"
            await session.execute(text(query), {"due": noon + HOUR})

    await is_urgent()
    offered = (await anna.open("/incidents/1")).text
    await anna.send("/incidents/2/merge", version=1, parent=1)
    await is_urgent()

    assert 'aria-label="Объединить: обращение 1 — повтор обращения 2"' in offered
    assert "без ответа 1 , у повтора через 1 ч" in words((await anna.open("/")).text)


async def test_a_repetition_is_taken_apart_by_its_own_page(two: None, anna: Browser) -> None:
    await anna.open("/incidents/2")
    await anna.send("/incidents/2/merge", version=1, parent=1)
    assert "Отделить и вернуть в работу" in (await anna.open("/incidents/2")).text

    await anna.send("/incidents/2/reopen", version=2)

    assert "Обращение 2 отделено — Anna" in words((await anna.open("/incidents/1")).text)
    assert "Повторы без ответа" not in await anna.see("/")


async def test_a_merge_decided_on_an_old_page_changes_nothing(two: None, anna: Browser, boris: Browser) -> None:
    await boris.open("/incidents/1")
    await anna.open("/incidents/2")
    await anna.send("/incidents/2/take", version=1)

    answer = await boris.send("/incidents/2/merge", version=1, parent=1, shown=1)

    assert answer.status_code == 409
    assert "Обращение 2 тем временем изменилось" in words(answer.text)
    assert "<h1>Обращение 1</h1>" in answer.text


@pytest.mark.parametrize("parent", ["", "2", "999"])
async def test_a_number_that_cannot_be_the_parent_is_explained(two: None, anna: Browser, parent: str) -> None:
    await anna.open("/incidents/2")
    answer = await anna.send("/incidents/2/merge", version=1, parent=parent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_a_viewer_is_offered_no_merge(two: None, vera: Browser) -> None:
    page = (await vera.open("/incidents/1")).text
    assert "Похоже, об этом же" in page
    assert "/merge" not in page
