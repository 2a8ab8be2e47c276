"""Signing in and out by the pages."""

from datetime import timedelta
from functools import partial

import pytest

from app.console.addresses import local_address
from app.domain.errors import InvalidInput, NotFound
from app.domain.operator import Role
from app.storage.access import operators
from app.usecases.set_password import let_in
from app.usecases.shut_out import shut_out
from tests.console.browsing import HIDDEN, PASSWORD, Browser, words
from tests.console.conftest import Site
from tests.passwords import QUICK


async def test_whoever_signs_in_sees_the_queue_under_their_name(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()

    answer = await browser.sign_in("anna")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Anna, оператор" in words(browser.page.text).replace(" ,", ",")


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()

    cookies = (await browser.sign_in("anna")).headers.get_list("Set-Cookie")

    (session,) = [cookie for cookie in cookies if cookie.startswith("otklik_session=")]
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Secure" not in session
    assert "Max-Age" not in session


async def test_behind_https_cookies_are_for_https_only(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser(scheme="https")

    answer = await browser.sign_in("anna")

    (session,) = [cookie for cookie in answer.headers.get_list("Set-Cookie") if "otklik_session=" in cookie]
    assert "Secure" in session


async def test_a_wrong_password_is_said_without_telling_whether_the_login_exists(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()

    known = await browser.sign_in("anna", "не тот пароль")
    unknown = await browser.sign_in("nobody", "не тот пароль")

    assert (known.status_code, unknown.status_code) == (401, 401)
    assert words(known.text) == words(unknown.text)
    assert "Логин или пароль не подходит." in known.text


async def test_after_ten_failures_the_page_says_when_to_come_back(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()
    for _ in range(10):
        await browser.sign_in("anna", "не тот пароль")

    refused = await browser.sign_in("anna")
    site.clock[0] += timedelta(minutes=10)
    admitted = await browser.sign_in("anna")

    assert refused.status_code == 429
    assert "после 15:10" in refused.text
    assert admitted.status_code == 303


@pytest.mark.parametrize("token", ["", "придумано"])
async def test_a_sign_in_form_that_is_not_ours_is_refused(site: Site, token: str) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()
    await browser.open("/login")

    answer = await browser.send("/login", login="anna", password=PASSWORD, csrf_token=token)

    assert answer.status_code == 403


@pytest.mark.parametrize("field", ["csrf_token", "login", "password", "next"])
async def test_a_form_in_a_charset_of_somebodys_choice_is_refused_and_no_fault_of_ours(site: Site, field: str) -> None:
    browser = await site.browser()
    await browser.open("/login")
    found = HIDDEN.search(browser.page.text)
    assert found is not None
    fields = {"csrf_token": found.group(1), field: "/\\ud800"}

    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    answer = await browser.client.post("/login", content="".join([*parts, "--x--\r\n"]), headers=headers)

    assert answer.status_code == 422


async def test_two_open_sign_in_forms_both_work(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()
    first = await browser.open("/login")
    await browser.open("/login")
    browser.page = first

    assert (await browser.send("/login", login="anna", password=PASSWORD)).status_code == 303


async def test_signing_in_leads_to_the_page_that_was_asked_for(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()

    await browser.open("/?kind=complaint&mine=1")
    assert browser.page.url.path == "/login"
    answer = await browser.send("/login", login="anna", password=PASSWORD, next=browser.page.url.params["next"])

    assert answer.headers["Location"] == "/?kind=complaint&mine=1"


async def test_signing_in_never_leads_to_another_site(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()
    await browser.open("/login")

    answer = await browser.send("/login", login="anna", password=PASSWORD, next="//evil.test")

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "address", ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "javascript:alert(1)", "", None, "/" + "a" * 2000]
)
def test_an_address_that_is_not_ours_becomes_the_queue(address: str | None) -> None:
    assert local_address(address) == "/"


async def test_signing_out_ends_the_session_for_copies_of_the_cookie_too(site: Site, anna: Browser) -> None:
    copied = anna.client.cookies["otklik_session"]

    answer = await anna.send("/logout")

    thief = await site.browser()
    thief.client.cookies.set("otklik_session", copied)
    await thief.open("/")
    assert answer.headers["Location"] == "/login"
    assert thief.page.url.path == "/login"


async def test_whoever_signs_in_at_the_same_machine_ends_the_session_of_the_one_before(site: Site, anna: Browser) -> None:
    await site.hire("boris", Role.OPERATOR)
    copied, form = anna.client.cookies["otklik_session"], await (await site.browser()).open("/login")
    found = HIDDEN.search(form.text)
    assert found is not None
    anna.client.cookies.set("otklik_form", found.group(1))

    answer = await anna.send("/login", login="boris", password=PASSWORD, csrf_token=found.group(1))

    assert answer.status_code == 303
    later = await site.browser()
    later.client.cookies.set("otklik_session", copied)
    await later.open("/")
    assert later.page.url.path == "/login"


async def test_a_session_ends_twelve_hours_after_the_last_work(site: Site, anna: Browser) -> None:
    site.clock[0] += timedelta(hours=11)
    await anna.open("/")
    site.clock[0] += timedelta(hours=11)
    await anna.open("/")
    assert anna.page.url.path == "/"

    site.clock[0] += timedelta(hours=12)
    await anna.open("/")
    assert anna.page.url.path == "/login"


async def test_a_page_that_refreshes_itself_is_told_that_the_session_has_ended(site: Site, anna: Browser) -> None:
    site.clock[0] += timedelta(hours=13)

    answer = await anna.open("/queue", **{"X-Otklik-Refresh": "1"})

    assert answer.status_code == 401


async def test_whoever_is_shut_out_is_signed_out_and_comes_back_when_let_in_again(site: Site) -> None:
    await site.hire("anna", Role.OPERATOR)
    browser = await site.browser()
    await browser.sign_in("anna")

    await shut_out(site.console.database, "anna", now=site.clock[0])
    turned_away = await browser.open("/")
    refused = await browser.sign_in("anna")
    async with site.console.database.read() as session:
        (found,) = await operators.listed(session)
    admission = partial(let_in, site.console.database, "Anna", Role.VIEWER, login="anna", now=site.clock[0], hasher=QUICK)
    with pytest.raises(InvalidInput):
        await admission(password="short")
    still_refused = await browser.sign_in("anna")
    await admission(password=PASSWORD)
    admitted = await browser.sign_in("anna")

    assert (turned_away.url.path, refused.status_code) == ("/login", 401)
    assert (still_refused.status_code, admitted.status_code) == (401, 303)
    assert "Anna, наблюдатель" in words(browser.page.text).replace(" ,", ",")
    assert (found.login, found.token_count, found.registered.disabled_at) == ("anna", 0, site.clock[0])
    with pytest.raises(NotFound):
        await shut_out(site.console.database, "nobody", now=site.clock[0])
