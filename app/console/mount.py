"""Puts the console onto the application beside the API."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.console import (
    corrections,
    exports,
    incidents,
    labelling,
    many_steps,
    models,
    next_incident,
    place_names,
    policies,
    queue,
    ready_texts,
    replies,
    routing,
    sessions,
    signals,
    sources,
    static_files,
    statistics,
)
from app.console.context import ConsoleContext
from app.console.page_route import page_of, trouble_of
from app.domain.errors import DomainError

Handler = Callable[[Request, Exception], Coroutine[Any, Any, Response]]
PARTS = (
    sessions,
    queue,
    exports,
    incidents,
    corrections,
    replies,
    next_incident,
    many_steps,
    labelling,
    models,
    place_names,
    policies,
    ready_texts,
    signals,
    routing,
    sources,
    statistics,
    static_files,
)
FOR_PROGRAMS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics")


def console_router() -> APIRouter:
    """Every page of the console."""
    router = APIRouter(include_in_schema=False)
    for part in PARTS:
        router.include_router(part.router)
    return router


def add_console(app: FastAPI, context: ConsoleContext) -> None:
    """Adds the pages and what they are made with."""
    add_pages(app)
    app.state.console = context


def add_pages(app: FastAPI) -> None:
    """Adds the pages; addresses that nobody knows get a page too, unless they are the API's."""
    app.include_router(console_router())
    for kind in (HTTPException, DomainError):
        app.add_exception_handler(kind, _pages_for_people(app.exception_handlers.get(kind)))


def _pages_for_people(otherwise: Any) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if otherwise is not None and request.url.path.startswith(FOR_PROGRAMS):
            answer: Response = await otherwise(request, error)
            return answer
        return page_of(request, trouble_of(error))

    return handle
