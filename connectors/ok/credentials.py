"""Which key may make a call now: the keys of one application in turn, without those that OK has refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from connectors.ok import settings
from connectors.ok.api import AddressBlocked, RightMissing
from connectors.ok.signature import read_key
from connectors.sdk.contract import Credential
from connectors.sdk.errors import AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited

FOR_EVER = datetime.max.replace(tzinfo=UTC)
ANY_METHOD = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Until when a key is not tried again, and the refusal that said so."""

    until: datetime
    error: ConnectorError


class CredentialPool:
    """The keys of one connector and what OK has refused each of them, or all of them together.

    OK may give one person another id in each application, so only keys of one application are used: that of the first
    readable key. Keys of other applications wait unused, or the same resident would come back as a stranger.
    """

    def __init__(self, credentials: Sequence[Credential], now: Callable[[], datetime]) -> None:
        self._now = now
        self._turn = 0
        self._blocks: dict[tuple[str, str], Block] = {}
        self._everything: Block | None = None
        self._unreadable: AuthenticationFailed | None = None
        self._credentials = self._of_one_application(credentials)

    def candidates(self, method: str) -> list[Credential]:
        """The keys to try for the method; raises the mildest refusal when none is left, or what stops all of them."""
        if self._everything and self._everything.until > self._now():
            seconds = (self._everything.until - self._now()).total_seconds()
            raise AddressBlocked(f"{method}: waiting after {self._everything.error}", retry_after=seconds)
        free = [credential for credential in self._in_turn() if self._block(credential, method) is None]
        if not free:
            raise self._refusal(method)
        return free

    def note(self, credential: Credential, method: str, error: ConnectorError) -> bool:
        """Remembers a refusal; false when another key would not help."""
        match error:
            case AddressBlocked(retry_after=seconds):
                self._everything = Block(self._now() + timedelta(seconds=seconds), error)
                return False
            case RightMissing():
                self._shut(credential, method, self._now() + settings.RIGHT_PAUSE, error)
            case AuthenticationFailed():
                self._shut(credential, ANY_METHOD, FOR_EVER, error)
            case QuotaExhausted(until=until):
                self._shut(credential, ANY_METHOD, until or self._now(), error)
            case RateLimited(retry_after=seconds):
                self._shut(credential, ANY_METHOD, self._now() + timedelta(seconds=seconds), error)
            case _:
                return False
        return True

    def _of_one_application(self, credentials: Sequence[Credential]) -> tuple[Credential, ...]:
        applications: dict[str, list[Credential]] = {}
        for credential in credentials:
            try:
                applications.setdefault(read_key(credential).application_key, []).append(credential)
            except AuthenticationFailed as error:
                self._unreadable = self._unreadable or error
        by_application = list(applications.values())
        if unused := [credential.name for others in by_application[1:] for credential in others]:
            structlog.get_logger(__name__).warning("ok_keys_of_other_applications_unused", keys=unused)
        return tuple(by_application[0]) if by_application else ()

    def _in_turn(self) -> Sequence[Credential]:
        self._turn += 1
        start = self._turn % max(1, len(self._credentials))
        return self._credentials[start:] + self._credentials[:start]

    def _shut(self, credential: Credential, method: str, until: datetime, error: ConnectorError) -> None:
        self._blocks[credential.name, method] = Block(until, error)

    def _block(self, credential: Credential, method: str) -> Block | None:
        blocks = (self._blocks.get((credential.name, scope)) for scope in (ANY_METHOD, method))
        return next((block for block in blocks if block and block.until > self._now()), None)

    def _refusal(self, method: str) -> ConnectorError:
        blocks = sorted(filter(None, (self._block(key, method) for key in self._credentials)), key=lambda block: block.until)
        if not blocks:
            return AuthenticationFailed(f"{method}: {self._unreadable or 'no OK key has been given'}")
        until, text = blocks[0].until, f"{method}: no usable OK key; the latest refusal: {blocks[0].error}"
        match blocks[0].error:
            case QuotaExhausted():
                return QuotaExhausted(text, method=method, until=until)
            case RateLimited():
                return RateLimited(text, retry_after=(until - self._now()).total_seconds())
            case RightMissing():
                return RightMissing(text)
            case _:
                return AuthenticationFailed(text)
