"""Where networks push events. Open to anybody by design: what counts is the secret in the event."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.context import Context
from app.api.edge import RETRY_AFTER_SECONDS
from app.api.parameters import SourcePath
from app.api.problems import responses
from app.domain.errors import NotFound
from app.storage.engine import DATABASE_ERRORS
from app.storage.server.failures import is_away
from app.telemetry.metrics import HOOKS
from app.usecases.receive_webhook import receive_webhook
from connectors.sdk.errors import UnexpectedResponse

PREFIX = "/hooks/"
BODY_SECONDS = 5.0
"""A body that takes longer is somebody holding connections open: networks send theirs at once."""

router = APIRouter(tags=["hooks"])
NetworkPath = Annotated[str, Path(max_length=20, pattern=r"^[a-z]+$", examples=["vk"])]


@router.post(
    PREFIX + "{network}/{source_id}",
    operation_id="receive_webhook",
    response_class=PlainTextResponse,
    responses={
        200: {"description": "The network's own acknowledgement.", "content": {"text/plain": {"example": "ok"}}},
        **responses(400, 403, 404, 405, 408, 413, 422, 503),
    },
)
async def receive(request: Request, context: Context, network: NetworkPath, source_id: SourcePath) -> PlainTextResponse:
    """Takes an event that a network pushes: stored by its id before it is acknowledged, so that repeats are harmless."""
    if context.door is None:
        raise NotFound("webhook of source", source_id)
    body = await _body(request)
    try:
        answer = await receive_webhook(context.door, network, source_id, request.headers, body)
    except UnexpectedResponse as error:
        raise HTTPException(400, f"The body is no event: {error}") from error
    except DATABASE_ERRORS as error:  # told to the network, which comes again, and counted; a log of every event would drown the rest
        if not is_away(error):
            raise
        context.disk.note(error)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise HTTPException(503, "The database cannot be reached just now: deliver this again later.", headers) from error
    return PlainTextResponse(answer)


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError:
        raise HTTPException(408, f"The body did not arrive within {BODY_SECONDS:g} seconds.", {"Connection": "close"}) from None
    except ClientDisconnect:
        raise HTTPException(400, "The body broke off.") from None


class HookCounter:
    """Counts every request to a webhook by the status it was answered with, also those refused before any route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return

        async def send_counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                HOOKS.labels(str(message["status"])).inc()
            await send(message)

        await self.app(scope, receive, send_counting)
