"""Application keys: who calls, whether the signature is right, and how much each may call."""

import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import md5

from connectors.ok.emulator.refusals import Refusal

NOT_SIGNED = ("sig", "access_token", "session_key")


@dataclass(slots=True)
class Key:
    """One token of an application and how much it has been used. `rights` are what OK's moderators granted the application."""

    application_key: str
    access_token: str
    session_secret_key: str
    is_revoked: bool = False
    rights: frozenset[str] = frozenset({"VALUABLE_ACCESS", "GROUP_CONTENT"})
    accepted: deque[float] = field(default_factory=deque)
    used: dict[str, tuple[date, int]] = field(default_factory=dict)


def read_keys(app_secrets: Iterable[str]) -> dict[str, Key]:
    """Keys by their tokens, from the JSON documents that credentials hold."""
    documents = [json.loads(secret) for secret in app_secrets]
    keys = [Key(fields["application_key"], fields["access_token"], fields["session_secret_key"]) for fields in documents]
    return {key.access_token: key for key in keys}


class Gate:
    """Lets a call in or refuses it: address, application, token, signature, rate, right, limit of the day."""

    def __init__(
        self, keys: dict[str, Key], calls_per_second: int, calls_per_day: Mapping[str, int], monotonic: Callable[[], float]
    ) -> None:
        self.keys = keys
        self.is_address_blocked = False
        self._calls_per_second = calls_per_second
        self._calls_per_day = calls_per_day
        self._monotonic = monotonic

    def recognise(self, parameters: Mapping[str, str]) -> Key:
        """The key that signed the call."""
        if self.is_address_blocked:
            raise Refusal(9, "The method is blocked for the caller's address")
        if parameters.get("application_key") not in {key.application_key for key in self.keys.values()}:
            raise Refusal(101, "Application not exist")
        key = self.keys.get(parameters.get("access_token", ""))
        if key is None or key.application_key != parameters["application_key"]:
            raise Refusal(103, "Invalid session key")
        if key.is_revoked:
            raise Refusal(102, "Session expired")
        if parameters.get("sig") != expected_signature(parameters, key.session_secret_key):
            raise Refusal(104, f"Invalid signature {parameters.get('sig', '')}")
        return key

    def admit(self, key: Key, method: str, rights: Collection[str], now: datetime) -> None:
        """Counts the call against the rate by real time and against the day's limit by the world's clock."""
        self._count_second(key)
        if missing := sorted(set(rights) - key.rights):
            raise Refusal(200, f"User must grant an access to permission '{missing[0]}'")
        if self.calls_left(key, method, now) == 0:
            raise Refusal(11, f"Limit of calls of {method} is reached")
        key.used[method] = (now.date(), self._used(key, method, now) + 1)

    def calls_left(self, key: Key, method: str, now: datetime) -> int | None:
        """How many calls the day still has, `None` without a limit."""
        limit = self._calls_per_day.get(method)
        return None if limit is None else max(0, limit - self._used(key, method, now))

    def _used(self, key: Key, method: str, now: datetime) -> int:
        day, used = key.used.get(method, (now.date(), 0))
        return used if day == now.date() else 0

    def _count_second(self, key: Key) -> None:
        now = self._monotonic()
        while key.accepted and key.accepted[0] <= now - 1.0:
            key.accepted.popleft()
        if len(key.accepted) >= self._calls_per_second:
            raise Refusal(8, "Action blocked because of flood")
        key.accepted.append(now)


def expected_signature(parameters: Mapping[str, str], secret: str) -> str:
    """What `sig` must be by the documentation; worked out here without the connector's own code."""
    names = sorted(name for name in parameters if name not in NOT_SIGNED)
    return md5(("".join(f"{name}={parameters[name]}" for name in names) + secret).encode(), usedforsecurity=False).hexdigest()
