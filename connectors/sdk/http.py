"""HTTP for connectors: time-outs, bounds, retries of reads; no secret ever in a text, a log, a `repr` or an address that is shown."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from typing import Any, Generic, TypeVar

import httpx

from connectors.sdk.contract import CallLedger, Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.sdk.refusals import blames_credential
from connectors.sdk.secret_path import SecretPathTransport

Value = TypeVar("Value")

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of a connector's calls: seconds, bytes, counts. `call_seconds` ends even an answer that drips for ever."""

    connect_seconds: float = 5.0
    read_seconds: float = 20.0
    call_seconds: float = 60.0
    connections: int = 20
    body_bytes: int = 16 * 1024 * 1024
    attempts: int = 4
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One call of a network's method. Its parameters travel in the body and so show in no address and no log.

    They are a form, or a JSON document where there is one.
    """

    method: str
    url: str
    form: Mapping[str, str] = field(repr=False)
    auth: httpx.Auth | None = None
    multipart: bool = False
    document: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LongCall:
    """A call that the network leaves open for up to `seconds` until it has something to tell; its parameters stand in the address."""

    name: str
    url: str
    query: Mapping[str, str] = field(repr=False)
    seconds: float
    auth: httpx.Auth | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A readable answer: the body as it came and the JSON document in it."""

    status: int
    raw: bytes = field(repr=False)
    document: Any = field(repr=False)


class NotSent(SourceUnavailable):
    """The call never left us, so that even a write may be made again."""


class SecretInHeader(httpx.Auth):
    """Puts the secret into a header at the last moment, so that no variable and no `repr` ever holds it."""

    def __init__(self, credential: Credential, header: str, before: str = "") -> None:
        self._credential = credential
        self._header = header
        self._before = before

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if not (self._credential.secret.isascii() and self._credential.secret.isprintable()):
            raise AuthenticationFailed(f"the key {self._credential.name!r} holds characters that no key has")
        request.headers[self._header] = f"{self._before}{self._credential.secret}"
        yield request


class BearerToken(SecretInHeader):
    """The secret where OAuth wants it."""

    def __init__(self, credential: Credential) -> None:
        super().__init__(credential, "Authorization", "Bearer ")


@dataclass(frozen=True, slots=True)
class Asking(Generic[Value]):
    """What is asked of a network: the method, the call as each credential makes it, and how to read what comes back."""

    method: str
    call_by: Callable[[Credential], HttpCall]
    decode: Callable[[Received, Credential], Value]


