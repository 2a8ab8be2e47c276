"""No page without a session, no form without its token, no step beyond the role."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from app.console.access import SESSION_COOKIE
from app.console.mount import console_router
from app.domain.operator import MAY, Act, Role
from app.usecases.sign_in import SESSION_LASTS
from connectors.sdk.contract import DIRECT_DIALOGUE, MessageType
from tests.console.browsing import Browser, words
from tests.console.conftest import Site
from tests.usecases.reading import PAGE, Reader, comment

OPEN = {"/login", "/static/{content_sum}/{name}"}
ANYBODY = None
FORMS = {
    "/logout": ANYBODY,
    "/steps": Act.WORK,
    "/steps/take": Act.WORK,
    "/incidents/{incident_id}/undo": Act.WORK,
    "/incidents/{incident_id}/take": Act.WORK,
    "/incidents/{incident_id}/assign": Act.ASSIGN,
    "/incidents/{incident_id}/reject": Act.WORK,
    "/incidents/{incident_id}/close": Act.WORK,
    "/incidents/{incident_id}/reopen": Act.WORK,
    "/incidents/{incident_id}/merge": Act.WORK,
    "/incidents/{incident_id}/places": Act.WORK,
    "/incidents/{incident_id}/places/add": Act.WORK,
    "/incidents/{incident_id}/verdict": Act.WORK,
    "/incidents/{incident_id}/reply": Act.WORK,
    "/incidents/{incident_id}/answers": Act.WORK,
    "/incidents/{incident_id}/answers/remove": Act.WORK,
    "/incidents/{incident_id}/withdraw": Act.WORK,
    "/labelling/{message_id}": Act.WORK,
    "/labelling/names/{name_id}": Act.ADMINISTER,
    "/labelling/models/rollback": Act.ADMINISTER,
    "/signals/masses/{mass_id}/merge": Act.WORK,
    "/signals/masses/{mass_id}/dismiss": Act.WORK,
    "/policies": Act.ADMINISTER,
    "/policies/preview": Act.ADMINISTER,
    "/texts": Act.REGISTER,
    "/texts/worth": Act.WORK,
    "/texts/{text_id}": Act.REGISTER,
    "/texts/{text_id}/remove": Act.REGISTER,
    "/routing": Act.ADMINISTER,
    "/routing/{rule_id}": Act.ADMINISTER,
    "/routing/{rule_id}/remove": Act.ADMINISTER,
    "/sources": Act.REGISTER,
    "/sources/{source_id}/pause": Act.REGISTER,
    "/sources/{source_id}/resume": Act.REGISTER,
    "/sources/{source_id}/crisis": Act.REGISTER,
    "/sources/{source_id}/calm": Act.REGISTER,
}


def addresses(method: str) -> list[str]:
    """Every path of the console that takes the method and wants a session."""
    found = iter_route_contexts(console_router().routes)
    return sorted({route.path for route in found if route.path and method in (route.methods or ())} - OPEN)


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


async def let_be(site: Site, who: str) -> Browser:
    """A browser of somebody who is not, or no longer, signed in; whose last page still holds the token of its forms."""
    if who == "a stranger":
        return await site.browser()
    browser = await site.enter(who.replace(" ", "-"), Role.ADMIN)
    assert browser.page.status_code == 200
    match who:
        case "who was away too long":
            site.clock[0] += SESSION_LASTS
        case "who has left":
            await change(site, "UPDATE operators SET disabled_at = now()")
        case "who signed out elsewhere":
            await change(site, "DELETE FROM sessions")
        case "who guesses":
            browser.client.cookies.set(SESSION_COOKIE, "A" * 43)
    return browser


async def change(site: Site, statement: str) -> None:
    async with site.console.database.write() as session:
        await session.execute(text(statement))


DESCRIPTION = "/api/openapi.json"
OPEN_TO_ALL = {"GET /healthz": 200, "GET /readyz": 503, "GET /login": 200, "POST /login": 403}
BY_WHAT_IS_SHOWN = {"POST /hooks/{network}/{source_id}": 422, "GET /static/{content_sum}/{name}": 404}


async def test_a_stranger_gets_from_the_whole_application_nothing_but_what_is_open(site: Site) -> None:
    stranger, told = await site.browser(), {}
    for route in iter_route_contexts(site.app.routes):
        for method in route.methods or () if route.path != DESCRIPTION else ():
            answer = await stranger.client.request(method, filled(route.path or ""), headers={"X-Otklik-Refresh": "1"})
            told[f"{method} {route.path}"] = answer.status_code

    assert len(told) > 130
    assert {address: status for address, status in told.items() if status != 401} == OPEN_TO_ALL | BY_WHAT_IS_SHOWN


def test_every_form_is_in_the_table_of_rights() -> None:
    assert addresses("POST") == sorted(FORMS)


async def test_whoever_is_not_signed_in_any_more_is_asked_to_and_changes_nothing(site: Site) -> None:
    for who in ("a stranger", "who guesses", "who signed out elsewhere", "who has left", "who was away too long"):
        visitor = await let_be(site, who)

        pages = {path: await visitor.client.get(filled(path)) for path in addresses("GET")}
        forms = {path: await visitor.send(filled(path), version=1) for path in FORMS}

        assert len(pages) > 4
        assert {(answer.status_code, answer.headers["Location"].partition("?next=%2F")[0]) for answer in pages.values()} == {
            (303, "/login")
        }, who
        assert {(answer.status_code, answer.headers["Location"].partition("?next=%2F")[0]) for answer in forms.values()} == {
            (303, "/login")
        }, who


@pytest.mark.parametrize("token", ["", "guessed"])
async def test_a_form_without_the_session_s_token_is_refused(site: Site, token: str) -> None:
    admin = await site.enter("admin", Role.ADMIN)

    statuses = {path: (await admin.send(filled(path), version=1, csrf_token=token)).status_code for path in FORMS}

    assert set(statuses.values()) == {403}, statuses


async def test_a_form_with_the_token_of_a_colleague_is_refused(site: Site, anna: Browser, boris: Browser) -> None:
    anna.page = boris.page

    assert (await anna.send("/logout")).status_code == 403


async def test_a_form_that_another_site_sent_is_refused_even_with_the_token(site: Site, anna: Browser) -> None:
    anna.client.headers["Sec-Fetch-Site"] = "cross-site"

    assert (await anna.send("/logout")).status_code == 403


@pytest.mark.parametrize("role", Role)
async def test_a_role_is_refused_exactly_what_it_may_not_do(site: Site, role: Role) -> None:
    browser = await site.enter("somebody", role)
    if Act.READ not in MAY[role]:
        assert browser.page.status_code == 403
        return

    refused = set()
    for path, act in FORMS.items():
        if act is not ANYBODY and (await browser.send(filled(path), version=1)).status_code == 403:
            refused.add(path)

    assert refused == {path for path, act in FORMS.items() if act is not ANYBODY and act not in MAY[role]}


async def test_a_role_without_reading_is_told_so_and_can_leave(site: Site) -> None:
    metrics = await site.enter("metrics", Role.METRICS)

    assert metrics.page.status_code == 403
    assert "Ваша роль («метрики») этого не позволяет." in words(metrics.page.text)


async def test_every_page_forbids_foreign_code_and_frames(site: Site, anna: Browser) -> None:
    for address in ("/", "/incidents/99", "/nowhere", "/statistics", "/sources"):
        answer = await anna.client.get(address)

        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")


async def test_who_answers_nobody_is_shown_no_private_address(site: Site, reader: Reader, anna: Browser, noon: datetime) -> None:
    for number, by in ((1, "770050177"), (2, PAGE), (3, "770050177")):
        url = f"https://vk.com/gim7?sel=770050177&msgid={number}"
        said = comment(number, f"Холодно! {number}", noon + timedelta(minutes=number), by=by)
        await reader.read(replace(said, type=MessageType.DIRECT, url=url, post_id=f"{DIRECT_DIALOGUE}770050177"), at=noon)
    await change(site, "UPDATE messages SET confidence = 0.1")
    vera = await site.enter("vera", Role.VIEWER)

    shown = {path: [(await browser.open(path)).text for browser in (anna, vera)] for path in ("/incidents/1", "/labelling", "/?status=all")}

    assert [path for path, (for_anna, _) in shown.items() if "sel=770050177" in for_anna] == ["/incidents/1", "/labelling"]
    assert [path for path, (_, for_vera) in shown.items() if "770050177" in for_vera] == []
    assert all(f"Холодно! {number}" in shown["/incidents/1"][1] for number in (1, 2, 3))
