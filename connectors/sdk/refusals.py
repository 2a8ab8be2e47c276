"""What a network's refusal says of the credential that made the call: how far it reaches, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited

RIGHT_LASTS = timedelta(days=1)
"""How long a method is believed to be forbidden to a credential: rights are granted seldom, and one call a day finds out."""

QUOTA_LASTS = timedelta(hours=1)
"""Of a spent quota whose network does not say when it comes back."""


class Reason(StrEnum):
    """Why a credential may not call."""

    TOO_FAST = "too_fast"
    FLOOD = "flood"
    QUOTA = "quota"
    RIGHT = "right"
    HUMAN = "human"
    DEAD = "dead"
    ADDRESS = "address"


class Reach(StrEnum):
    """What a refusal closes: one method of the credential, all of it, or the network for every credential of every host."""

    METHOD = "method"
    CREDENTIAL = "credential"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal that is about the credential, not about the page. `until` is `None` for good."""

    reason: Reason
    reach: Reach
    until: datetime | None


def refused_by(error: ConnectorError, *, now: datetime) -> Refused | None:
    """What the error says of the credential; `None` when it is about the page or the network, so that no other one would help."""
    match error:
        case RateLimited(address=True):
            return Refused(Reason.ADDRESS, Reach.NETWORK, now + timedelta(seconds=error.retry_after))
        case RateLimited(too_fast=True):
            return Refused(Reason.TOO_FAST, Reach.CREDENTIAL, now + timedelta(seconds=error.retry_after))
        case RateLimited():
            return Refused(Reason.FLOOD, Reach.METHOD, now + timedelta(seconds=error.retry_after))
        case QuotaExhausted():
            return Refused(Reason.QUOTA, Reach.METHOD, error.until or now + QUOTA_LASTS)
        case AccessDenied(permanent=True):
            return Refused(Reason.RIGHT, Reach.METHOD, now + RIGHT_LASTS)
        case AuthenticationFailed(retry_after=None):
            return Refused(Reason.DEAD, Reach.CREDENTIAL, None)
        case AuthenticationFailed():
            return Refused(Reason.HUMAN, Reach.CREDENTIAL, now + timedelta(seconds=error.retry_after or 0))
        case _:
            return None


def blames_credential(error: ConnectorError) -> bool:
    """Whether another credential may be let do what this one was refused."""
    match error:
        case RateLimited():
            return not error.address
        case QuotaExhausted() | AuthenticationFailed() | AccessDenied(permanent=True):
            return True
        case _:
            return False


def remembered(reason: Reason, text: str, *, method: str, until: datetime | None, now: datetime) -> ConnectorError:
    """A refusal of the past as the error that the core acts on: the same kind as the network's own."""
    error = _as_error(reason, text, method, until, now)
    error.is_remembered = True
    return error


def _as_error(reason: Reason, text: str, method: str, until: datetime | None, now: datetime) -> ConnectorError:
    seconds = 0.0 if until is None else max((until - now).total_seconds(), 0.0)
    match reason:
        case Reason.ADDRESS:
            return RateLimited(text, retry_after=seconds, address=True)
        case Reason.TOO_FAST | Reason.FLOOD:
            return RateLimited(text, retry_after=seconds)
        case Reason.QUOTA:
            return QuotaExhausted(text, method=method, until=until)
        case Reason.RIGHT:
            return AccessDenied(text, permanent=True)
        case Reason.HUMAN:
            return AuthenticationFailed(text, retry_after=seconds)
        case Reason.DEAD:
            return AuthenticationFailed(text)
        case _:
            assert_never(reason)
