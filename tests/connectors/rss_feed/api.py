"""Calls to the feeds, and the only table from their statuses to our errors."""

import time
from xml.etree import ElementTree

import httpx

from connectors.sdk.contract import ConnectorContext, Credential
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, RateLimited, SourceGone, SourceUnavailable
from connectors.sdk.http import BearerToken, outcome_of


class RssApi:
    """The connection to the blogs."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._client = httpx.AsyncClient(base_url=context.base_url, trust_env=False, timeout=20)

    async def feed(self, method: str, path: str, page: int) -> tuple[bytes, list[ElementTree.Element]]:
        """The body of one page of a feed and its items, newest first."""
        if not self._context.credentials:
            raise AuthenticationFailed("no key for the blogs has been given")
        async with self._context.ledger.call(method, self._context.credentials) as credential:
            outcome, started = "interrupted", time.perf_counter()
            try:
                raw = await self._get(path, page, credential)
                outcome = "ok"
            except ConnectorError as error:
                outcome = outcome_of(error)
                raise
            finally:
                self._context.observe(method, outcome, time.perf_counter() - started)
        return raw, items_of(raw)

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str, page: int, credential: Credential) -> bytes:
        try:
            answer = await self._client.get(path, params={"paged": page}, auth=BearerToken(credential))
        except httpx.RequestError as error:
            raise SourceUnavailable(f"{path}: no answer ({type(error).__name__})") from None
        if answer.status_code != 200:
            raise refusal(answer.status_code, path)
        return answer.content


def refusal(status: int, path: str) -> ConnectorError:
    """What a status means to the core."""
    match status:
        case 401:
            return AuthenticationFailed(f"{path}: the key is not valid")
        case 403:
            return AccessDenied(f"{path}: the blog is closed")
        case 404 | 410:
            return SourceGone(f"{path}: there is no such feed")
        case 429:
            return RateLimited(f"{path}: too many calls", retry_after=1, too_fast=True)
        case _:
            return SourceUnavailable(f"{path}: HTTP {status}")


def items_of(raw: bytes) -> list[ElementTree.Element]:
    try:
        return list(ElementTree.fromstring(raw).iter("item"))
    except ElementTree.ParseError:
        raise SourceUnavailable("the feed is no readable XML") from None
