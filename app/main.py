"""The web application: REST, health and metrics; the wiring adds the console."""

from collections import Counter
from typing import Any

from fastapi import FastAPI

from app.api import (
    alarms,
    alike,
    authorities,
    credentials,
    erasures,
    event_stream,
    exports,
    health,
    hooks,
    incident_steps,
    incidents,
    messages,
    metrics,
    models,
    places,
    policies,
    ready_texts,
    routing,
    sources,
    statistics,
    steps,
    surges,
    territories,
    tokens,
    topics,
)
from app.api.context import ApiContext
from app.api.edge import BodyLimit, LastResort, SecurityHeaders
from app.api.hooks import HookCounter
from app.api.problems import HANDLERS, Problem
from app.usecases.follow_events import EventFeed

LARGEST_BODY = 1_000_000
"""Bytes of a request; the longest honest one is a list of topics, some hundred thousand."""
MODULES = (
    exports,  # before the incidents: its address would be the number of one
    incidents,
    incident_steps,
    steps,
    event_stream,
    places,
    policies,
    ready_texts,
    routing,
    alike,
    messages,
    sources,
    authorities,
    statistics,
    surges,
    territories,
    tokens,
    topics,
    models,
    credentials,
    erasures,
    alarms,
    health,
    metrics,
    hooks,
)


class Application(FastAPI):
    """FastAPI, whose description also knows the problem documents."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schema = super().openapi()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schema["components"]["schemas"] |= {**problem.pop("$defs", {}), "Problem": problem}
        return super().openapi()


def create_app(context: ApiContext) -> FastAPI:
    """The application over `context`. Its description is at /api/openapi.json; there is no page that needs the internet."""
    app = assemble()
    connect(app, context)
    return app


def assemble() -> FastAPI:
    """All of the application but what its requests are answered with."""
    app = Application(
        title="Otklik",
        version="1",
        summary="The queue of residents' messages, and the time to the first official answer.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={**HANDLERS},
    )
    for module in MODULES:
        app.include_router(module.router)
    app.add_middleware(BodyLimit, largest=LARGEST_BODY)
    app.add_middleware(LastResort)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HookCounter)
    return app


def connect(app: FastAPI, context: ApiContext) -> None:
    """Gives an assembled application what its requests are answered with."""
    app.state.context = context
    app.state.streams = Counter[bytes]()
    app.state.feed = EventFeed(context.database, context.region_id)
