"""The queue's page: order, filters in the address, counters, pages, and the part that renews itself."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import text

from app.console.queue_query import QueueQuery, read_place, read_query
from app.domain.incident import IncidentId
from app.domain.source import SourceId
from app.domain.verdict import Kind
from app.storage.engine import Database
from app.storage.queue import DuePlace, Part
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import PAGE, Reader, comment

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALL = ["Холодно!", "Срочно! Искрит провод, срочно!", "Когда дадут тепло?"]
DONE = "Здравствуйте! Батареи отремонтировали, тепло подано."


def shown(browser: Browser) -> list[str]:
    """The numbers of the incidents in the order of the page."""
    return re.findall(r'<tr id="incident-(\d+)"', browser.page.text)


def texts(browser: Browser) -> list[str]:
    return [words(one) for one in re.findall(r"data-open>(.*?)</a>", browser.page.text, re.DOTALL)]


async def three(reader: Reader, noon: datetime) -> None:
    """A complaint that is overdue, an urgent one and a question."""
    await reader.read(
        comment(1, "Холодно!", noon - 27 * HOUR, by="1"),
        comment(2, "Срочно! Искрит провод, срочно!", noon - HOUR, by="2"),
        comment(3, "Когда дадут тепло?", noon - 2 * HOUR, by="3"),
        at=noon,
    )


async def test_what_is_due_first_stands_first(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)

    await anna.open("/")

    assert texts(anna) == ALL
    page = words(anna.page.text)
    assert "просрочено на 3 ч" in page
    assert "через 3 ч" in page
    assert "через 22 ч" in page


async def test_the_exact_moment_is_given_in_the_region_s_zone(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)

    await anna.open("/")

    assert 'title="11 марта 2026, 18:00:00 (UTC+3)"' in anna.page.text
    assert 'datetime="2026-03-11T15:00:00Z"' in anna.page.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/?kind=question", ["Когда дадут тепло?"]),
        ("/?overdue=1", ["Холодно!"]),
        ("/?q=провода", ["Срочно! Искрит провод, срочно!"]),
        ("/?q=тепло&kind=complaint", []),
        ("/?status=answered", []),
        ("/?mine=1", []),
        ("/?unsure=1", []),
        ("/?source=1&kind=question", ["Когда дадут тепло?"]),
        ("/?source=77", []),
        (
            "/?status=nonsense&kind=nonsense&source=nonsense&after=nonsense&overdue=nonsense",
            ["Холодно!", "Срочно! Искрит провод, срочно!", "Когда дадут тепло?"],
        ),
    ],
)
async def test_filters_narrow_the_queue(reader: Reader, anna: Browser, noon: datetime, address: str, expected: list[str]) -> None:
    await three(reader, noon)

    await anna.open(address)

    assert texts(anna) == expected


async def test_the_lane_of_unsure_kinds_holds_what_the_classifier_doubts(
    reader: Reader, anna: Browser, noon: datetime, database: Database
) -> None:
    await three(reader, noon)
    async with database.write() as session:
        await session.execute(text("UPDATE incidents SET confidence = 0.3 WHERE kind = 'question'"))

    await anna.open("/?unsure=1")

    assert texts(anna) == ["Когда дадут тепло?"]
    assert "Не уверены 1" in words(anna.page.text)


async def test_the_form_shows_what_the_address_asks_for(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)

    await anna.open("/?kind=question&q=тепло&overdue=1&mine=1&unsure=1&status=new&source=1")

    for chosen in ("question", "new", "1"):
        assert f'<option value="{chosen}" selected>' in anna.page.text
    for ticked in ("overdue", "mine"):
        assert f'name="{ticked}" value="1" checked' in anna.page.text
    assert '<input type="hidden" name="unsure" value="1">' in anna.page.text
    assert 'value="тепло"' in anna.page.text


async def test_counters_say_how_many_wait_are_overdue_and_mine(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    await anna.open("/")
    await anna.send("/incidents/1/take", version=1)

    await anna.open("/")

    page = words(anna.page.text)
    assert "Ждут ответа 3 Просрочены 1 Новые 2 Назначены 0 В работе 1 Мои 1 Не уверены 0 Отвечены 0 Все" in page


async def test_answered_incidents_say_how_long_it_took(reader: Reader, anna: Browser, noon: datetime) -> None:
    await reader.read(comment(1, "Холодно!", noon - 5 * HOUR), at=noon)
    await reader.read(comment(2, DONE, noon - 3 * HOUR, by=PAGE, root=1, reply_to=1), at=noon)

    await anna.open("/?status=answered")

    assert "ответ через 2 ч" in words(anna.page.text)


async def test_an_empty_queue_says_so(anna: Browser) -> None:
    await anna.open("/")
    assert "Очередь пуста: всем ответили." in anna.page.text

    await anna.open("/?kind=question")
    assert "Под этот отбор ничего не подходит." in anna.page.text


async def test_the_next_page_goes_on_where_this_one_ends(reader: Reader, anna: Browser, noon: datetime) -> None:
    await reader.read(*[comment(n, f"Холодно! {n}", noon - n * MINUTE, by=str(n)) for n in range(1, 61)], at=noon)
    await anna.open("/?kind=complaint")
    first = shown(anna)

    following = re.search(r'<a href="([^"]+)" rel="next">', anna.page.text)
    assert following is not None
    await anna.open(following.group(1).replace("&amp;", "&"))

    assert len(first) == 50
    assert len(shown(anna)) == 10
    assert not set(first) & set(shown(anna))
    assert 'rel="next"' not in anna.page.text
    assert '<option value="complaint" selected>' in anna.page.text


async def test_taking_from_the_list_comes_back_to_the_line(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    await anna.open("/?kind=complaint")

    answer = await anna.send("/incidents/1/take", version=1, back="/?kind=complaint", from_queue=1)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?kind=complaint#incident-1")
    await anna.open("/?mine=1")
    assert shown(anna) == ["1"]


async def test_who_may_not_work_sees_no_button(reader: Reader, vera: Browser, noon: datetime) -> None:
    await three(reader, noon)

    await vera.open("/")

    assert len(shown(vera)) == 3
    assert "/take" not in vera.page.text


async def test_the_part_that_renews_itself_is_the_list_alone(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)

    part = await anna.open("/queue?kind=question")

    assert texts(anna) == ["Когда дадут тепло?"]
    assert "<html" not in part.text


async def test_an_unchanged_part_is_not_sent_again(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    tag = (await anna.open("/queue")).headers["ETag"]

    same = await anna.open("/queue", **{"If-None-Match": tag})
    site.clock[0] += HOUR
    later = await anna.open("/queue", **{"If-None-Match": tag})

    assert (same.status_code, same.text) == (304, "")
    assert later.status_code == 200


async def test_a_nul_in_the_search_is_passed_over(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)

    await anna.open("/?q=%00провода")

    assert texts(anna) == ["Срочно! Искрит провод, срочно!"]


def test_a_query_survives_its_own_address(noon: datetime) -> None:
    place = DuePlace(Part.PROMISED, noon, IncidentId(7))
    query = QueueQuery(
        "new", Kind.COMPLAINT, SourceId(3), overdue=True, mine=True, promised=True, topic="roads.signs", words="a&b=ё", after=place
    )

    assert read_query(dict(parse_qsl(query.address().removeprefix("/?")))) == query
    assert QueueQuery().address() == "/"


@pytest.mark.parametrize(
    "written", ["", "1", "1.2", "3.1.1", "1.x.1", "1.1.x", "1.-5.1", f"1.1.{2**63}", "1.9999999999999999999.1", "1.١.1"]
)
def test_a_nonsensical_place_is_passed_over(written: str) -> None:
    assert read_place(written) is None


async def test_topics_go_by_their_titles_and_a_group_finds_all_of_its_own(
    reader: Reader, anna: Browser, noon: datetime, database: Database
) -> None:
    await three(reader, noon)
    async with database.write() as session:
        for written, topic in zip(ALL, ("heating.no_heat", "electricity.wires", "heating"), strict=True):
            await session.execute(text("UPDATE incidents SET topic = :topic WHERE text = :text"), {"topic": topic, "text": written})

    await anna.open("/?topic=heating")
    assert set(texts(anna)) == {"Холодно!", "Когда дадут тепло?"}
    rows = words(anna.page.text.partition('<tbody role="rowgroup">')[2])
    assert "Нет отопления" in rows
    assert "heating" not in rows

    await anna.open("/?topic=heating.no_heat")
    assert texts(anna) == ["Холодно!"]
    assert '<option value="heating.no_heat" selected>Нет отопления</option>' in anna.page.text

    await anna.open(f"/incidents/{shown(anna)[0]}")
    assert "Нет отопления" in words(anna.page.text)


async def test_names_are_for_those_who_answer_and_search_nothing(anna: Browser, vera: Browser, reader: Reader, noon: datetime) -> None:
    await three(reader, noon)
    pages = {}
    for name, browser in {"anna": anna, "vera": vera}.items():
        queue = (await browser.open("/")).text
        pages[name] = queue + (await browser.open(f"/incidents/{shown(browser)[0]}")).text

    assert "Житель" in pages["anna"]
    assert "Житель" not in pages["vera"]
    assert "без имени" in pages["vera"]
    await anna.open("/?q=Житель")
    assert shown(anna) == []


async def test_a_search_that_finds_nothing_says_where_to_look_and_a_number_leads_to_its_incident(
    reader: Reader, anna: Browser, noon: datetime
) -> None:
    await three(reader, noon)

    page = (await anna.open("/?q=брыдл&kind=complaint")).text
    assert "В тексте обращений под этим отбором таких слов нет. Проверьте, как они написаны; людей по именам не ищем." in words(page)
    assert '<a href="/?status=all&amp;q=%D0%B1' in page
    assert '<a href="/incidents/2?back=' in (await anna.open("/?q=№ 2")).text
    for words_alone in ("дом 2", "0"):
        assert "Ищете обращение по номеру" not in (await anna.open(f"/?q={words_alone}")).text
    narrow, whole = (await anna.open("/?q=брыдл&status=all&kind=complaint")).text, (await anna.open("/?q=брыдл&status=all")).text
    assert ("обращений под этим отбором таких слов нет" in narrow, "Искать среди всех" in narrow) == (True, True)
    assert ("обращений таких слов нет" in whole, "Искать среди всех" in whole) == (True, False), "there is nothing wider"
