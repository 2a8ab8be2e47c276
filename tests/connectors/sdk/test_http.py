"""Calls over real HTTP: what is tried again, what is not, and what never shows."""

import asyncio
import gzip
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from connectors.sdk.contract import Credential
from connectors.sdk.errors import (
    AuthenticationFailed,
    ConnectorError,
    OutcomeUnknown,
    QuotaExhausted,
    RateLimited,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.sdk.http import BearerToken, ConnectorHttp, HttpLimits, NotSent, outcome_of, redact
from connectors.sdk.testing import OpenLedger
from tests.connectors.patient import QUICK
from tests.connectors.sdk.flaky_server import IMPATIENT, SECRET, SHORT, Dripping, Dropped, Network, Stalled, client, network

STALLED = "a stalled answer"
BROKEN: dict[str, Callable[[], Response]] = {
    "HTTP 500": lambda: Response("sorry", 500),
    "HTTP 502 in JSON": lambda: JSONResponse({"response": 1}, 502),
    "HTML with 200": lambda: HTMLResponse("<html>Ведутся работы</html>"),
    "HTTP 403 in HTML": lambda: HTMLResponse("<html>blocked</html>", 403),
    "cut JSON": lambda: Response('{"response": {"ite', media_type="application/json"),
    "JSON cut within a letter": lambda: Response('{"text": "д'.encode()[:-1], media_type="application/json"),
    "an empty body": lambda: Response(b""),
    "a redirect": lambda: RedirectResponse("http://127.0.0.1:1/elsewhere"),
    "a dropped connection": Dropped,
    STALLED: Stalled,
    "a broken compression": lambda: Response(b"no gzip at all", headers={"Content-Encoding": "gzip"}),
}


def limits_for(name: str) -> HttpLimits:
    """Little patience only with what is not worth it: any other answer may be slow on a busy machine."""
    return IMPATIENT if name == STALLED else SHORT


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def read(opened: Network) -> object:
    return await opened.http.read(opened.asking, [opened.credential])


async def write(opened: Network) -> object:
    return await opened.http.write(opened.asking, [opened.credential])


@pytest.mark.parametrize("name", BROKEN)
async def test_a_read_survives_an_answer_that_is_broken_once(name: str) -> None:
    async with network([BROKEN[name]()], limits=limits_for(name)) as opened:
        assert await read(opened) == {"done": True}
        assert opened.outcomes == ["source_unavailable", "ok"]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_write_with_a_broken_answer_is_never_sent_again(name: str) -> None:
    async with network([BROKEN[name]()], limits=limits_for(name)) as opened:
        with pytest.raises(OutcomeUnknown):
            await write(opened)
        assert len(opened.received) == 1


async def test_a_read_gives_up_after_its_attempts_and_takes_a_new_place_for_each() -> None:
    async with network([Response("", 500)] * 5) as opened:
        with pytest.raises(SourceUnavailable):
            await read(opened)
        assert opened.outcomes == ["source_unavailable"] * QUICK.attempts
        assert len(opened.ledger.methods) == QUICK.attempts
        assert opened.ledger.held == 0


async def test_an_answer_that_drips_for_ever_is_cut_off() -> None:
    async with network([Dripping()], limits=replace(IMPATIENT, attempts=1)) as opened:
        with pytest.raises(SourceUnavailable):
            await read(opened)


@pytest.mark.parametrize("body", [b'"' + b"x" * 30_000 + b'"', gzip.compress(b'"' + b"x" * 30_000 + b'"')], ids=["plain", "compressed"])
async def test_a_body_beyond_the_bound_is_not_read_to_its_end(body: bytes) -> None:
    headers = {"Content-Encoding": "gzip"} if body[:1] == b"\x1f" else {}
    async with network([Response(body, headers=headers)]) as opened:
        with pytest.raises(UnexpectedResponse):
            await read(opened)


async def test_a_document_nested_beyond_measure_is_an_unreadable_answer() -> None:
    async with network([Response(b"[" * 9_000 + b"]" * 9_000)]) as opened:
        assert await read(opened) == {"done": True}


async def test_lone_surrogates_and_nul_in_json_are_read() -> None:
    async with network([Response(rb'{"text": "\ud83d \u0000"}')]) as opened:
        assert await read(opened) == {"text": "\ud83d \x00"}


async def test_too_many_calls_are_made_again_after_the_time_that_the_network_asks_for() -> None:
    async with network([JSONResponse({"wait": 0.01}), Response("", 429, headers={"Retry-After": "0"})]) as opened:
        assert await read(opened) == {"done": True}
        assert opened.outcomes == ["rate_limited", "rate_limited", "ok"]


async def test_a_wait_of_minutes_is_left_to_the_caller() -> None:
    async with network([JSONResponse({"wait": 300})]) as opened:
        with pytest.raises(RateLimited) as refusal:
            await read(opened)
        assert refusal.value.retry_after == 300
        assert opened.outcomes == ["rate_limited"]


@pytest.mark.parametrize("ask", ["read", "write"])
async def test_what_one_key_is_refused_another_is_asked_for(ask: str) -> None:
    async with network([JSONResponse({"wait": 300})]) as opened:
        keys = [opened.credential, Credential("kind", "another", SECRET)]
        assert await getattr(opened.http, ask)(opened.asking, keys) == {"done": True}
        assert opened.outcomes == ["rate_limited", "ok"]


async def test_when_every_key_is_refused_the_last_refusal_is_told() -> None:
    async with network([JSONResponse({"wait": 300}) for _ in range(3)]) as opened:
        with pytest.raises(RateLimited):
            await opened.http.read(opened.asking, [opened.credential, Credential("kind", "another", SECRET)])
        assert len(opened.received) == 2


async def test_a_write_that_is_refused_is_not_sent_again() -> None:
    async with network([JSONResponse({"wait": 0})]) as opened:
        with pytest.raises(RateLimited):
            await write(opened)
        assert len(opened.received) == 1


async def test_a_write_that_finds_no_connection_was_not_sent() -> None:
    async with client(f"http://127.0.0.1:{free_port()}/method/write") as opened:
        with pytest.raises(NotSent):
            await write(opened)
        assert opened.outcomes == ["source_unavailable"] * QUICK.attempts


@pytest.mark.parametrize("breaks", [1, QUICK.attempts])
async def test_a_write_whose_ledger_breaks_before_the_call_was_not_sent(breaks: int) -> None:
    async with network([JSONResponse({"done": True})]) as opened:
        http = ConnectorHttp(BreakingLedger(breaks), lambda method, outcome, seconds: None, QUICK)
        if breaks == QUICK.attempts:
            with pytest.raises(NotSent):
                await http.write(opened.asking, [opened.credential])
        else:
            assert await http.write(opened.asking, [opened.credential]) == {"done": True}
        await http.close()
        assert len(opened.received) == (breaks < QUICK.attempts)


class BreakingLedger:
    """Stands in a database that is away for the first calls."""

    def __init__(self, breaks: int) -> None:
        self.breaks = breaks
        self.whole = OpenLedger()

    @asynccontextmanager
    async def call(self, method: str, credentials: Sequence[Credential]) -> AsyncIterator[Credential]:
        self.breaks -= 1
        if self.breaks >= 0:
            raise ConnectionRefusedError
        async with self.whole.call(method, credentials) as credential:
            yield credential


async def test_a_spent_ledger_ends_the_call_before_it_begins() -> None:
    async with network([]) as opened:
        http = ConnectorHttp(SpentLedger(), lambda method, outcome, seconds: None, QUICK)
        with pytest.raises(QuotaExhausted):
            await http.read(opened.asking, [opened.credential])
        await http.close()
        assert not opened.received
        assert not opened.observed


class SpentLedger:
    """A ledger of which nothing is left today."""

    def call(self, method: str, credentials: Sequence[Credential]) -> AbstractAsyncContextManager[Credential]:
        raise QuotaExhausted("nothing left today", method=method)


async def test_a_cancelled_call_gives_its_place_back() -> None:
    async with network([Stalled()]) as opened:
        reading = asyncio.ensure_future(read(opened))
        await opened.has_received.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert opened.ledger.held == 0
        assert opened.outcomes == ["interrupted"]


async def test_the_secret_travels_in_the_header_only(caplog: pytest.LogCaptureFixture) -> None:
    for library in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, library)
    async with network([]) as opened:
        await read(opened)
    assert opened.call.url in caplog.text, "the library's own line about the call is there"
    assert opened.received[0]["headers"]["authorization"] == f"Bearer {SECRET}"
    assert opened.received[0]["form"] == {"owner_id": "-1"}
    assert SECRET not in opened.received[0]["path"] + caplog.text + repr(opened.call) + repr(opened.credential)


