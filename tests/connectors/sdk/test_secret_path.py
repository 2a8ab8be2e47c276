"""A secret that a network wants in its address comes there, and is seen nowhere else."""

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sdk.contract import Credential
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.errors import AuthenticationFailed, ConnectorError, RateLimited, SourceUnavailable
from connectors.sdk.http import Asking, ConnectorHttp, HttpCall, LongCall, Received
from connectors.sdk.secret_path import SECRET, SecretInPath
from connectors.sdk.testing import OpenLedger
from tests.connectors.patient import QUICK
from tests.connectors.sdk.flaky_server import Dropped

TOKEN = "5000000001:AAtoken_of-a.bot~1"


def answer_of(request: Request) -> Response:
    match request.path_params["method"]:
        case "dropped":
            return Dropped()
        case "flood":
            return JSONResponse({"wait": 7}, 429)
        case _:
            return JSONResponse(request.path_params["secret"])


@asynccontextmanager
async def site() -> AsyncIterator[tuple[str, ConnectorHttp]]:
    app = Starlette(routes=[Route("/bot{secret}/{method}", answer_of, methods=["GET", "POST"])])
    async with serve(app) as address:
        http = ConnectorHttp(OpenLedger(), lambda *call: None, QUICK, decodes_429=True)
        try:
            yield address, http
        finally:
            await http.close()


BOT = Credential("bot", "the bot", TOKEN)


async def ask(http: ConnectorHttp, address: str, method: str, bot: Credential = BOT) -> object:
    def call_by(credential: Credential) -> HttpCall:
        return HttpCall(method, f"{address}/bot{SECRET}/{method}", {"a": "b"}, SecretInPath(credential))

    def decode(received: Received, credential: Credential) -> object:
        if received.status == 429:
            raise RateLimited("too many", retry_after=received.document["wait"])
        return received.document

    return await http.read(Asking(method, call_by, decode), [bot])


async def test_the_network_sees_the_secret_and_no_log_no_error_and_no_call_does(caplog: pytest.LogCaptureFixture) -> None:
    for library in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, library)
    async with site() as (address, http):
        assert await ask(http, address, "me") == TOKEN
        long = LongCall("wait", f"{address}/bot{SECRET}/wait", {"offset": "1"}, 1.0, SecretInPath(BOT))
        assert await http.wait(long, lambda received: received.document) == TOKEN
        with pytest.raises(SourceUnavailable) as caught:
            await ask(http, address, "dropped")
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    shown = [*told, repr(long), repr(caught.value), caplog.text]
    assert "~secret~" in caplog.text, "the library's own line about the call is there"
    assert not [text for text in shown if "AAtoken" in text]


async def test_a_networks_own_word_for_too_many_calls_is_read() -> None:
    async with site() as (address, http):
        with pytest.raises(RateLimited) as caught:
            await ask(http, address, "flood")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("secret", ["", "a/../b", "a?b", "a b", "ключ"])
async def test_a_secret_that_no_address_can_hold_is_a_dead_key_and_is_not_shown(secret: str) -> None:
    async with site() as (address, http):
        with pytest.raises(AuthenticationFailed) as caught:
            await ask(http, address, "me", Credential("bot", "the bot", secret))
    assert isinstance(caught.value, ConnectorError)
    assert not secret or secret not in str(caught.value)
