"""A morning's work in a real browser: Chromium, loopback, the town of the corpus."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Response, async_playwright, expect

from app.domain.operator import Role
from connectors.sdk.emulation.loopback import serve
from tests.console.browsing import PASSWORD
from tests.console.conftest import Site
from tests.console.town import settle_town
from tests.patience import PATIENCE_SECONDS

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}: install Debian's package chromium")


@dataclass(slots=True)
class Screen:
    """A window on the console, and everything that went wrong in it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def sign_in(self, login: str) -> None:
        """Signs in by the form and waits for the queue."""
        await self.page.goto(self.address)
        await self.page.get_by_label("Логин").fill(login)
        await self.page.get_by_label("Пароль").fill(PASSWORD)
        await self.page.get_by_role("button", name="Войти").click()
        await expect(self.page.get_by_role("table")).to_be_visible()

    async def focused_row(self) -> str:
        """The id of the line in which the focus is."""
        return str(await self.page.evaluate("document.activeElement.closest('[data-row]')?.id"))

    async def refresh(self) -> Response:
        """Lets the list renew itself now, as it does by the clock."""
        async with self.page.expect_response(re.compile("/queue")) as waiting:
            await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        return await waiting.value


@asynccontextmanager
async def open_screen(address: str, *, scripts: bool = True) -> AsyncIterator[Screen]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = await chromium.new_context(locale="ru-RU", viewport={"width": 1366, "height": 768}, java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        screen = Screen(await context.new_page(), address)
        screen.page.on("console", lambda message: screen.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.on("request", lambda request: screen.hosts.add(urlsplit(request.url).netloc))
        yield screen
        await chromium.close()


@pytest.fixture
async def address(site: Site, noon: datetime) -> AsyncIterator[str]:
    """The console of a lively town, on loopback; anna may work on incidents, vera may look."""
    await settle_town(site.console.database, site.console.region_id, noon, pages=3, threads=25, days=1.2)
    await site.hire("anna", Role.OPERATOR)
    await site.hire("vera", Role.VIEWER)
    async with serve(site.app) as address:
        yield address


async def test_an_operator_s_morning_by_keyboard(site: Site, address: str) -> None:
    async with open_screen(address) as screen:
        page = screen.page
        await screen.sign_in("anna")

        await page.get_by_label("Вид").select_option("жалоба")
        await page.wait_for_url("**/?kind=complaint")
        await expect(page.locator("[data-row] .kind").first).to_have_text("жалоба")

        await page.keyboard.press("j")
        await page.keyboard.press("j")
        second = await screen.focused_row()
        assert second == await page.locator("[data-row]").nth(1).get_attribute("id")
        await page.keyboard.press("t")
        await expect(page.locator(f"#{second} .state")).to_have_text("в работе")
        await expect(page.get_by_role("status")).to_have_text("Взято в работу.")
        assert await screen.focused_row() == second

        await page.keyboard.press("z")
        await expect(page.locator(f"#{second} .state")).to_have_text("новое")
        await page.keyboard.press("x")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("Shift+X")
        await screen.refresh()
        await expect(page.locator("[data-many-count]")).to_have_text("Отмечено: 3")
        await page.keyboard.press("r")
        await expect(page.get_by_role("heading", name="Отклонить: 3 обращения")).to_be_visible()
        await page.keyboard.type("Разговор соседей")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Отклонено: 3")).to_be_focused()
        await page.keyboard.press("z")
        await expect(page.get_by_role("heading", name="Отменено: 3")).to_be_focused()
        await page.keyboard.press("u")
        await page.wait_for_url("**/?kind=complaint*")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("t")
        await expect(page.locator(f"#{second} .state")).to_have_text("в работе")

        await page.keyboard.press("k")
        assert await screen.focused_row() == await page.locator("[data-row]").nth(0).get_attribute("id")
        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await page.wait_for_url(re.compile(r"/incidents/\d+"))
        await page.keyboard.press("r")
        await page.keyboard.type("Разговор соседей между собой")
        await page.keyboard.press("Enter")
        await expect(page.locator(".head .status")).to_have_text("отклонено")
        await expect(page.locator(".journal q").first).to_have_text("Разговор соседей между собой")

        await page.keyboard.press("u")
        await page.wait_for_url(f"**/?kind=complaint#{second}")
        await expect(page.locator(f"#{second}")).to_have_count(0)
        await page.get_by_role("link", name="Статистика").click()
        await expect(page.get_by_role("heading", name="Первые ответы за 7 дней")).to_be_visible()
        await expect(page.get_by_role("img")).to_be_visible()
        await page.get_by_role("button", name="Выйти").click()
        await page.wait_for_url("**/login")

        assert screen.complaints == []
        assert screen.hosts == {urlsplit(address).netloc}


async def test_a_line_opens_wherever_it_is_clicked_and_the_next_one_and_the_way_back_are_a_key_away(site: Site, address: str) -> None:
    async with open_screen(address) as screen:
        await screen.sign_in("vera")
        page = screen.page
        first, second = [await page.locator("[data-row]").nth(place).get_attribute("id") or "" for place in (0, 1)]

        await page.locator("[data-row] .due time").first.click()
        await page.wait_for_url(f"**/incidents/{first.removeprefix('incident-')}")
        await page.keyboard.press("n")
        await page.wait_for_url(f"**/incidents/{second.removeprefix('incident-')}")
        await page.keyboard.press("u")
        await page.wait_for_url(f"**/#{second}")
        await expect(page.locator(f"#{second} [data-open]")).to_be_focused()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Клавиши")).to_be_visible()
        await page.keyboard.press("j")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        assert await screen.focused_row() == second
        assert screen.complaints == []


async def test_the_list_renews_itself_and_keeps_the_focus_and_the_place(site: Site, address: str) -> None:
    async with open_screen(address) as screen:
        page = screen.page
        await screen.sign_in("anna")
        for _ in range(15):
            await page.keyboard.press("j")
        row = await screen.focused_row()
        before = await page.locator(f"#{row}").bounding_box()
        site.clock[0] = site.clock[0].replace(hour=14)

        answer = await screen.refresh()
        await expect(page.locator(".tabs .alarming").first).to_be_visible()

        assert answer.status == 200
        assert await screen.focused_row() == row
        assert await page.locator(f"#{row}").bounding_box() == before
        assert (await screen.refresh()).status == 304
        assert screen.complaints == []


async def test_a_reply_outlives_another_step_an_ended_session_and_a_network_that_is_away(
    site: Site, publishing: None, address: str
) -> None:
    async with open_screen(address) as screen:
        page = screen.page
        await screen.sign_in("anna")
        await page.context.set_offline(True)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator("#live")).to_contain_text("Нет связи с сервером. Список стоит с")
        await page.context.set_offline(False)
        await screen.refresh()
        await expect(page.locator("#live")).to_have_text("Связь есть, список снова обновляется.")

        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await page.wait_for_url(re.compile(r"/incidents/\d+"))
        await page.keyboard.press("w")
        await page.keyboard.type("Бригада приедет завтра.")
        await page.keyboard.press("Escape")
        await page.keyboard.press("t")
        await expect(page.locator(".head .status")).to_have_text("в работе")
        await expect(page.locator("[data-reply]")).to_have_value("Бригада приедет завтра.")
        await expect(page.locator("#ready-note")).to_have_text("Здесь то, что вы печатали и не отправили.")
        await page.set_viewport_size({"width": 360, "height": 640})
        assert await page.evaluate("document.documentElement.scrollWidth") == 360

        site.clock[0] = site.clock[0].replace(day=site.clock[0].day + 1)
        await page.locator("[data-reply]").press("Control+Enter")
        await page.wait_for_url(re.compile(r"/login\?next=%2Fincidents%2F\d+"))
        await page.get_by_label("Логин").fill("anna")
        await page.get_by_label("Пароль").fill(PASSWORD)
        await page.get_by_role("button", name="Войти").click()
        await expect(page.locator("[data-reply]")).to_have_value("Бригада приедет завтра.")
        await page.get_by_role("button", name="Опубликовать ответ").dblclick()
        await expect(page.locator(".reply-queued q")).to_have_text("Бригада приедет завтра.")
        await expect(page.locator("[data-reply]")).to_have_value("")
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.get_by_role("button", name="Отозвать").click()
        await expect(page.locator("[data-reply]")).to_have_value("Бригада приедет завтра.")
        await page.locator("[data-reply]").fill("Бригада приедет завтра в десять.")
        await page.reload()
        await expect(page.locator("[data-reply]")).to_have_value("Бригада приедет завтра в десять.")
        await page.get_by_role("link", name="← К очереди").click()
        await expect(page.locator("[data-row]").first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 360

        await page.set_viewport_size({"width": 320, "height": 640})
        await page.evaluate("document.querySelector('[data-row] .kind').textContent = 'предложение'")
        kind = await page.locator("[data-row] .kind").first.bounding_box()
        state = await page.locator("[data-row] .status").first.bounding_box()
        assert kind is not None
        assert state is not None
        assert kind["x"] + kind["width"] <= state["x"] or kind["y"] + kind["height"] <= state["y"]
        assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_the_slower_of_two_is_told_and_the_list_shows_who_was_faster(site: Site, address: str) -> None:
    await site.hire("boris", Role.COORDINATOR)
    async with open_screen(address) as slow, open_screen(address) as fast:
        await slow.sign_in("anna")
        await fast.sign_in("boris")
        await slow.page.keyboard.press("j")
        await fast.page.keyboard.press("j")
        row = await slow.focused_row()

        await fast.page.keyboard.press("t")
        await expect(fast.page.locator(f"#{row} .assignee")).to_have_text("Boris")
        await slow.page.keyboard.press("t")

        await expect(slow.page.get_by_role("status")).to_contain_text("Boris — раньше вас: «Взято в работу».")
        await expect(slow.page.locator(f"#{row} .assignee")).to_have_text("Boris")


async def test_everything_works_without_scripts(site: Site, address: str) -> None:
    async with open_screen(address, scripts=False) as screen:
        page = screen.page
        await screen.sign_in("anna")
        await page.get_by_label("Вид").select_option("жалоба")
        await page.get_by_role("button", name="Показать").click()
        row = await page.locator("[data-row]").first.get_attribute("id")
        await page.get_by_text("Выгрузить", exact=True).click()
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name="Скачать").click()
        assert (await waiting.value).suggested_filename.endswith(".xlsx")

        await page.locator(f"#{row}").get_by_role("button", name="Взять").click()
        await expect(page.locator(f"#{row} .state")).to_have_text("в работе")
        await page.locator(f"#{row} [data-mark]").check()
        await page.get_by_role("button", name="Закрыть…").click()
        await page.get_by_role("button", name="Закрыть", exact=True).click()
        await page.get_by_role("button", name="Отменить это").click()
        await expect(page.get_by_role("heading", name="Отменено: 1")).to_be_visible()
        await page.get_by_role("link", name="← К очереди").click()
        await page.locator(f"#{row} [data-open]").click()
        await page.get_by_label("Почему ответ не нужен").fill("Разговор соседей")
        await page.get_by_role("button", name="Отклонить").click()

        await expect(page.locator(".head .status")).to_have_text("отклонено")
        assert screen.hosts == {urlsplit(address).netloc}


async def test_keys_work_under_the_russian_layout_and_not_while_typing(site: Site, address: str) -> None:
    async with open_screen(address) as screen:
        page = screen.page
        await screen.sign_in("vera")

        await page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'о', bubbles: true }))")
        assert await screen.focused_row() != "None"
        await page.keyboard.press("/")
        await page.keyboard.type("jkt")
        await expect(page.get_by_role("searchbox")).to_have_value("jkt")
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        assert await screen.focused_row() != "None"
        await page.keyboard.press("t")

        assert screen.complaints == []
        await expect(page.get_by_role("status")).to_be_empty()


async def test_a_session_that_has_ended_leads_to_the_sign_in_page_which_tells_of_the_step_that_was_lost(site: Site, address: str) -> None:
    async with open_screen(address) as screen:
        page = screen.page
        await screen.sign_in("anna")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        row = await screen.focused_row()
        site.clock[0] = site.clock[0].replace(day=site.clock[0].day + 1)

        await page.keyboard.press("t")
        await expect(page.get_by_role("alert")).to_contain_text("последнее действие не выполнено")
        await page.get_by_label("Логин").fill("anna")
        await page.get_by_label("Пароль").fill(PASSWORD)
        await page.get_by_role("button", name="Войти").click()
        await expect(page.locator(f"#{row} [data-open]")).to_be_focused()
        await page.keyboard.press("t")
        await expect(page.locator(f"#{row} .state")).to_have_text("в работе")

        site.clock[0] = site.clock[0].replace(day=site.clock[0].day + 1)
        await screen.refresh()
        await page.wait_for_url("**/login?next=*")
        await expect(page.get_by_role("alert")).to_have_count(0)
