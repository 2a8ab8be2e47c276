"""Which key may make a call now: keys in turn, without those that VK has refused."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.sdk.contract import Credential
from connectors.sdk.errors import AccessDenied, AuthenticationFailed, ConnectorError, QuotaExhausted, RateLimited
from connectors.vk import settings
from connectors.vk.api import WRITES, HumanNeeded

FOR_EVER = datetime.max.replace(tzinfo=UTC)
ANY_METHOD = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Until when a key is not tried again, and the refusal that said so."""

    until: datetime
    error: ConnectorError


class CredentialPool:
    """The keys of one connector and what VK has refused each of them."""

    def __init__(self, credentials: Sequence[Credential], now: Callable[[], datetime]) -> None:
        self._credentials = tuple(credentials)
        self._now = now
        self._turns: Counter[str] = Counter()
        self._blocks: dict[tuple[str, str, str], Block] = {}

    def of_kind(self, kind: str) -> tuple[Credential, ...]:
        """Every key of one kind, refused or not."""
        return tuple(credential for credential in self._credentials if credential.kind == kind)

    def candidates(self, method: str) -> list[Credential]:
        """The keys to try for the method, the likeliest kind first; raises the mildest refusal when none is left."""
        free = [credential for credential in self._in_turn(method) if not self._block(credential, method)]
        if not free:
            raise self._refusal(method)
        preferred = settings.COMMUNITY_KEY if method in WRITES else settings.SERVICE_KEY
        return sorted(free, key=lambda credential: credential.kind != preferred)

    def is_free(self, credential: Credential, method: str) -> bool:
        """Whether the key may be tried for the method now."""
        return self._block(credential, method) is None

    def note(self, credential: Credential, method: str, error: ConnectorError) -> bool:
        """Remembers a refusal of the key; false when the refusal is about the page, so that no other key would help."""
        match error:
            case HumanNeeded():
                self._shut(credential, ANY_METHOD, self._now() + settings.HUMAN_PAUSE, error)
            case AuthenticationFailed():
                self._shut(credential, ANY_METHOD, FOR_EVER, error)
            case AccessDenied(permanent=True):
                self._shut(credential, method, self._now() + settings.REFUSAL_PAUSE, error)
            case QuotaExhausted(until=until):
                self._shut(credential, method, until or self._now(), error)
            case RateLimited(retry_after=seconds):
                self._shut(credential, method, self._now() + timedelta(seconds=seconds), error)
            case _:
                return False
        return True

    def _in_turn(self, method: str) -> Sequence[Credential]:
        """Each method has a turn of its own: its daily quota is spent evenly, whatever else is called in between."""
        self._turns[method] += 1
        start = self._turns[method] % max(1, len(self._credentials))
        return self._credentials[start:] + self._credentials[:start]

    def _shut(self, credential: Credential, method: str, until: datetime, error: ConnectorError) -> None:
        self._blocks[credential.kind, credential.name, method] = Block(until, error)

    def _block(self, credential: Credential, method: str) -> Block | None:
        blocks = (self._blocks.get((credential.kind, credential.name, scope)) for scope in (ANY_METHOD, method))
        return next((block for block in blocks if block and block.until > self._now()), None)

    def _refusal(self, method: str) -> ConnectorError:
        blocks = sorted(filter(None, (self._block(key, method) for key in self._credentials)), key=lambda block: block.until)
        if not blocks:
            return AuthenticationFailed(f"{method}: no VK key has been given")
        until, text = blocks[0].until, f"{method}: no usable VK key; the latest refusal: {blocks[0].error}"
        match blocks[0].error:
            case RateLimited():
                return RateLimited(text, retry_after=(until - self._now()).total_seconds())
            case QuotaExhausted():
                return QuotaExhausted(text, method=method, until=until)
            case AccessDenied():
                return AccessDenied(text, permanent=True)
            case _:
                return AuthenticationFailed(text)
