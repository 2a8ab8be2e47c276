"""A router whose routes can be repeated and say which problems they answer with."""

from fastapi import APIRouter

from app.api.problems import responses
from app.api.repeats import RepeatableRoute

PREFIX = "/api/v1"
ANYWHERE = (401, 403, 405, 422, 503)
"""What any route under a token may answer: also when the database is away, or the address takes no such method."""


def make_router(noun: str) -> APIRouter:
    """A router for one noun under /api/v1."""
    return APIRouter(prefix=PREFIX, tags=[noun], route_class=RepeatableRoute, responses=responses(*ANYWHERE))