class ConnectorHttp:
    """The connections of one connector; the owner closes them with `close`. Which credential makes a call is the ledger's choice.

    With `decodes_429` a network's own word for calling too often, in its JSON, goes to `decode` like other refusals.
    """

    def __init__(
        self,
        ledger: CallLedger,
        observe: Callable[[str, str, float], None],
        limits: HttpLimits | None = None,
        *,
        jitter: Random | None = None,
        decodes_429: bool = False,
    ) -> None:
        self._ledger = ledger
        self._observe = observe
        self._limits = limits or HttpLimits()
        self._decodes_429 = decodes_429
        self._jitter = jitter or Random()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds, pool=self._limits.call_seconds),
            transport=SecretPathTransport(
                httpx.AsyncHTTPTransport(
                    verify=trusted_authorities(),
                    limits=httpx.Limits(max_connections=self._limits.connections, max_keepalive_connections=self._limits.connections),
                    trust_env=False,
                )
            ),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    async def read(self, asking: Asking[Value], credentials: Sequence[Credential]) -> Value:
        """What `decode` makes of the answer, which raises the network's refusals.

        Tried again while the network is away, and with the other credentials when one is refused.
        """
        attempt, refusals = 1, 0
        while True:
            try:
                return await self._attempt(asking, self._ledger.call(asking.method, credentials))
            except ConnectorError as error:
                pause = self._pause_before_reading(error, attempt)
                if pause is None and not is_another_left(error, refusals, credentials):
                    raise
            if pause is None:
                refusals += 1
            else:
                await asyncio.sleep(pause)
                attempt += 1

    async def write(self, asking: Asking[Value], credentials: Sequence[Credential]) -> Value:
        """As `read`, but sent once: `OutcomeUnknown` when it left and no readable answer came back.

        A refused write had no effect, so that another credential may be let do what one was denied.
        """
        attempt, refusals = 1, 0
        while True:
            try:
                return await self._attempt(asking, self._place_to_write(asking.method, credentials))
            except NotSent:
                if attempt >= self._limits.attempts:
                    raise
            except (SourceUnavailable, UnexpectedResponse) as error:
                raise OutcomeUnknown(f"{error}; the call had left") from error
            except ConnectorError as error:
                if not is_another_left(error, refusals, credentials, is_write=True):
                    raise
                refusals += 1
                continue
            await asyncio.sleep(self._pause(attempt))
            attempt += 1

    async def wait(self, call: LongCall, decode: Callable[[Received], Value]) -> Value:
        """What `decode` makes of the answer to a call that stands open; made once, outside of any budget, as such calls are free."""
        outcome, started = "interrupted", time.perf_counter()
        timeout = httpx.Timeout(self._limits.read_seconds + call.seconds, connect=self._limits.connect_seconds)
        try:
            async with asyncio.timeout(self._limits.call_seconds + call.seconds):
                async with self._open_long(call, timeout) as answer:
                    raw = await self._read_body(call.name, answer)
            value = decode(self._received(call.name, answer, raw))
            outcome = "ok"
        except ConnectorError as error:
            outcome = outcome_of(error)
            raise
        except (httpx.RequestError, TimeoutError) as error:
            outcome = "source_unavailable"
            raise SourceUnavailable(f"{call.name}: the call broke off ({type(error).__name__})") from None
        finally:
            self._observe(call.name, outcome, time.perf_counter() - started)
        return value

    async def close(self) -> None:
        """Gives back the connections."""
        await self._client.aclose()

    def _pause(self, attempt: int) -> float:
        """Seconds before the next attempt: doubled each time, up to half more at random."""
        pause = self._limits.first_pause_seconds * float(2 ** (attempt - 1))
        return min(pause, self._limits.longest_pause_seconds) * self._jitter.uniform(1.0, 1.5)

    def _pause_before_reading(self, error: ConnectorError, attempt: int) -> float | None:
        """Seconds after which the same may be asked again, `None` when waiting here would not help."""
        if not isinstance(error, SourceUnavailable | RateLimited) or attempt >= self._limits.attempts:
            return None
        asked = error.retry_after if isinstance(error, RateLimited) else 0.0
        return max(asked, self._pause(attempt)) if asked <= self._limits.longest_pause_seconds else None

    @asynccontextmanager
    async def _place_to_write(self, method: str, credentials: Sequence[Credential]) -> AsyncIterator[Credential]:
        """The ledger's place; where the ledger itself breaks before it gives one, nothing has left us."""
        async with AsyncExitStack() as stack:
            try:
                credential = await stack.enter_async_context(self._ledger.call(method, credentials))
            except ConnectorError:
                raise
            except Exception as error:
                raise NotSent(f"{method}: no right to call could be had just now ({type(error).__name__})") from error
            yield credential

    async def _attempt(self, asking: Asking[Value], place: AbstractAsyncContextManager[Credential]) -> Value:
        # `decode` runs inside the ledger's place, so that the ledger sees a refusal pass through it.
        async with place as credential:
            outcome, started = "interrupted", time.perf_counter()
            try:
                value = asking.decode(await self._send(asking.call_by(credential)), credential)
                outcome = "ok"
            except ConnectorError as error:
                outcome = outcome_of(error)
                raise
            finally:
                self._observe(asking.method, outcome, time.perf_counter() - started)
            return value

    async def _send(self, call: HttpCall) -> Received:
        # "from None": the frames below hold the header with the secret, and some log formatters print variables of frames.
        try:
            async with asyncio.timeout(self._limits.call_seconds), self._open(call) as answer:
                raw = await self._read_body(call.method, answer)
        except NOT_CONNECTED as error:
            raise NotSent(f"{call.method}: no connection to {httpx.URL(call.url).host} ({type(error).__name__})") from None
        except (httpx.RequestError, TimeoutError) as error:
            raise SourceUnavailable(f"{call.method}: the call broke off ({type(error).__name__})") from None
        return self._received(call.method, answer, raw)

    def _open_long(self, call: LongCall, timeout: httpx.Timeout) -> AbstractAsyncContextManager[httpx.Response]:
        return self._client.stream("GET", call.url, params=dict(call.query), auth=call.auth, timeout=timeout)

    def _open(self, call: HttpCall) -> AbstractAsyncContextManager[httpx.Response]:
        if call.document is not None:
            return self._client.stream("POST", call.url, auth=call.auth, content=json_body(call.document), headers=JSON_HEADERS)
        if call.multipart:
            return self._client.stream("POST", call.url, auth=call.auth, files={name: (None, value) for name, value in call.form.items()})
        return self._client.stream("POST", call.url, auth=call.auth, data=dict(call.form))

    def _received(self, method: str, answer: httpx.Response, raw: bytes) -> Received:
        if answer.status_code >= 500:
            raise SourceUnavailable(f"{method}: HTTP {answer.status_code}")
        too_many = answer.status_code == 429
        if too_many and not self._decodes_429:
            raise RateLimited(f"{method}: HTTP 429", retry_after=_retry_after(answer), too_fast=True)
        try:
            document = json.loads(raw)
        except (ValueError, RecursionError):
            if too_many:
                raise RateLimited(f"{method}: HTTP 429", retry_after=_retry_after(answer), too_fast=True) from None
            raise SourceUnavailable(f"{method}: HTTP {answer.status_code} without readable JSON") from None
        return Received(answer.status_code, raw, document)

    async def _read_body(self, method: str, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > self._limits.body_bytes:
                raise UnexpectedResponse(f"{method}: the answer is longer than {self._limits.body_bytes} bytes")
        return bytes(body)


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Whose certificates are believed: read once a process, as that takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


def json_body(document: Mapping[str, Any]) -> bytes:
    """A document as it travels: Russian letters as they are, which are a third of what their escapes would be."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def is_another_left(error: ConnectorError, refusals: int, credentials: Sequence[Credential], *, is_write: bool = False) -> bool:
    """Whether another credential may do what this one was refused, after so many refusals before."""
    if error.is_remembered or refusals + 1 >= len(credentials):
        return False
    return blames_credential(error) or (is_write and isinstance(error, AccessDenied))


def outcome_of(error: ConnectorError) -> str:
    """The name of an error as a metric label: `RateLimited` is "rate_limited"."""
    name = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == ConnectorError.__module__)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def redact(text: str, credential: Credential) -> str:
    """The text without the credential's secret, should a network ever echo it."""
    return text.replace(credential.secret, "[secret]") if credential.secret else text


def _retry_after(answer: httpx.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() else 1.0
