"""A server that answers each call with the next of the given answers, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from connectors.sdk.contract import Credential
from connectors.sdk.emulation.loopback import serve
from connectors.sdk.errors import RateLimited
from connectors.sdk.http import Asking, BearerToken, ConnectorHttp, HttpCall, HttpLimits, Received
from connectors.sdk.testing import OpenLedger
from tests.connectors.patient import QUICK

SECRET = "the-secret-of-the-key"
SHORT = replace(QUICK, body_bytes=20_000)
IMPATIENT = replace(SHORT, read_seconds=0.5, call_seconds=1.0)
"""For a server that never gets done."""


class Dropped(Response):
    """Promises a body and breaks off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})


class Stalled(Response):
    """Keeps the caller waiting until it hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue


class Dripping(Response):
    """Sends a byte now and then, for ever: no single wait is too long, only the whole is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not await is_left(receive, after_seconds=0.1):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})


async def is_left(receive: Receive, *, after_seconds: float) -> bool:
    """Whether the caller hangs up within the time."""
    try:
        async with asyncio.timeout(after_seconds):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return False
    return True


@dataclass
class Network:
    """A client of the server, and all that was seen of its calls."""

    http: ConnectorHttp
    call: HttpCall
    credential: Credential
    ledger: OpenLedger
    observed: list[tuple[str, str, float]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list, repr=False)
    has_received: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def asking(self) -> Asking[Any]:
        return Asking(self.call.method, lambda credential: self.call, document_of)

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _, outcome, _ in self.observed]


def document_of(received: Received, credential: Credential) -> Any:
    """The whole document; a "wait" in it is the network's refusal of too many calls."""
    if isinstance(received.document, dict) and "wait" in received.document:
        raise RateLimited("too many calls", retry_after=float(received.document["wait"]))
    return received.document


@asynccontextmanager
async def network(answers: Sequence[Response], *, limits: HttpLimits = SHORT, path: str = "/method/read") -> AsyncIterator[Network]:
    """A running server and a client of it; after the last answer every call is answered `{"done": true}`."""
    left: Iterator[Response] = iter(answers)
    seen: list[dict[str, Any]] = []
    has_received = asyncio.Event()

    async def answer(request: Request) -> Response:
        form = await request.form()
        seen.append({"path": str(request.url), "headers": dict(request.headers), "form": dict(form)})
        has_received.set()
        return next(left, JSONResponse({"done": True}))

    async with serve(Starlette(routes=[Route(path, answer, methods=["POST"])])) as base_url, client(base_url + path, limits) as opened:
        opened.received, opened.has_received = seen, has_received
        yield opened


@asynccontextmanager
async def client(url: str, limits: HttpLimits = SHORT) -> AsyncIterator[Network]:
    """A client of any address."""
    ledger, observed = OpenLedger(), list[tuple[str, str, float]]()
    credential = Credential("kind", "the city's key", SECRET)
    http = ConnectorHttp(ledger, recorder(observed), limits)
    try:
        yield Network(http, HttpCall("read", url, {"owner_id": "-1"}, BearerToken(credential)), credential, ledger, observed)
    finally:
        await http.close()


def recorder(observed: list[tuple[str, str, float]]) -> Callable[[str, str, float], None]:
    return lambda method, outcome, seconds: observed.append((method, outcome, seconds))
