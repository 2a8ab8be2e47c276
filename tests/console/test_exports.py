"""The queue's button that takes a file away, and the journal of who used it."""

import csv
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import openpyxl

from app.domain.operator import Role
from app.domain.retention import Retention
from app.exports.desk import ExportDesk
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.console.test_queue import shown, three
from tests.usecases.reading import Reader

HIDDEN_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def form_of(page: httpx.Response) -> dict[str, str]:
    """What the form of the file sends, as it stands on the page."""
    (form,) = re.findall(r'<form method="get" action="/export".*?</form>', page.text, re.DOTALL)
    return dict(HIDDEN_FIELD.findall(form))


def records(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_the_file_holds_what_the_queue_shows(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    for address in ("/", "/?overdue=1", "/?kind=question&status=all", "/?q=провод", "/?mine=1"):
        await anna.open(address)

        answer = await anna.client.get("/export", params={**form_of(anna.page), "format": "csv"})

        assert [one["Номер"] for one in records(answer)] == shown(anna), address
        assert answer.headers["Content-Disposition"] == 'attachment; filename="otklik-incidents-2026-03-11-1500.csv"'


async def test_a_file_from_a_page_deep_in_the_queue_is_whole(reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    await anna.open("/?after=1.1.1&kind=question")

    assert form_of(anna.page) == {"kind": "question"}


async def test_names_go_to_those_who_work_and_the_file_is_a_workbook_unless_asked_otherwise(
    reader: Reader, anna: Browser, vera: Browser, noon: datetime
) -> None:
    await three(reader, noon)

    book = openpyxl.load_workbook(io.BytesIO((await anna.client.get("/export", params={"authors": 1})).content))

    assert "Автор" in [cell.value for cell in book.worksheets[0][1]]
    assert "С именами авторов" in anna.page.text
    assert "С именами авторов" not in vera.page.text
    refused = await vera.client.get("/export", params={"authors": 1})
    assert refused.status_code == 403
    assert "Ваша роль («наблюдатель») этого не позволяет." in words(refused.text)


async def test_what_is_refused_is_told_on_a_page(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    site.app.state.console = replace(site.console, desk=ExportDesk(sheet_rows=2))

    refused = await anna.client.get("/export")

    assert refused.status_code == 422
    assert "В лист Excel столько строк не помещается." in words(refused.text)


async def test_another_site_cannot_make_a_browser_take_a_file(anna: Browser) -> None:
    for address in ("/export", "/statistics/export"):
        assert (await anna.client.get(address, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_administrators_see_who_took_what(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    await three(reader, noon)
    await anna.client.get("/export", params={"q": "провод", "columns": "incident_management", "authors": 1})
    await anna.client.get("/statistics/export", params={"format": "csv"})

    admin = await site.enter("root", Role.ADMIN)
    terms = Retention(timedelta(days=91), timedelta(days=400), timedelta(days=30))
    site.app.state.console = replace(site.console, terms=terms)
    page = words((await admin.open("/exports")).text)

    assert "обращения — 400 дней после последнего события, разговоры — 91 день после последнего слова; ответы сетей — 30 дней." in page
    assert "Anna обращения, XLSX столбцы «Инцидент Менеджмента» с именами авторов" in page
    assert "состояние: новое, назначено, в работе; слова: провод 1 забрали целиком" in page
    assert "Anna статистика, CSV" in page
    assert "журнал выгрузок" in (await admin.open("/")).text
    assert (await anna.client.get("/exports")).status_code == 403


async def test_the_page_of_figures_gives_its_figures_as_a_file(reader: Reader, vera: Browser, noon: datetime) -> None:
    await three(reader, noon - timedelta(days=1))
    page = await vera.open("/statistics?days=30&clock=working&answer=substantive")
    (address,) = re.findall(r'href="(/statistics/export\?[^"]*format=csv)"', page.text)

    total, *groups = records(await vera.client.get(address.replace("&amp;", "&")))

    assert (total["Разрез"], total["Вопросов"], total["До какого ответа"]) == ("всего", "3", "до ответа по существу")
    assert total["Часы"].startswith("в рабочих часах: пн–пт 09:00–18:00, Europe/Moscow")
    assert {one["Разрез"] for one in groups} == {"ведомство", "страница"}
    assert "Вопросов 3" in words(page.text)
