"""VK's wire rules: how a call is written, how an answer is read, and what each error code means to us."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

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
from connectors.sdk.http import BearerToken, HttpCall, Received, redact
from connectors.sdk.text import clean_text
from connectors.vk import settings

Parameter = str | int | Sequence[str]
Parameters = Mapping[str, Parameter]


class CommentsHidden(AccessDenied):
    """The comments of this post are closed to readers; the page itself is open."""


class NoPersonsKey(AccessDenied):
    """VK answers this to people only, and no person's key may ask just now: nothing is wrong with the page."""


class Meaning(StrEnum):
    """What we do about an error code."""

    UNAVAILABLE = "unavailable"
    TOO_FAST = "too_fast"
    WAIT = "wait"
    FLOOD = "flood"
    QUOTA = "quota"
    LIMIT = "limit"
    DEAD_KEY = "dead_key"
    HUMAN_NEEDED = "human_needed"
    WRONG_KEY = "wrong_key"
    ACCESS = "access"
    GONE = "gone"
    REJECTED = "rejected"
    PARAMETER = "parameter"
    BUG = "bug"


CODES: Mapping[Meaning, tuple[int, ...]] = {
    Meaning.UNAVAILABLE: (1, 10, 36, 43),
    Meaning.TOO_FAST: (6,),
    Meaning.WAIT: (32,),
    Meaning.FLOOD: (9, 223, 601, 1105),
    Meaning.QUOTA: (29,),
    Meaning.LIMIT: (103,),
    Meaning.DEAD_KEY: (2, 5, 11, 38, 42, 101, 1114, 1116, 1117, 1118, 3609, 3610, 3611),
    Meaning.HUMAN_NEEDED: (14, 17, 24, 25, 41, *range(3300, 3306), 11500),
    Meaning.WRONG_KEY: (7, 27, 28),
    Meaning.ACCESS: (15, 183, 200, 201, 204, 205, 210, 211, 212, 801),
    Meaning.GONE: (18, 19, 30, 37, 39, 40, 104, 113, 125, 203, 260),
    Meaning.REJECTED: (213, 214, 219, 220, 222, 224, 225, *range(900, 1000), *range(1009, 1013)),
    Meaning.PARAMETER: (100,),
    Meaning.BUG: (3, 4, 8, 12, 13, 16, 20, 21, 22, 23, 33, 34, 35, 9999),
}
"""Error codes of API 5.199 by meaning. Codes of methods that we never call (photos, market, ads …) stand in `FOREIGN`."""

FOREIGN: tuple[range, ...] = (
    range(105, 113), range(114, 125), range(126, 183), range(202, 203), range(221, 222), range(232, 254), range(300, 303),
    range(500, 501), range(600, 601), range(602, 637), range(700, 715), range(800, 801), range(1150, 1800), range(1900, 1903),
    range(2000, 2103), range(3102, 3103), range(3800, 3801), range(11003, 11103),
)  # fmt: skip

MEANINGS: Mapping[int, Meaning] = {code: meaning for meaning, codes in CODES.items() for code in codes}

SCOPE_SUBCODES = frozenset({1133, 1134})
"""Subcodes of error 15 that blame the rights of the key, not the page."""

GONE_WORDS = re.compile(
    r"not found|deleted|\b(owner_id|post_id|topic_id|comment_id|group_ids?|screen_name|reply_to_comment)\b", re.IGNORECASE
)
"""Ids come from VK itself, so an id that VK calls wrong belongs to something that has gone."""

WRITES = frozenset({"wall.createComment"})
COMMENTS_CLOSED = frozenset({212, 801})
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """The `response` part of an answer and the body it came in."""

    method: str
    response: Any = field(repr=False)
    raw: bytes = field(repr=False)


def meaning_of(code: int, subcode: int | None = None) -> Meaning | None:
    """What the code means to us; `None` for one that is in no table."""
    if code == 15 and subcode in SCOPE_SUBCODES:
        return Meaning.WRONG_KEY
    if any(code in codes for codes in FOREIGN):
        return Meaning.BUG
    return MEANINGS.get(code)


