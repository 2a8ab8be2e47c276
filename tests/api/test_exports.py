"""Files of incidents: read back by programs that know nothing of ours, under the filters of the queue, and written down."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import openpyxl
import pytest

from app.domain.operator import Role
from app.exports.desk import ExportDesk
from tests.api.conftest import Api
from tests.applications import application
from tests.usecases.reading import PAGE, Reader, comment, stub

HOUR = timedelta(hours=1)
DONE = "Добрый день! Отопление восстановлено, аварию устранили."
EVIL = '=HYPERLINK("http://evil.test";"Нажмите!")'
CSV_MARK = b"\xef\xbb\xbf"


async def taken(client: httpx.AsyncClient, **query: Any) -> httpx.Response:
    answer = await client.get("/incidents/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def noon_in_moscow(noon: datetime) -> datetime:
    """As a spreadsheet holds it, which knows no zones."""
    return noon.astimezone(ZoneInfo("Europe/Moscow")).replace(tzinfo=None)


def lines_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.content.startswith(CSV_MARK)
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def records(answer: httpx.Response) -> list[dict[str, str]]:
    head, *rows = lines_of(answer)
    return [dict(zip(head, row, strict=True)) for row in rows]


def sheets(answer: httpx.Response) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]


def sheet_records(answer: httpx.Response) -> list[dict[str, Any]]:
    head, *rows = sheets(answer)[0]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
async def asked(api: Api, reader: Reader, noon: datetime) -> None:
    """Three questions: answered after two hours, overdue, and one that was deleted and would be a formula."""
    await reader.read(comment(1, "Холодно!", noon, by="1"), comment(2, "Яма!\nВторой год", noon - HOUR, by="2"), at=noon)
    await reader.read(comment(3, EVIL, noon + HOUR, by="3"), at=noon + HOUR)
    await reader.read(comment(11, DONE, noon + 2 * HOUR, by=PAGE, reply_to=1), at=noon + 2 * HOUR)
    await reader.read(stub(comment(3, EVIL, noon + HOUR, by="3")), at=noon + 3 * HOUR)
    api.clock[0] = noon + 23 * HOUR + HOUR / 2


@pytest.mark.usefixtures("asked")
async def test_csv_is_the_queue_as_excel_opens_it(viewer: httpx.AsyncClient) -> None:
    answer = await taken(viewer, format="csv")

    first, *_ = records(answer)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="otklik-incidents-2026-03-12-1430.csv"'
    assert [one["Номер"] for one in records(answer)] == [str(one["id"]) for one in (await viewer.get("/incidents")).json()["items"]]
    assert (first["Состояние"], first["Вид"], first["Просрочено"], first["Срок"]) == ("новое", "жалоба", "да", "просрочен, ответа нет")
    assert first["Текст сообщения"] == "Яма!\nВторой год"
    assert "Автор" not in first


@pytest.mark.usefixtures("asked")
async def test_a_workbook_holds_moments_of_the_region_and_lengths_in_seconds_and_in_words(
    viewer: httpx.AsyncClient, noon: datetime
) -> None:
    answer = await taken(viewer, format="xlsx", status="answered")

    (answered,) = sheet_records(answer)
    assert answered["Опубликовано (Europe/Moscow, UTC+3)"] == noon_in_moscow(noon)
    assert (answered["До первого ответа, с"], answered["До первого ответа"]) == (7200, "2\N{NO-BREAK SPACE}ч")
    assert (answered["Первый ответ: каков"], answered["Первый ответ: текст"]) == ("ответ по существу", DONE)
    assert answered["Первый ответ: ссылка"] == f"https://vk.com/wall{PAGE}_100?reply=11"
    about = dict(row[:2] for row in sheets(answer)[1])
    assert (about["Кем"], about["Отбор"], about["Обращений"]) == ("viewer", "состояние: отвечено", 1)
    assert about["Часовой пояс"] == "Europe/Moscow, UTC+3"


INCIDENT_MANAGEMENT = [
    *("Номер инцидента", "Дата создания", "Дата окончания", "Отдел", "Исполнитель"),
    *("Время с начала создания инцидента до окончания", "Время до первого ответа", "Текущий шаг инцидента", "Группа тем", "Тема"),
    *("Регион", "Муниципалитет", "Населённый пункт", "Улица", "Дом", "Теги", "Тип инцидента", "Итог", "Текст инцидента", "1ый ответ ПИ"),
]


@pytest.mark.usefixtures("asked")
async def test_the_columns_of_incident_management_have_their_names_and_order(viewer: httpx.AsyncClient, noon: datetime) -> None:
    query = {"columns": "incident_management", "sort": "published", "status": ["answered", "new"]}
    in_csv, in_xlsx = await taken(viewer, format="csv", **query), await taken(viewer, format="xlsx", **query)

    assert lines_of(in_csv)[0] == sheets(in_xlsx)[0][0] == [*INCIDENT_MANAGEMENT, "Часовой пояс"]
    answered, overdue = [one for one in records(in_csv) if one["Текст инцидента"] in {"Холодно!", "Яма!\nВторой год"}]
    assert (answered["Дата создания"], answered["Дата окончания"]) == ("2026-03-11 15:00:00", "2026-03-11 17:00:00")
    assert answered["Время с начала создания инцидента до окончания"] == answered["Время до первого ответа"] == "2:00:00"
    assert (answered["Текущий шаг инцидента"], answered["Итог"], answered["1ый ответ ПИ"]) == ("Готово", "Дан ответ", DONE)
    assert (overdue["Текущий шаг инцидента"], overdue["Итог"], overdue["Дата окончания"]) == ("Новое", "Не решено", "")
    assert (overdue["Тип инцидента"], overdue["Регион"], overdue["Часовой пояс"]) == ("Жалоба", "test", "Europe/Moscow, UTC+3")
    first = next(one for one in sheet_records(in_xlsx) if one["Текст инцидента"] == "Холодно!")
    assert (first["Дата создания"], first["Время до первого ответа"]) == (noon_in_moscow(noon), timedelta(hours=2))


@pytest.mark.usefixtures("asked")
async def test_a_text_that_would_be_a_formula_is_a_text_in_both_and_a_deleted_one_is_there_and_marked(viewer: httpx.AsyncClient) -> None:
    (in_csv,) = [one for one in records(await taken(viewer)) if "HYPERLINK" in one["Текст сообщения"]]
    in_xlsx = await taken(viewer, format="xlsx")
    book = openpyxl.load_workbook(io.BytesIO(in_xlsx.content))

    assert in_csv["Текст сообщения"] == f"'{EVIL}"
    assert in_csv["Удалено автором (Europe/Moscow, UTC+3)"] == "2026-03-11 18:00:00"
    assert EVIL in {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} == {"s", "n", "d"}


FILTERS: list[dict[str, Any]] = [
    {},
    {"sort": "published"},
    {"status": ["answered", "new"]},
    {"overdue": True},
    {"overdue": False},
    {"q": "ямы"},
    {"published_from": "2026-03-11T12:00:00Z"},
    {"kind": "question"},
    {"territory_id": 5},
    {"unsure": True},
    {"substantive_owed": True},
    {"test": True},
]


@pytest.mark.usefixtures("asked")
async def test_a_file_tells_of_what_the_queue_shows_in_its_order(viewer: httpx.AsyncClient) -> None:
    for query in FILTERS:
        shown = (await viewer.get("/incidents", params=query)).json()["items"]
        assert [one["Номер"] for one in records(await taken(viewer, **query))] == [str(one["id"]) for one in shown], query


@pytest.mark.usefixtures("asked")
async def test_names_of_authors_come_only_when_they_are_asked_for_by_those_who_work(
    viewer: httpx.AsyncClient, anna: httpx.AsyncClient
) -> None:
    assert (await viewer.get("/incidents/export", params={"authors": True})).status_code == 403
    for columns in ("otklik", "incident_management"):
        without, named = records(await taken(anna, columns=columns)), records(await taken(anna, columns=columns, authors=True))
        assert [one.pop("Автор") for one in named] == ["Житель"] * 3
        assert named == without


async def test_what_nobody_knows_is_refused_and_not_passed_over(viewer: httpx.AsyncClient) -> None:
    for query in ({"limit": 5}, {"stauts": "new"}, {"format": "pdf"}, {"columns": "all"}):
        assert (await viewer.get("/incidents/export", params=query)).status_code == 422


async def with_desk(api: Api, desk: ExportDesk) -> httpx.AsyncClient:
    """A viewer of an application whose exports have other limits."""
    token = await api.token(Role.VIEWER)
    transport = httpx.ASGITransport(application(replace(api.context, desk=desk)))
    headers = {"Authorization": f"Bearer {token}"}
    return await api.stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url="http://otklik.test/api/v1", headers=headers)
    )


@pytest.mark.usefixtures("asked")
async def test_more_than_a_sheet_holds_is_refused_with_the_way_out(api: Api) -> None:
    viewer = await with_desk(api, ExportDesk(sheet_rows=3))

    refused = await viewer.get("/incidents/export", params={"format": "xlsx"})

    assert refused.status_code == 422
    assert "A sheet of Excel holds 2 incidents" in refused.json()["detail"]
    assert "format=csv" in refused.json()["detail"]
    assert len(records(await taken(viewer, format="csv"))) == 3
    assert len(sheet_records(await taken(viewer, format="xlsx", status="new"))) <= 2


@pytest.mark.usefixtures("asked")
async def test_a_file_of_many_chunks_is_the_same_file(api: Api, viewer: httpx.AsyncClient) -> None:
    in_chunks = await with_desk(api, ExportDesk(chunk=1))

    for query in ({}, {"sort": "published"}):
        assert (await taken(in_chunks, **query)).content == (await taken(viewer, **query)).content


async def test_when_enough_are_under_way_the_next_is_asked_to_wait(api: Api) -> None:
    desk = ExportDesk(places=1, waited_seconds=0.01)
    viewer = await with_desk(api, desk)

    async with desk.place():
        refused = await viewer.get("/incidents/export")

    assert (refused.status_code, refused.json()["type"]) == (429, "urn:otklik:problem:too-busy")
    assert refused.headers["Retry-After"] == "60"
    assert (await taken(viewer)).status_code == 200


@pytest.mark.usefixtures("asked")
async def test_the_journal_tells_who_took_what(viewer: httpx.AsyncClient, anna: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    await taken(anna, q="ямы", published_from="2026-03-01T00:00:00Z", authors=True)
    await taken(viewer, format="xlsx", columns="incident_management")

    newest, older = (await admin.get("/exports")).json()["items"]

    assert (newest["operator"], newest["what"], newest["format"], newest["columns"]) == (
        "viewer",
        "incidents",
        "xlsx",
        "incident_management",
    )
    assert (newest["filters"], newest["rows"], newest["completed"], newest["authors"]) == ({}, 3, True, False)
    assert older["filters"] == {"words": "ямы", "published_from": "2026-03-01T00:00:00+00:00"}
    assert (older["operator"], older["rows"], older["completed"], older["authors"]) == ("operator", 1, True, True)
    page = (await admin.get("/exports", params={"limit": 1})).json()
    (last,) = (await admin.get("/exports", params={"cursor": page["next_cursor"]})).json()["items"]
    assert last == older