async def test_proxies_and_cookies_of_the_surroundings_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):  # which would spare this machine the way over the proxy in any case
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    async with network([JSONResponse({}, headers={"Set-Cookie": "track=1"})]) as opened:
        await read(opened)
        await read(opened)
        assert "cookie" not in opened.received[1]["headers"]


@pytest.mark.parametrize("name", [*BROKEN, "no connection"])
async def test_an_error_shows_no_secret_even_with_the_variables_of_its_frames(name: str) -> None:
    async with network([BROKEN.get(name, lambda: Response())() for _ in range(QUICK.attempts + 1)], limits=limits_for(name)) as opened:
        if name == "no connection":
            opened.call = replace(opened.call, url=f"http://127.0.0.1:{free_port()}/")
        for call in (read, write):
            with pytest.raises(ConnectorError) as caught:
                await call(opened)
            shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            assert SECRET not in "".join(shown.format())
            assert name != "no connection" or "no connection to 127.0.0.1" in str(caught.value)


@pytest.mark.parametrize("secret", ["line\nbreak", "кириллица", "tab\there"])
async def test_a_key_that_no_header_can_carry_is_a_dead_key_and_is_not_shown(secret: str) -> None:
    async with network([]) as opened:
        credential = Credential("kind", "the odd key", secret)
        opened.call = replace(opened.call, auth=BearerToken(credential))
        with pytest.raises(AuthenticationFailed, match="the odd key") as caught:
            await opened.http.read(opened.asking, [credential])
        assert secret not in str(caught.value)


async def test_a_long_form_can_go_in_parts() -> None:
    async with network([]) as opened:
        opened.call = replace(opened.call, multipart=True, form={"message": "длинный ответ " * 300})
        await read(opened)
        assert opened.received[0]["form"] == {"message": "длинный ответ " * 300}
        assert opened.received[0]["headers"]["content-type"].startswith("multipart/form-data")


def test_errors_have_names_for_metrics() -> None:
    assert outcome_of(RateLimited("", retry_after=1)) == "rate_limited"
    assert outcome_of(NotSent("")) == "source_unavailable"


def test_an_echoed_secret_is_struck_out() -> None:
    assert redact(f"key {SECRET} is bad", Credential("kind", "key", SECRET)) == "key [secret] is bad"
    assert redact("nothing", Credential("kind", "key", "")) == "nothing"
