"""The Bot API's wire rules: how a call is written, how an answer is read, and what each refusal means to us."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.sdk.contract import Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    RateLimited,
    ReplyRejected,
    SourceGone,
    SourceUnavailable,
    UnexpectedResponse,
)
from connectors.sdk.fields import line, mapping, whole
from connectors.sdk.http import HttpCall, LongCall, Received, redact
from connectors.sdk.secret_path import SECRET, SecretInPath
from connectors.sdk.text import clean_text
from connectors.telegram import settings

Parameter = str | int | bool | Sequence[str] | Mapping[str, Any]
Parameters = Mapping[str, Parameter]

MOST_TEXT = 300
WRITING = "sendMessage"
FETCHING = "getUpdates"


class ChatMigrated(SourceGone):
    """The group has become a supergroup and goes on under another id."""

    def __init__(self, message: str, *, chat_id: int) -> None:
        super().__init__(message)
        self.chat_id = chat_id


GONE = re.compile(r"chat not found|user not found|PEER_ID_INVALID|CHANNEL_INVALID|group chat was deactivated", re.IGNORECASE)
DENIED = re.compile(
    r"not enough rights|no rights|need administrator|administrator rights|CHAT_ADMIN_REQUIRED|CHAT_WRITE_FORBIDDEN|CHANNEL_PRIVATE"
    r"|member list is inaccessible|participant|bad webhook|webhook|TOPIC_CLOSED",
    re.IGNORECASE,
)
"""Refusals of HTTP 400 by their words: the Bot API has no finer codes. What stands in neither is a call that we made wrongly."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The `result` part of an answer."""

    method: str
    result: Any = field(repr=False)


def written_call(base_url: str, method: str, parameters: Parameters, credential: Credential) -> HttpCall:
    """The call in Telegram's form: parameters in the body; the token belongs into the path, and comes there at the last moment."""
    form = {name: written(value) for name, value in parameters.items()}
    return HttpCall(method, address(base_url, method), form, SecretInPath(credential))


def waiting_call(base_url: str, parameters: Parameters, credential: Credential) -> LongCall:
    """A long poll, left open for `LONG_POLL_SECONDS`."""
    query = {name: written(value) for name, value in parameters.items()}
    seconds = settings.LONG_POLL_SECONDS
    return LongCall(FETCHING, address(base_url, FETCHING), query | {"timeout": str(seconds)}, seconds, SecretInPath(credential))


def address(base_url: str, method: str) -> str:
    return f"{base_url.rstrip('/')}/bot{SECRET}/{method}"


def written(value: Parameter) -> str:
    """A parameter as Telegram reads it: all but texts and numbers as JSON."""
    if isinstance(value, str):
        return clean_text(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def read_answer(received: Received, *, method: str, credential: Credential) -> Answer:
    """The answer's `result`; raises what the refusal in its place means."""
    document = received.document
    if not isinstance(document, dict) or not isinstance(document.get("ok"), bool):
        raise UnexpectedResponse(f"{method}: HTTP {received.status} without the field ok")
    if not document["ok"]:
        raise refusal(document, method=method, credential=credential)
    if "result" not in document:
        raise UnexpectedResponse(f"{method}: an answer without a result")
    return Answer(method, document["result"])


def refusal(document: Mapping[str, Any], *, method: str, credential: Credential) -> ConnectorError:
    """Telegram's refusal as ours."""
    code, parameters = whole(document.get("error_code")) or 0, mapping(document.get("parameters"))
    reason = redact(line(document.get("description")), credential)[:MOST_TEXT] or "no reason"
    text = f"{method} with the bot {credential.name!r}: Telegram error {code}: {reason}"
    moved_to = whole(parameters.get("migrate_to_chat_id"))
    if moved_to:
        return ChatMigrated(text, chat_id=moved_to)
    match code:
        case 401 | 404:  # 404 is said of no chat, but of a token that is none
            return AuthenticationFailed(f"{text}; get the bot's token anew from @BotFather")
        case 403:
            return AccessDenied(text)
        case 409:
            return AccessDenied(f"{text}; a bot has one receiver: end the other program, or open push anew with `otklik source push`")
        case 420 | 429:
            return RateLimited(text, retry_after=max(float(whole(parameters.get("retry_after")) or settings.FLOOD_SECONDS), 1.0))
        case 400 if GONE.search(reason) and method != WRITING:
            return SourceGone(text)
        case 400 if DENIED.search(reason):
            return AccessDenied(text)
        case 400 if method == WRITING:
            return ReplyRejected(text, reason=reason)
        case code if code >= 500:
            return SourceUnavailable(text)
        case _:
            return UnexpectedResponse(text)
