"""Serving an application on this machine: it answers, it ends, it leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from connectors.sdk.emulation.loopback import serve
from tests.patience import PATIENCE_SECONDS


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse("здравствуйте")


GREETING = Starlette(routes=[Route("/", greet)])


async def test_an_application_answers_at_its_address_until_the_block_is_left() -> None:
    async with serve(GREETING) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        assert (await client.get("/")).text == "здравствуйте"
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
            await client.get("/")


async def test_two_applications_get_two_addresses() -> None:
    async with serve(GREETING) as first, serve(GREETING) as second:
        assert first != second


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError):
        async with serve(GREETING):
            raise LookupError


async def test_no_task_is_left_behind() -> None:
    before = asyncio.all_tasks()
    async with serve(GREETING) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        await client.get("/")
    assert asyncio.all_tasks() == before


async def test_the_lifespan_of_the_application_is_the_block() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        seen.append("up")
        yield
        seen.append("down")

    async with serve(Starlette(lifespan=lifespan)):
        assert seen == ["up"]
    assert seen == ["up", "down"]


async def test_an_application_that_cannot_start_says_so() -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        raise LookupError
        yield

    with pytest.raises(RuntimeError, match="start-up"):
        async with serve(Starlette(lifespan=lifespan)):
            pass
