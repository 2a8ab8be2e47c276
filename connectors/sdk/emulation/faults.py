"""Seeded failures of an emulated network: which calls fail, and how a failed answer looks on the wire."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import assert_never

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.sdk.emulation.wire import JSON


class FaultKind(StrEnum):
    HTTP_500 = "http 500"
    HTTP_502 = "http 502"
    HTML = "html"
    CUT_JSON = "cut json"
    STALL = "stall"
    DROP = "drop"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Faults:
    """The share `rate` of all calls fails in one of the ways, decided by the seed and the order of calls alone.

    A refusal carries one of the network's own error `codes` and means that the call had no effect. All other kinds spoil
    the answer, half of them after the call has had its effect.
    """

    seed: int
    rate: float
    kinds: tuple[FaultKind, ...] = tuple(FaultKind)
    codes: tuple[int, ...] = (1,)
    stall_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Fault:
    """The fate of one call. `is_done` tells that the call has its effect and only its answer is lost."""

    kind: FaultKind
    code: int
    is_done: bool
    stall_seconds: float


def fates(faults: Faults | None) -> Iterator[Fault | None]:
    """The fates of the calls to come, endlessly."""
    random = Random(faults.seed if faults else 0)
    while True:
        chance, kind, code, is_done = random.random(), random.random(), random.random(), random.random() < 0.5
        if faults is None or not faults.kinds or chance >= faults.rate:
            yield None
        else:
            chosen = faults.kinds[int(kind * len(faults.kinds))]
            yield Fault(chosen, faults.codes[int(code * len(faults.codes))], is_done, faults.stall_seconds)


def spoiled(answer: Response, fault: Fault) -> Response:
    """The answer as the fault leaves it; a refusal is an answer in itself and stays."""
    match fault.kind:
        case FaultKind.HTTP_500:
            return Response(b"Internal Server Error", 500, media_type="text/plain")
        case FaultKind.HTTP_502:
            return Response(b"<html><head><title>502 Bad Gateway</title></head><body></body></html>", 502, media_type="text/html")
        case FaultKind.HTML:
            return Response("<!DOCTYPE html><html><body>Ведутся технические работы</body></html>".encode(), media_type="text/html")
        case FaultKind.CUT_JSON:
            return Response(bytes(answer.body)[: len(answer.body) // 2], media_type=JSON)
        case FaultKind.STALL:
            return StalledResponse(bytes(answer.body), fault.stall_seconds)
        case FaultKind.DROP:
            return DroppedResponse(bytes(answer.body), media_type=JSON)
        case FaultKind.REFUSAL:
            return answer
        case _:
            assert_never(fault.kind)


class StalledResponse(Response):
    """A good answer that comes too late, unless the client has hung up before."""

    def __init__(self, body: bytes, seconds: float) -> None:
        super().__init__(body, media_type=JSON)
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await has_hung_up(receive, self.seconds):
            await super().__call__(scope, receive, send)


class DroppedResponse(Response):
    """Headers that promise a body; then the connection breaks (the server closes it on an answer left unfinished)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})


async def has_hung_up(receive: Receive, seconds: float) -> bool:
    """Waits for the client to leave, at most so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return False
    return True
