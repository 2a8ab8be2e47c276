"""The web application for tests: assembled once for all tests of a process, which takes as long as a whole test."""

from copy import copy
from functools import cache

from fastapi import FastAPI
from starlette.datastructures import State

from app.api.context import ApiContext
from app.console.context import ConsoleContext
from app.console.mount import add_pages
from app.main import assemble, connect


def application(context: ApiContext) -> FastAPI:
    """The API over `context`, with nothing of another test's in it."""
    app = _twin(_api())
    connect(app, context)
    return app


def application_with_pages(context: ApiContext, console: ConsoleContext) -> FastAPI:
    """The API and the console."""
    app = _twin(_api_and_pages())
    connect(app, context)
    app.state.console = console
    return app


@cache
def _api() -> FastAPI:
    return assemble()


@cache
def _api_and_pages() -> FastAPI:
    app = assemble()
    add_pages(app)
    return app


def _twin(app: FastAPI) -> FastAPI:
    """An application with the same routes and a state of its own."""
    twin = copy(app)
    twin.state = State()
    return twin