def written_call(base_url: str, method: str, parameters: Parameters, credential: Credential) -> HttpCall:
    """The call in VK's form: parameters in the body, the token in the header only."""
    form = {name: written(value) for name, value in parameters.items()}
    form |= {"v": settings.VERSION, "lang": settings.LANGUAGE}
    length = sum(len(value.encode()) for value in form.values())
    url = f"{base_url.rstrip('/')}/method/{method}"
    return HttpCall(method, url, form, BearerToken(credential), multipart=length > settings.MULTIPART_FROM_BYTES)


def written(value: Parameter) -> str:
    """A parameter as VK reads it: lists by commas, booleans as 0 and 1."""
    if isinstance(value, str):
        return clean_text(value)
    return str(int(value)) if isinstance(value, int) else ",".join(value)


def read_answer(received: Received, *, method: str, credential: Credential, now: datetime) -> Answer:
    """The answer's `response`; raises what the error object in its place means."""
    document = received.document
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        raise refusal(document["error"], method=method, credential=credential, now=now)
    if not isinstance(document, dict) or "response" not in document:
        raise UnexpectedResponse(f"{method}: HTTP {received.status} with neither response nor error")
    return Answer(method, document["response"], received.raw)


def refusal(error: Mapping[str, Any], *, method: str, credential: Credential, now: datetime) -> ConnectorError:
    """VK's error object as ours. `request_params` is left out: VK echoes there what it was sent."""
    code, subcode = whole(error.get("error_code")), whole(error.get("error_subcode"))
    reason = redact(clean_text(str(error.get("error_msg") or "no text")), credential)[:MOST_TEXT]
    number = f"{code}/{subcode}" if subcode else code
    text = f"{method} with key {credential.name!r}: VK error {number}: {reason}"
    meaning = None if code is None else meaning_of(code, subcode)
    if code in COMMENTS_CLOSED and method not in WRITES:
        return CommentsHidden(text)
    told = translated(meaning, text, reason, method=method, now=now)
    if method in WRITES and (isinstance(told, SourceGone | UnexpectedResponse) or code in COMMENTS_CLOSED):
        return ReplyRejected(text, reason=reason)
    return told


def translated(meaning: Meaning | None, text: str, reason: str, *, method: str, now: datetime) -> ConnectorError:
    match meaning:
        case Meaning.UNAVAILABLE:
            return SourceUnavailable(text)
        case Meaning.TOO_FAST:
            return RateLimited(text, retry_after=settings.TOO_FAST_SECONDS, too_fast=True)
        case Meaning.WAIT:
            return RateLimited(text, retry_after=settings.WAIT_SECONDS)
        case Meaning.FLOOD:
            return RateLimited(text, retry_after=settings.FLOOD_SECONDS)
        case Meaning.QUOTA:
            return QuotaExhausted(text, method=method, until=now + settings.QUOTA_PAUSE)
        case Meaning.LIMIT:
            return QuotaExhausted(text, method=method, until=now + settings.LIMIT_PAUSE)
        case Meaning.DEAD_KEY:
            return AuthenticationFailed(text)
        case Meaning.HUMAN_NEEDED:
            return AuthenticationFailed(text, retry_after=settings.HUMAN_SECONDS)
        case Meaning.WRONG_KEY:
            return AccessDenied(text, permanent=True)
        case Meaning.ACCESS | Meaning.PARAMETER if GONE_WORDS.search(reason):
            return SourceGone(text)
        case Meaning.ACCESS:
            return AccessDenied(text)
        case Meaning.GONE:
            return SourceGone(text)
        case Meaning.REJECTED:
            return ReplyRejected(text, reason=reason)
        case Meaning.PARAMETER | Meaning.BUG | None:
            return UnexpectedResponse(text)
        case _:
            assert_never(meaning)
