"""The registry of pages: health, adding by a link, pausing and resuming."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.domain.push_channel import PushMode
from app.storage import push_channels
from app.storage.push_channels import NewChannel
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import Reader

MINUTE = timedelta(minutes=1)


async def set_poll(reader: Reader, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    async with reader.intake.database.write() as session:
        await session.execute(text(f"UPDATE poll_states SET {columns}"), values)


async def set_push(reader: Reader, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    async with reader.intake.database.write() as session:
        await session.execute(text(f"UPDATE push_channels SET {columns}"), values)


async def test_a_page_that_is_read_says_when_it_was_and_will_be(reader: Reader, vera: Browser, noon: datetime) -> None:
    await set_poll(reader, last_success_at=noon - 2 * MINUTE, last_polled_at=noon - 2 * MINUTE, next_poll_at=noon + 3 * MINUTE)

    page = words((await vera.open("/sources")).text)

    assert "читается 2 мин назад через 3 мин" in page


async def test_a_failing_page_says_what_went_wrong(reader: Reader, vera: Browser, noon: datetime) -> None:
    await set_poll(reader, failures=3, last_error="VK does not answer", last_error_at=noon - 5 * MINUTE)

    page = words((await vera.open("/sources")).text)

    assert "сбои подряд: 3" in page
    assert "VK does not answer 5 мин назад" in page


async def test_a_page_found_by_its_link_is_watched_from_now_on(boris: Browser) -> None:
    await boris.open("/sources")

    answer = await boris.send("/sources", url=" https://village.test/zarechny ", official="true")

    assert answer.status_code == 303
    page = words((await boris.open("/sources")).text)
    assert "Zarechny village, официальная" in page
    assert "ещё не читали" in page


async def test_what_stands_in_the_way_of_a_link_is_said_beside_it(boris: Browser) -> None:
    await boris.open("/sources")
    await boris.send("/sources", url="https://village.test/zarechny")

    problems = {}
    for link in ("https://elsewhere.test/x", "https://village.test/gone", "https://village.test/dark", "https://village.test/zarechny"):
        answer = await boris.send("/sources", url=link)
        assert answer.status_code == 422
        assert f'value="{link}"' in answer.text
        problems[link.rsplit("/", 1)[1]] = words(answer.text.split('role="alert">')[1].split("</p>")[0])

    assert problems["x"].startswith("Это не похоже на ссылку")
    assert problems["gone"].startswith("По этой ссылке страницы нет")
    assert problems["dark"].startswith("Сеть не ответила")
    assert problems["zarechny"] == "Эта страница уже под наблюдением."


async def test_a_page_is_paused_and_resumed(reader: Reader, boris: Browser) -> None:
    await boris.open("/sources")

    await boris.send("/sources/1/pause", version=1)
    paused = words((await boris.open("/sources")).text)
    await boris.send("/sources/1/resume", version=2)
    resumed = words((await boris.open("/sources")).text)

    assert "пауза остановлена вручную" in paused
    assert "остановлена вручную" not in resumed


async def test_pausing_an_outdated_page_shows_the_fresh_one(reader: Reader, boris: Browser) -> None:
    await boris.open("/sources")
    await boris.send("/sources/1/pause", version=1)

    answer = await boris.send("/sources/1/pause", version=1)

    assert answer.status_code == 409
    assert "ниже её свежее состояние" in answer.text


async def test_who_may_not_register_sees_no_forms(reader: Reader, anna: Browser) -> None:
    page = await anna.see("/sources")

    assert "https://vk.com/club7" in page
    assert 'action="/sources' not in page


async def test_a_long_registry_is_read_page_by_page(site: Site, boris: Browser) -> None:
    await boris.open("/sources")
    for number in range(101):
        await boris.send("/sources", url=f"https://village.test/page{number:03}")

    first = await boris.open("/sources")
    second = await boris.open("/sources?after=100")

    assert 'href="/sources?after=100" rel="next"' in first.text
    assert "Page100" not in first.text
    assert "Page100" in second.text
    assert 'rel="next"' not in second.text


async def test_a_page_in_a_crisis_is_read_more_often_until_it_is_calm_again(reader: Reader, boris: Browser, noon: datetime) -> None:
    await set_poll(reader, last_success_at=noon, known_until=noon, next_poll_at=noon + 50 * MINUTE)
    await boris.open("/sources")

    await boris.send("/sources/1/crisis", version=1)
    crisis = words((await boris.open("/sources")).text)
    await boris.send("/sources/1/calm", version=2)
    calm = words((await boris.open("/sources")).text)

    assert "особое внимание" in crisis
    assert "через 10 мин раз в 10 мин" in crisis
    assert "особое внимание" not in calm
    assert "через 50 мин раз в 50 мин" in calm


async def test_a_pushed_page_says_how_its_events_come(reader: Reader, vera: Browser, noon: datetime) -> None:
    assert "События сети" not in await vera.see("/sources")
    async with reader.intake.database.write() as session:
        new = NewChannel(reader.source.id, PushMode.CALLBACK, b"", "c0de", direct_messages=False)
        await push_channels.open_channel(session, new, now=noon - 60 * MINUTE)
    silent = words((await vera.open("/sources")).text)

    await set_push(reader, last_event_at=noon - 2 * MINUTE, missed=3, missed_at=noon - 30 * MINUTE)
    well = words((await vera.open("/sources")).text)
    await set_push(reader, missed_at=noon - MINUTE)
    late = words((await vera.open("/sources")).text)

    assert "ещё ни одного Callback API" in silent
    assert "приходят Callback API, последнее 2 мин назад пропущено 3 (последнее 30 мин назад )" in well
    assert "не все приходят Callback API" in late
    assert "c0de" not in silent + well + late
