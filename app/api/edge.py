"""The outermost layer: security headers, a limit on bodies, and an answer for whatever nobody expected."""

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem
from app.storage.server.failures import is_away, is_full

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
DEFAULT_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Gives every answer the headers that it has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a request's body beyond a number of bytes, announced or not, before it is held in memory."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if announced.isdigit() and int(announced[:20]) > self.largest:
            await problem(413, "body-too-large", self._words())(scope, receive, send)
            return
        left = self.largest

        async def receive_counting() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, self._words())
            return message

        await self.app(scope, receive_counting if scope["type"] == "http" else receive, send)

    def _words(self) -> str:
        return f"The body is longer than {self.largest} bytes."


class LastResort:
    """Answers 503 when the database is away and 500 for a fault of ours, which is logged once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as error:  # the HTTP edge
            away = is_away(error)
            scope["app"].state.context.disk.note(error)
            log.error("request failed", method=scope["method"], path=scope["path"], error=type(error).__name__, exc_info=not away)
            if began:
                raise
            await (_database_trouble(error) if away else _unexpected())(scope, receive, send)


def _database_trouble(error: Exception) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if is_full(error):
        return problem(503, "database-full", "The database's disk is full: nothing can be stored until room is made.", headers=headers)
    return problem(503, "database-away", "The database cannot be reached just now: try again later.", headers=headers)


def _unexpected() -> Response:
    return problem(500, "unexpected", "Something went wrong on our side; it has been noted.")
