"""Every route asks for a token, and for a role that reaches far enough; a new route without one fails here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from sqlalchemy import text

from app.api.access import Requires
from app.domain.operator import MAY, Act, Role
from app.usecases.set_password import let_in
from app.usecases.shut_out import shut_out
from tests.api.conftest import Api
from tests.applications import application
from tests.architecture.tree import ROOT
from tests.passwords import QUICK

OPEN_TO_ALL = {"/healthz", "/readyz"}
BY_SETTING = {"/metrics"}
BY_SECRET = {"/hooks/{network}/{source_id}"}
"""Open by design: networks show the secret of the source in the event, not a token."""
SHAPELESS = "otk_short"
UNKNOWN = "otk_" + "A" * 43


def routes(app: FastAPI) -> list[RouteContext]:
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


def required(dependant: Dependant) -> Iterator[Act]:
    for one in dependant.dependencies:
        if isinstance(one.call, Requires):
            yield one.call.act
        yield from required(one)


def call_of(route: RouteContext) -> tuple[str, str]:
    """The method and an address of the route."""
    (method,) = route.methods or set()
    return method, "http://otklik.test" + re.sub(r"\{\w+\}", "1", route.path or "")


def without_the_act(act: Act) -> list[Role]:
    return [role for role in Role if act not in MAY[role]]


async def answers(api: Api, headers: dict[bytes, bytes]) -> dict[str, int]:
    """The status of every route that needs a token, under the given headers."""
    client = await api.client(None)
    found = {}
    for route in routes(api.app):
        if route.path not in OPEN_TO_ALL | BY_SECRET:
            method, address = call_of(route)
            found[f"{method} {route.path}"] = (await client.request(method, address, headers=headers)).status_code
    return found


def test_calls_that_the_documents_name_are_there(api: Api) -> None:
    pages = [page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md"))]
    named = {call for page in pages for call in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}-]+)[`?]", page)}
    there = {(method, bare(route.path or "")) for route in routes(api.app) for method in route.methods or ()}

    assert len(named) > 20
    assert {(method, bare(path)) for method, path in named} <= there


def bare(path: str) -> str:
    """The path without what its parameters are called, or are in an example."""
    return re.sub(r"\{\w+\}|(?<=/)\d+", "{}", path.removeprefix("/api/v1"))


def test_there_are_routes_to_look_at(api: Api) -> None:
    assert len(routes(api.app)) > 20


def test_every_route_of_the_api_asks_for_exactly_one_act(api: Api) -> None:
    exempt = OPEN_TO_ALL | BY_SETTING | BY_SECRET
    asking = {route.path: list(required(route.dependant)) for route in routes(api.app) if route.path not in exempt}
    assert not {path: acts for path, acts in asking.items() if len(acts) != 1}


async def test_a_webhook_takes_no_token_for_a_secret(api: Api) -> None:
    token = await api.token(Role.ADMIN)
    client = await api.client(None)
    for path in BY_SECRET:
        address = "http://otklik.test" + path.format(network="vk", source_id=1)
        answer = await client.post(address, json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 404


async def test_nothing_is_told_without_a_token(api: Api) -> None:
    assert set((await answers(api, {})).values()) == {401}


WRONG = {
    "no token of ours": f"Bearer {SHAPELESS}",
    "an unknown one": f"Bearer {UNKNOWN}",
    "another scheme": f"Basic {UNKNOWN}",
    "no token at all": "Bearer",
    "letters beyond ASCII": f"Bearer {UNKNOWN[:-1]}ё",
}


@pytest.mark.parametrize("shown", WRONG.values(), ids=WRONG)
async def test_nothing_is_told_for_a_wrong_token(api: Api, shown: str) -> None:
    assert set((await answers(api, {b"Authorization": shown.encode()})).values()) == {401}


async def test_a_lesser_role_is_refused_on_every_route(api: Api) -> None:
    for route in routes(api.app):
        for act in required(route.dependant):
            for role in without_the_act(act):
                client = await api.client(role)
                method, address = call_of(route)
                answer = await client.request(method, address)
                assert answer.status_code == 403, f"{method} {route.path} as {role}"
                assert answer.json()["type"] == "urn:otklik:problem:not-permitted"


async def test_a_missing_token_is_asked_for_by_name(api: Api) -> None:
    answer = await (await api.client(None)).get("/incidents")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_revoked_token_opens_nothing_any_more(api: Api, admin: httpx.AsyncClient) -> None:
    other = await api.secret_of("another administrator", Role.ADMIN)
    (one,) = [token for token in (await admin.get("/tokens")).json()["items"] if token["name"] == "another administrator"]

    assert (await admin.delete(f"/tokens/{one['id']}")).status_code == 204

    assert set((await answers(api, {b"Authorization": f"Bearer {other}".encode()})).values()) == {401}


async def test_a_disabled_operator_comes_in_no_more(api: Api, admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/incidents")).status_code == 200
    await shut_out(api.context.database, "admin", now=api.clock[0])
    shown = {b"Authorization": admin.headers["Authorization"].encode()}
    assert set((await answers(api, shown)).values()) == {401}

    await let_in(api.context.database, "admin", Role.ADMIN, login="admin", password="белые-ночи-47", now=api.clock[0], hasher=QUICK)
    assert (await admin.get("/incidents")).status_code == 401, "a token of the time before opens nothing"


@pytest.mark.parametrize("path", ["/incidents", "/incidents/export"])
async def test_the_use_of_a_token_is_noted_once_a_minute(api: Api, viewer: httpx.AsyncClient, path: str) -> None:
    seen = []
    for step in (0, 30, 90):
        api.clock[0] += timedelta(seconds=step)
        await viewer.get(path)
        async with api.context.database.read() as session:
            seen.append(await session.scalar(text("SELECT last_used_at FROM tokens")))

    first, second, third = seen
    assert first == second
    assert third == api.clock[0]


async def test_the_database_holds_no_token(api: Api) -> None:
    secret = await api.token(Role.ADMIN)
    async with api.context.database.read() as session:
        stored = await session.scalar(text("SELECT string_agg(t::text, ' ') FROM tokens t"))
    assert stored
    assert secret not in stored


@pytest.mark.parametrize("metrics_open", [True, False])
async def test_metrics_are_open_by_setting_else_for_those_who_may_scrape(api: Api, metrics_open: bool) -> None:
    app = application(replace(api.context, metrics_open=metrics_open))
    token = await api.token(Role.METRICS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://otklik.test") as client:
        stranger = await client.get("/metrics")
        scraper = await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})

    assert stranger.status_code == (200 if metrics_open else 401)
    assert scraper.status_code == 200
    assert scraper.headers["Content-Type"].startswith("text/plain")
    assert "otklik_incidents_open" in scraper.text
