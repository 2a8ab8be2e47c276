"""Secrets that a network wants in the path of the address: put there below everything that logs, shows or keeps addresses."""

import re
from collections.abc import Generator

import httpx

from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed

SECRET = "~secret~"  # noqa: S105
"""Stands in an address where the secret belongs; it survives the writing of an address as it is."""
WRITABLE = re.compile(r"[A-Za-z0-9._~:-]+")
EXTENSION = "otklik.secret"


class SecretInPath(httpx.Auth):
    """Hands the secret to `SecretPathTransport`, so that no variable, no `repr` and no log line ever holds an address with it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if not WRITABLE.fullmatch(self._credential.secret):
            raise AuthenticationFailed(f"the key {self._credential.name!r} holds characters that no address can hold")
        request.extensions = {**request.extensions, EXTENSION: self._credential}
        yield request


class SecretPathTransport(httpx.AsyncBaseTransport):
    """Writes the secret into the address of a copy of the request: what the client logs and keeps is the one without."""

    def __init__(self, below: httpx.AsyncBaseTransport) -> None:
        self._below = below

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._below.handle_async_request(_signed(request) if EXTENSION in request.extensions else request)

    async def aclose(self) -> None:
        await self._below.aclose()


def _signed(request: httpx.Request) -> httpx.Request:
    extensions = dict(request.extensions)
    credential = extensions.pop(EXTENSION)
    path = request.url.raw_path.replace(SECRET.encode(), credential.secret.encode())
    url = request.url.copy_with(raw_path=path)
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
