"""Problem documents of RFC 9457: the one place that says which error becomes which answer."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from app.domain.errors import (
    AlreadyExists,
    DomainError,
    InvalidInput,
    InvalidTransition,
    LeaseLost,
    NoModelBefore,
    NotFound,
    NotPermitted,
    Refused,
    StaleVersion,
    TooBusy,
)
from app.domain.topic import TaxonomyRefused
from connectors.sdk.errors import AccessDenied, ConnectorError, InvalidLink, RateLimited, SourceGone
from connectors.sdk.text import clean_text

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "60"
KINDS: Mapping[type[DomainError], tuple[int, str]] = {
    NotFound: (404, "not-found"),
    StaleVersion: (412, "stale-version"),
    InvalidTransition: (409, "invalid-transition"),
    NotPermitted: (403, "not-permitted"),
    Refused: (403, "refused"),
    InvalidInput: (422, "invalid-input"),
    AlreadyExists: (409, "already-exists"),
    LeaseLost: (409, "lease-lost"),
    NoModelBefore: (409, "no-model-before"),
    TooBusy: (429, "too-busy"),
}
SLUGS: Mapping[int, str] = {
    400: "unreadable-body",
    401: "unauthenticated",
    404: "no-such-address",
    405: "method-not-allowed",
    413: "body-too-large",
    422: "key-used-before",
    428: "version-required",
    429: "too-many-streams",
    503: "database-away",
}


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"field": "limit", "message": "Input should be less than or equal to 200"}]})

    field: str
    message: str


class Problem(BaseModel):
    """Why a request failed. `type` is stable and meant for programs, `detail` for people; some kinds carry more."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:otklik:problem:stale-version",
                    "title": "Precondition Failed",
                    "status": 412,
                    "detail": "The incident 17 has changed: you hold version 3, it is now at 4. Read it again.",
                    "expected": 3,
                    "found": 4,
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


def problem(
    status: int, slug: str, detail: str, *, more: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document; characters that JSON cannot carry are left out."""
    about = {"type": f"urn:otklik:problem:{slug}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    document = {**about, **(more or {})}
    return Response(_written(document), status, dict(headers or {}), MEDIA_TYPE)


def _written(document: Mapping[str, object]) -> bytes:
    return orjson.dumps(_clean(document))


def _clean(value: object) -> object:
    match value:
        case str():
            return clean_text(value)
        case Mapping():
            return {clean_text(str(key)): _clean(one) for key, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value


def invalid(errors: list[tuple[str, str]]) -> Response:
    """422 with every wrong field."""
    return problem(422, "invalid-input", _detail(errors), more={"errors": _fields(errors)})


def problem_of(error: DomainError) -> Problem:
    """What the rules refuse as a document that stands inside another."""
    status, slug = KINDS[type(error)]
    more = {"errors": _fields([(error.field, str(error))])} if isinstance(error, InvalidInput) else _more(error)
    about = {"type": f"urn:otklik:problem:{slug}", "title": HTTPStatus(status).phrase, "status": status, "detail": str(error)}
    return Problem.model_validate({**about, **more})


def _detail(errors: list[tuple[str, str]]) -> str:
    return "; ".join(f"{field}: {message}" for field, message in errors)


def _fields(errors: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"field": field, "message": message} for field, message in errors]


async def on_domain_error(request: Request, error: Exception) -> Response:
    """What the rules refuse."""
    match error:
        case InvalidInput():
            return invalid([(error.field, str(error))])
        case TaxonomyRefused():
            return invalid([("groups", fault) for fault in error.faults])
        case DomainError():
            status, slug = KINDS[type(error)]
            return problem(status, slug, str(error), more=_more(error), headers=_headers(error))
        case _:
            raise error


def _headers(error: DomainError) -> dict[str, str]:
    return {"Retry-After": RETRY_SECONDS} if isinstance(error, TooBusy) else {}


def _more(error: DomainError) -> dict[str, object]:
    match error:
        case StaleVersion():
            return {"expected": error.expected, "found": error.found}
        case AlreadyExists():
            return {} if error.existing_id is None else {"existing_id": error.existing_id}
        case InvalidTransition():
            return {"state": error.state, "step": error.step}
        case _:
            return {}


async def on_connector_error(request: Request, error: Exception) -> Response:
    """What a network refuses: 422 when the link is to blame, else 502."""
    if isinstance(error, InvalidLink | SourceGone | AccessDenied):
        return invalid([("url", str(error))])
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, RateLimited) else {}
    return problem(502, "network-failed", str(error), headers=headers)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Unknown addresses, wrong methods, missing tokens."""
    if not isinstance(error, HTTPException):
        raise error
    slug = SLUGS.get(error.status_code, "refused")
    return problem(error.status_code, slug, error.detail, headers=error.headers)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Values that do not fit the description of the API."""
    if not isinstance(error, RequestValidationError):
        raise error
    return invalid([(_field(one["loc"]), str(one["msg"])) for one in error.errors()])


def _field(location: tuple[Any, ...]) -> str:
    """`body.assignee_id` as `assignee_id`; the body itself stays `body`."""
    return ".".join(map(str, location[1:])) or str(location[0])


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    DomainError: on_domain_error,
    ConnectorError: on_connector_error,
    HTTPException: on_http_error,
    RequestValidationError: on_invalid_request,
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for its description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in sorted({*statuses})}
