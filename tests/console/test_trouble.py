"""When something is not there or does not work, a page says so; programs get their own answers."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import text

from app.console.access import BESIDE, SESSION_COOKIE
from app.console.pages import Pages
from app.console.static_files import FOR_GOOD
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from tests.console.browsing import Browser
from tests.console.conftest import Site, build_site
from tests.usecases.reading import Reader, comment


async def test_an_unknown_page_is_a_page(site: Site) -> None:
    answer = await (await site.browser()).open("/nowhere")

    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.text
    assert answer.headers["Content-Type"].startswith("text/html")


async def test_the_address_of_a_form_leads_to_the_page_on_which_the_form_stands(
    site: Site, reader: Reader, anna: Browser, noon: datetime
) -> None:
    await reader.read(comment(1, "Холодно!", noon), at=noon)

    for address, page in (("/incidents/1/reply", "/incidents/1"), ("/steps/take", "/"), ("/sources/7/pause", "/sources")):
        await anna.open(address, Referer="http://otklik.test/login?next=/")
        assert (anna.page.status_code, anna.page.url.path, anna.page.url.query) == (200, page, b""), address
    await anna.open("/incidents/1/reply", Referer="http://otklik.test/incidents/1?back=%2F%3Fmine%3D1")
    assert anna.page.url.query == b"back=%2F%3Fmine%3D1"

    anna.client.cookies.clear()
    lost = await anna.client.post("/incidents/1/reply", headers={"Referer": "http://otklik.test/incidents/1?back=%2F%3Fmine%3D1"})
    assert lost.headers["Location"] == "/login?next=%2Fincidents%2F1%3Fback%3D%252F%253Fmine%253D1&undone=1"
    elsewhere = await anna.client.post("/incidents/1/reply", headers={"Referer": "http://evil.test/incidents/1?back=x"})
    assert elsewhere.headers["Location"] == "/login?next=%2Fincidents%2F1&undone=1"
    assert "последнее действие не выполнено" in (await anna.open(elsewhere.headers["Location"])).text
    assert (await anna.client.post("/logout")).headers["Location"] == "/login?next=%2F"
    beside = await anna.client.post("/incidents/1/take", headers={BESIDE: "1"})
    assert (beside.status_code, "Location" in beside.headers) == (401, False)


async def test_a_refused_form_leads_back_to_its_page(site: Site, anna: Browser) -> None:
    forged = await anna.send("/incidents/1/reply", csrf_token="")

    assert (forged.status_code, '<a href="/incidents/1">Вернуться на страницу</a>' in forged.text) == (403, True)


@pytest.mark.parametrize("address", ["/api/v1/nowhere", "/api/v1/incidents"])
async def test_programs_still_get_problem_documents(site: Site, address: str) -> None:
    answer = await (await site.browser()).client.get(address)

    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_database_that_is_away_is_said_to_be_away(noon: datetime) -> None:
    nowhere = Database(create_engine("postgresql://127.0.0.1:1/nowhere"))
    app, _ = build_site(nowhere, RegionId(1), lambda: noon)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://otklik.test") as client:
        answer = await client.get("/", headers={"Cookie": f"{SESSION_COOKIE}=some-session"})

    assert answer.status_code == 503
    assert "База недоступна" in answer.text
    assert answer.headers["Retry-After"]


async def test_a_fault_of_ours_is_a_page_without_its_details(site: Site, anna: Browser) -> None:
    async with site.console.database.write() as session:
        await session.execute(text("ALTER TABLE incidents RENAME TO lost"))

    answer = await anna.open("/")

    assert answer.status_code == 500
    assert "Ошибка на нашей стороне" in answer.text
    assert "lost" not in answer.text


async def test_static_files_may_be_kept_for_good(site: Site) -> None:
    browser = await site.browser()
    address = Pages().assets["console.css"].address

    found = await browser.open(address)
    outdated = await browser.open("/static/0000000000000000/console.css")

    assert (found.status_code, found.headers["Cache-Control"]) == (200, FOR_GOOD)
    assert found.headers["Content-Type"].startswith("text/css")
    assert outdated.status_code == 404
    assert outdated.headers["Cache-Control"] == "no-store"
