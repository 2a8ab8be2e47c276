"""Changes under an Idempotency-Key: a request that is sent again gets its first answer again, and nothing happens twice.

The answer is kept in the transaction of its effect: either both are there or neither.
"""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from app.domain.operator import OperatorId
from app.storage import idempotency
from app.storage.idempotency import KeptAnswer

REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("etag", "location")
SHOWN_ONCE = frozenset({"token"})
"""Fields that are never kept: in a repeated answer they are null."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A key of yours, a UUID for instance: the same request under the same key within 24 hours happens once.",
    ),
]


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that the request in hand has taken, and the transaction in which its answer is to be kept."""

    session: AsyncSession
    operator_id: OperatorId
    key: str


class Repeated(Exception):
    """The request was answered before."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__("answered before")
        self.kept = kept

    def response(self) -> Response:
        """The first answer again, marked as such."""
        body, headers = self.kept.body["body"], dict(self.kept.body["headers"])
        content = b"" if body is None else orjson.dumps(body)
        return Response(content, self.kept.status, headers | {REPLAYED: "true"}, None if body is None else "application/json")


class KeyUsedBefore(HTTPException):
    """The key stands for another request already."""

    def __init__(self) -> None:
        super().__init__(422, "This Idempotency-Key was used for another request: take a new one.")


async def claim_key(session: AsyncSession, request: Request, operator_id: OperatorId, key: str | None, *, now: datetime) -> None:
    """Takes the key for this request; `Repeated` when it has been answered before, 422 when the key was used for another."""
    if key is None:
        return
    fingerprint = await _fingerprint(request)
    kept = await idempotency.claim(session, operator_id, key, fingerprint, now=now)
    if kept is not None:
        _refuse_or_repeat(kept, fingerprint)
    request.state.claim = Claim(session, operator_id, key)


async def find_answer(session: AsyncSession, request: Request, operator_id: OperatorId, key: str | None, *, now: datetime) -> None:
    """Raises `Repeated` when the request has been answered before; takes nothing."""
    if key is None:
        return
    kept = await idempotency.find(session, operator_id, key, now=now)
    if kept is not None:
        _refuse_or_repeat(kept, await _fingerprint(request))


class RepeatableRoute(APIRoute):
    """A route that keeps the answer of a request with a claimed key, and gives it again to the same request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except Repeated as repeated:
                return repeated.response()
            claim: Claim | None = getattr(request.state, "claim", None)
            if claim is not None:
                await _keep(claim, response)
            return response

        return handle_once


async def _keep(claim: Claim, response: Response) -> None:
    body = orjson.loads(response.body) if response.body else None
    kept = None if body is None else {name: None if name in SHOWN_ONCE else value for name, value in body.items()}
    headers: Mapping[str, str] = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answer = {"body": kept, "headers": headers}
    await idempotency.keep(claim.session, claim.operator_id, claim.key, status=response.status_code, body=answer)


def _refuse_or_repeat(kept: KeptAnswer, fingerprint: bytes) -> None:
    if kept.fingerprint != fingerprint:
        raise KeyUsedBefore
    raise Repeated(kept)


async def _fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, address, version and body."""
    about = [request.method, request.url.path, request.url.query, request.headers.get("if-match", "")]
    return hashlib.sha256("\n".join(about).encode() + b"\n" + await request.body()).digest()
