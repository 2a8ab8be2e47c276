"""Signals: proposed mass incidents with their messages, surges with what is behind them, what comes back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.classifier.model_file import load_shipped_model
from app.usecases.watch_masses import watch_masses
from tests.console.browsing import Browser, words
from tests.usecases.reading import Reader, comment

HOUR = timedelta(hours=1)


@pytest.fixture
async def mass(reader: Reader, noon: datetime) -> None:
    """Five residents of one street, proposed as one."""
    told = [comment(n, f"нет холодной воды на Лесной, дом {n}!", noon - HOUR / n, by=str(n), under=100 + n) for n in range(1, 6)]
    await reader.read(*told, at=noon)
    async with reader.intake.database.write() as session:
        await session.execute(text("UPDATE incidents SET topic = 'water.no_cold'"))
    await watch_masses(reader.intake.database, reader.intake.region_id, load_shipped_model(), now=noon)


async def test_a_proposal_is_told_in_the_queue_and_shown_with_messages_and_reasons(mass: None, anna: Browser) -> None:
    queue = words((await anna.open("/")).text)
    page = await anna.open("/signals")

    assert "Массовое: 1 предложение объединить обращения об одном" in queue
    assert "— 5 обращений" in words(page.text)
    assert "та же тема — 4" in words(page.text)
    assert "нет холодной воды на Лесной, дом 3!" in page.text
    assert page.text.count('name="chosen"') == page.text.count(" checked") - 1 == 5
    assert "сам он никуда не отправляется" in words(page.text)


async def test_one_button_merges_what_is_ticked(mass: None, anna: Browser, reader: Reader) -> None:
    await anna.open("/signals")
    answer = await anna.client.post(
        "/signals/masses/1/merge", data={"csrf_token": "form of anna", "parent": "1", "chosen": ["1", "2", "3"]}
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/incidents/1?back=%2Fsignals")
    rows = await reader.rows("SELECT id FROM incidents WHERE parent_id = 1 ORDER BY id")
    assert [row.id for row in rows] == [2, 3]
    page = words((await anna.open("/signals")).text)
    assert "Сейчас предложений нет" in page
    assert "Объединены в обращение 1 — Anna" in page
    assert "предлагалось обращений: 5" in page
    assert "← К сигналам" in await anna.see(answer.headers["Location"])


async def test_a_dismissal_is_remembered_with_its_reason(mass: None, anna: Browser) -> None:
    await anna.open("/signals")
    await anna.send("/signals/masses/1/dismiss", reason="Разные трубы")
    second = await anna.send("/signals/masses/1/dismiss")

    page = words((await anna.open("/signals")).text)
    assert "Не одно и то же: Разные трубы — Anna" in page
    assert second.status_code == 409
    assert "С этим предложением уже разобрались." in second.text


async def test_ticking_nothing_is_explained(mass: None, anna: Browser) -> None:
    await anna.open("/signals")
    answer = await anna.send("/signals/masses/1/merge", parent=1)
    assert answer.status_code == 422
    assert "Отметьте хотя бы одно обращение кроме главного." in answer.text


async def test_a_viewer_sees_it_and_decides_nothing(mass: None, vera: Browser) -> None:
    page = await vera.open("/signals")
    assert "— 5 обращений" in words(page.text)
    assert "Объединить отмеченные" not in page.text
    assert "/dismiss" not in page.text


async def test_a_surge_leads_to_the_messages_behind_it(mass: None, anna: Browser, reader: Reader, noon: datetime) -> None:
    async with reader.intake.database.write() as session:
        await session.execute(
            text(
                "INSERT INTO surges (region_id, topic, began_at, raised_at, messages, usual)"
                " VALUES (:region, 'water.no_cold', :began, :now, 4, 0.5)"
            ),
            {"region": reader.intake.region_id, "began": noon - HOUR / 2, "now": noon},
        )
    page = await anna.open("/signals")
    since = int((noon - HOUR / 2).timestamp())
    behind = await anna.open(f"/?topic=water.no_cold&since={since}&status=all")

    assert f"/?topic=water.no_cold&amp;since={since}&amp;status=all" in page.text
    assert "идёт" in words(page.text)
    assert "дом 2!" in behind.text
    assert "дом 1!" not in behind.text


async def test_what_comes_back_is_a_list_of_its_own(anna: Browser, mass: None, reader: Reader, noon: datetime) -> None:
    assert "Такого пока нет" in words((await anna.open("/signals/recurring")).text)
    async with reader.intake.database.write() as session:
        await session.execute(
            text("UPDATE incidents SET published_at = CAST(:noon AS timestamptz) - id * interval '7 days' + interval '1 hour'"),
            {"noon": noon},
        )

    page = words((await anna.open("/signals/recurring")).text)

    assert "5 из 8" in page
