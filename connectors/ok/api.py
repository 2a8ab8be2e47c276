"""OK's wire rules: how a call is written, how an answer is read, and what each error code means to us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from connectors.ok import settings
from connectors.ok.signature import SignedForm, read_key
from connectors.sdk.contract import Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    ReplyRejected,
    SourceGone,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.sdk.fields import whole
from connectors.sdk.http import HttpCall, Received
from connectors.sdk.text import clean_text

Parameters = Mapping[str, str | int | Sequence[str]]


class NoSuchMethod(UnexpectedResponse):
    """OK knows no such method (any more)."""


class WrongParameter(UnexpectedResponse):
    """OK knows the method but not what it was asked."""


class Meaning(StrEnum):
    """What we do about an error code."""

    UNAVAILABLE = "unavailable"
    TOO_FAST = "too_fast"
    FLOOD = "flood"
    BLOCKED = "blocked"
    LIMIT = "limit"
    DEAD_KEY = "dead_key"
    RIGHT = "right"
    ACCESS = "access"
    GONE = "gone"
    REJECTED = "rejected"
    METHOD = "method"
    PARAMETER = "parameter"
    BUG = "bug"


CODES: Mapping[Meaning, tuple[int, ...]] = {
    Meaning.UNAVAILABLE: (1, 2, 30, 31, 9999),
    Meaning.TOO_FAST: (8,),
    Meaning.FLOOD: (7,),
    Meaning.BLOCKED: (9, 511),
    Meaning.LIMIT: (11, 26),
    Meaning.DEAD_KEY: (22, 101, 102, 103, 104, 210, 401, 402, 403, 453, 457, 514, 900),
    Meaning.RIGHT: (200,),
    Meaning.ACCESS: (10, 50, 455, 456, 458),
    Meaning.GONE: (106, 110, 120, 121, 140, 141, 150, 151, 160, 300, 700, 702, 705, 706),
    Meaning.REJECTED: (454, 701, 704),
    Meaning.METHOD: (3,),
    Meaning.PARAMETER: (100,),
    Meaning.BUG: (
        4, 12, 21, 23, 24, 25, 105, 130, 211, 212, 213, 214, 220, 324, 451, 600, 601, 607, 610, 1200, 2001, 5000,
    ),
}  # fmt: skip
"""OK's error codes by meaning. Ids come from OK itself, so an id that OK calls wrong belongs to something that has gone."""

MEANINGS: Mapping[int, Meaning] = {code: meaning for meaning, codes in CODES.items() for code in codes}
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's document, which OK gives bare, and the body it came in."""

    method: str
    document: Any = field(repr=False)
    raw: bytes = field(repr=False)


def written_call(base_url: str, method: str, parameters: Parameters, credential: Credential) -> HttpCall:
    """The call in OK's form: all of it in the body, token and signature added when it is sent."""
    read_key(credential)
    form = {name: written(value) for name, value in parameters.items()} | {"method": method, "format": "json"}
    return HttpCall(method, f"{base_url.rstrip('/')}/fb.do", form, SignedForm(credential, form))


def written(value: str | int | Sequence[str]) -> str:
    """A parameter as OK reads it: lists by commas."""
    if isinstance(value, str):
        return clean_text(value)
    return str(value) if isinstance(value, int) else ",".join(value)


def read_answer(received: Received, *, method: str, credential: Credential, now: datetime, is_write: bool = False) -> Answer:
    """The answer's document; raises what the error object in its place means. OK refuses with HTTP 200."""
    if isinstance(received.document, dict) and "error_code" in received.document:
        raise refusal(received.document, method=method, credential=credential, now=now, is_write=is_write)
    if received.status >= 400:
        raise UnexpectedResponse(f"{method}: HTTP {received.status} without an error code")
    return Answer(method, received.document, received.raw)


def refusal(error: Mapping[str, Any], *, method: str, credential: Credential, now: datetime, is_write: bool = False) -> ConnectorError:
    """OK's error object as ours. A refused write had no effect, so what is no matter of keys or time is told as a rejection."""
    code = whole(error.get("error_code"))
    reason = redacted(clean_text(str(error.get("error_msg") or "no text")), credential)[:MOST_TEXT]
    text = f"{method} with key {credential.name!r}: OK error {code}: {reason}"
    told = translated(None if code is None else MEANINGS.get(code), text, reason, method=method, now=now)
    if is_write and isinstance(told, SourceGone | UnexpectedResponse):
        return ReplyRejected(text, reason=reason)
    return told


def redacted(text: str, credential: Credential) -> str:
    """The text without anything secret of the credential: OK's errors repeat parameters."""
    key = read_key(credential)
    for secret in (credential.secret, key.access_token, key.session_secret_key):
        text = text.replace(secret, "[secret]")
    return text


def translated(meaning: Meaning | None, text: str, reason: str, *, method: str, now: datetime) -> ConnectorError:
    match meaning:
        case Meaning.UNAVAILABLE:
            return SourceUnavailable(text)
        case Meaning.TOO_FAST:
            return RateLimited(text, retry_after=settings.FLOOD_SECONDS, too_fast=True)
        case Meaning.FLOOD:
            return RateLimited(text, retry_after=settings.FLOOD_SECONDS)
        case Meaning.BLOCKED:
            return RateLimited(text, retry_after=settings.BLOCK_SECONDS, address=True)
        case Meaning.LIMIT:
            return QuotaExhausted(text, method=method, until=now + settings.LIMIT_PAUSE)
        case Meaning.DEAD_KEY:
            return AuthenticationFailed(text)
        case Meaning.RIGHT:
            return AccessDenied(text, permanent=True)
        case Meaning.ACCESS:
            return AccessDenied(text)
        case Meaning.GONE:
            return SourceGone(text)
        case Meaning.REJECTED:
            return ReplyRejected(text, reason=reason)
        case Meaning.METHOD:
            return NoSuchMethod(text)
        case Meaning.PARAMETER:
            return WrongParameter(text)
        case Meaning.BUG | None:
            return UnexpectedResponse(text)
        case _:
            assert_never(meaning)
