"""Whatever is wrong with a request, the answer is a problem document, and never a fault of ours."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.storage.engine import Database, create_engine
from tests.api.conftest import Api
from tests.applications import application
from tests.databases import TestServer

HUGE = "9" * 400
NUMBERS = ["0", "-1", "1.5", "x", HUGE, str(2**63), "%00", "%F0%9F%98%80", "%ED%A0%80", "1e3", "NaN"]
MOMENTS = [
    "x",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-13-01",
    HUGE,
    "1700000000",
    "%00",
    "-1",
    "2026-03-11T25:00:00Z",
    "inf",
]
CURSORS = ["x", "AAAA", "W10", "WyJkdWUiXQ", "bnVsbA", HUGE, "%00", "WyJkdWUiLHRydWUsIngiLDFd", "eyJhIjoxfQ", "////"]
WORDS = ["'", '"', "a & | !", "<->", "\\", "%", "((", "😀", "дом -улица", "*", "a:*", "+", "\t"]
TEXTS = ["%00", "a%00b", "", "a" * 201]


def assert_is_problem(answer: httpx.Response, status: int | None = None) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail"}
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("urn:otklik:problem:")
    if status is not None:
        assert answer.status_code == status


async def refusals(client: httpx.AsyncClient, address: str, values: list[str]) -> dict[str, int]:
    """The status under each value; every refusal must be a problem document."""
    found = {}
    for value in values:
        answer = await client.get(address.format(value))
        if answer.status_code != 200:
            assert_is_problem(answer)
        found[value] = answer.status_code
    return found


@pytest.mark.parametrize("path", ["/incidents/{}", "/incidents/{}/thread", "/incidents/{}/events", "/sources/{}", "/authorities/{}"])
async def test_a_number_that_is_none_is_refused_in_a_path(viewer: httpx.AsyncClient, path: str) -> None:
    assert set((await refusals(viewer, path, NUMBERS)).values()) == {422}


async def test_a_number_that_is_none_is_refused_in_a_filter_by_name(viewer: httpx.AsyncClient) -> None:
    for name in ("authority_id", "source_id", "assignee_id", "limit"):
        assert set((await refusals(viewer, f"/incidents?{name}={{}}", NUMBERS)).values()) == {422}
        answer = await viewer.get(f"/incidents?{name}=x")
        assert answer.json()["errors"][0]["field"] == name


@pytest.mark.parametrize("address", ["/incidents?published_from={}", "/incidents?published_to={}", "/statistics/first-answer?from={}"])
async def test_an_absurd_moment_is_refused(viewer: httpx.AsyncClient, address: str) -> None:
    assert set((await refusals(viewer, address, MOMENTS)).values()) == {422}


@pytest.mark.parametrize("address", ["/incidents?", "/incidents?sort=published&", "/messages?", "/sources?", "/authorities?"])
async def test_a_cursor_of_nothing_is_refused(viewer: httpx.AsyncClient, address: str) -> None:
    assert set((await refusals(viewer, f"{address}cursor={{}}", CURSORS)).values()) == {422}


async def test_a_text_that_cannot_be_searched_is_refused(viewer: httpx.AsyncClient) -> None:
    for name in ("q", "topic"):
        assert set((await refusals(viewer, f"/incidents?{name}={{}}", TEXTS)).values()) == {422}


async def test_any_words_may_be_searched(viewer: httpx.AsyncClient) -> None:
    for words in WORDS:
        assert (await viewer.get("/incidents", params={"q": words})).status_code == 200
    assert (await viewer.get("/incidents?q=%ED%A0%80")).status_code == 200


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "a bare number": b"1",
    "not a number": b'{"name": NaN}',
    "NUL": b'{"name": "a\\u0000b"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a surrogate for a name": b'{"\\ud800": 1}',
    "NUL for a name": b'{"\\u0000": 1}',
    "too long": b'{"name": "' + b"a" * 300 + b'"}',
    "no UTF-8": b'{"name": "\xff"}',
    "depth": b"[" * 100_000,
    "a number beyond all": b'{"name": ' + b"9" * 5000 + b"}",
    "twice the name": b'{"name": 1, "name": ["x"]}',
}


async def test_a_body_that_makes_no_sense_is_refused(admin: httpx.AsyncClient) -> None:
    for name, body in BODIES.items():
        answer = await admin.post("/authorities", content=body, headers={"Content-Type": "application/json"})
        assert_is_problem(answer)
        assert answer.status_code in {400, 422}, name


async def test_a_body_of_another_kind_is_refused(admin: httpx.AsyncClient) -> None:
    assert_is_problem(await admin.post("/authorities", content=b"name=x", headers={"Content-Type": "text/plain"}), 422)


async def test_a_body_beyond_a_megabyte_is_refused(admin: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"a" * 50_000

    named = await admin.post("/authorities", content=b"a" * 1_000_001, headers={"Content-Type": "application/json"})
    unnamed = await admin.post("/authorities", content=endless(), headers={"Content-Type": "application/json"})

    assert_is_problem(named, 413)
    assert_is_problem(unnamed, 413)


async def test_an_unknown_address_and_a_wrong_method_are_problems(viewer: httpx.AsyncClient) -> None:
    assert_is_problem(await viewer.get("/nothing"), 404)
    refused = await viewer.put("/incidents")
    assert_is_problem(refused, 405)
    assert refused.headers["Allow"] == "GET"


async def test_a_period_that_ends_before_it_begins_is_refused(viewer: httpx.AsyncClient) -> None:
    assert_is_problem(await viewer.get("/statistics/first-answer?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"), 422)


async def test_every_answer_carries_the_headers_that_guard_a_browser(viewer: httpx.AsyncClient) -> None:
    for path in ("/incidents", "/nothing"):
        headers = (await viewer.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_a_database_that_is_away_is_told_as_such(api: Api, server: TestServer) -> None:
    nowhere = Database(create_engine(server.url_of("test_that_is_not_there"), pool_size=1))
    unreachable = Database(create_engine("postgresql://127.0.0.1:1/otklik", pool_size=1))
    headers = {"Authorization": f"Bearer {'otk_' + 'A' * 43}"}
    for database in (nowhere, unreachable):
        app = application(replace(api.context, database=database))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://otklik.test") as client:
            answer = await client.get("/api/v1/incidents", headers=headers)
            ready = await client.get("/readyz")
            alive = await client.get("/healthz")
        await database.close()
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:otklik:problem:database-away")
        assert answer.headers["Retry-After"] == "5"
        assert (ready.status_code, ready.json()["missing"]) == (503, ["database"])
        assert alive.status_code == 200


async def test_a_commit_that_fails_never_looks_like_success_and_is_logged_once(api: Api, admin: httpx.AsyncClient) -> None:
    async with api.context.database.write() as session:
        await session.execute(
            text("CREATE FUNCTION refuse_names() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'")
        )
        await session.execute(
            text(
                "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON authorities DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION refuse_names()"
            )
        )

    with capture_logs() as logs:
        answer = await admin.post("/authorities", json={"name": "Теплосеть"})

    assert [(line["event"], line["error"]) for line in logs] == [("request failed", "DBAPIError")]
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:otklik:problem:unexpected")
    assert (await admin.get("/authorities")).json()["items"] == []
