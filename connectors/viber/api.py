"""The wire rules of Viber's bot API: how a call is written, how an answer is read, and what each refusal means to us."""

from collections.abc import Mapping
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
    UnexpectedResponse,
)
from connectors.sdk.fields import line, whole
from connectors.sdk.http import HttpCall, Received, SecretInHeader, redact
from connectors.viber import settings

Document = Mapping[str, Any]

MOST_TEXT = 300
ASKING, SETTING, WRITING = "get_account_info", "set_webhook", "send_message"

NO_SUCH_BOT = 8
NO_WEBHOOK = 10
TOO_MANY = 12
DEAD_TOKEN = 2
CLOSED_BOT = frozenset({7, 9, 15})
"""The bot is blocked, suspended, or not let do this."""
NOT_FOR_THEM = frozenset({5, 6, 11, 13})
"""The receiver has no Viber, has left the bot, or has a program that shows no bots."""
BAD_CALL = frozenset({1, 3, 4, 14})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that says that all is well."""

    method: str
    document: Mapping[str, Any] = field(repr=False)


def written_call(base_url: str, method: str, document: Document, credential: Credential) -> HttpCall:
    """The call in Viber's form: JSON in the body, the token in a header."""
    url = f"{base_url.rstrip('/')}/{method}"
    return HttpCall(method, url, {}, SecretInHeader(credential, settings.TOKEN_HEADER), document=document)


def read_answer(received: Received, *, method: str, credential: Credential) -> Answer:
    """The answer; raises what the refusal in its place means. Viber refuses under HTTP 200 as well, by a status of its own."""
    document = received.document
    status = whole(document.get("status")) if isinstance(document, dict) else None
    if status is None:
        raise UnexpectedResponse(f"{method}: HTTP {received.status} without the field status")
    if status:
        raise refusal(status, line(document.get("status_message")), method=method, credential=credential)
    return Answer(method, document)


def refusal(status: int, said: str, *, method: str, credential: Credential) -> ConnectorError:
    """Viber's refusal as ours. What is not documented may mean anything: of a reply it is then unknown whether it went out."""
    reason = redact(said, credential)[:MOST_TEXT] or "no reason"
    text = f"{method} with the bot {credential.name!r}: Viber status {status}: {reason}"
    if status == DEAD_TOKEN:
        return AuthenticationFailed(f"{text}; copy the bot's token anew from its settings (Edit info) or Viber's Admin Panel")
    if status == TOO_MANY:
        return RateLimited(text, retry_after=settings.FLOOD_SECONDS)
    if status == NO_SUCH_BOT:
        return SourceGone(text)
    if status == NO_WEBHOOK:
        return AccessDenied(f"{text}; a bot without a webhook may not write: run `otklik source push`")
    if status in CLOSED_BOT:
        return AccessDenied(text)
    if status in BAD_CALL and method == SETTING:
        advice = "Viber wants https with a certificate that everybody trusts, and calls the address at once: is `otklik web` open to it?"
        return AccessDenied(f"{text}; {advice}")
    if status in BAD_CALL | NOT_FOR_THEM and method == WRITING:
        return ReplyRejected(text, reason=reason)
    return UnexpectedResponse(text)
