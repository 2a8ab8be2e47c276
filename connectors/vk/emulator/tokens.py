"""Tokens and what they may do: kinds, rights, calls a second and calls a day."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from connectors.vk.emulator.refusals import Refusal

RIGHTS: Mapping[str, int] = {"photos": 4, "messages": 4096, "wall": 8192, "manage": 262144}
"""Rights of a community token and their bits in its mask."""


class TokenKind(StrEnum):
    SERVICE = "service"
    COMMUNITY = "group"
    USER = "user"


OUT_OF_SCOPE = 1133
"""Subcode of error 15: the token is of the right kind, but its owner has not granted the right."""


def out_of_scope() -> Refusal:
    return Refusal(15, "no access to call this method. It cannot be called with current scopes.", subcode=OUT_OF_SCOPE)


def wrong_kind(kind: TokenKind) -> Refusal:
    """The refusal of a kind that the method's schema does not name; a person's token has no right to walls and replies."""
    match kind:
        case TokenKind.COMMUNITY:
            return Refusal(27, "method is unavailable with group auth.")
        case TokenKind.SERVICE:
            return Refusal(28, "method is unavailable with service token.")
        case TokenKind.USER:
            return out_of_scope()
        case _:
            assert_never(kind)


@dataclass(slots=True)
class Token:
    """A key and how much it has been used. `group_id` is of a community's key, `rights` of one and of a person's."""

    kind: TokenKind
    calls_per_second: int
    group_id: int = 0
    rights: tuple[str, ...] = tuple(RIGHTS)
    is_revoked: bool = False
    accepted: deque[float] = field(default_factory=deque)
    used: dict[str, tuple[date, int]] = field(default_factory=dict)


class Gate:
    """Lets a call in or refuses it, in the order in which VK looks: token, rate, kind of token, quota."""

    def __init__(self, tokens: dict[str, Token], quotas: Mapping[str, int], monotonic: Callable[[], float]) -> None:
        self.tokens = tokens
        self._quotas = quotas
        self._monotonic = monotonic

    def recognise(self, secret: str) -> Token:
        """The token behind the secret."""
        if not secret:
            raise Refusal(5, "no access_token passed.")
        token = self.tokens.get(secret)
        if token is None:
            raise Refusal(5, "invalid access_token (4).")
        if token.is_revoked:
            raise Refusal(5, "user revoke access for this token.")
        return token

    def admit(self, token: Token, method: str, kinds: frozenset[TokenKind], now: datetime) -> None:
        """Counts the call against the rate by real time and against the day's quota by the world's clock."""
        self._count_second(token)
        if token.kind not in kinds:
            raise wrong_kind(token.kind)
        self._count_day(token, method, now.date())

    def _count_second(self, token: Token) -> None:
        now = self._monotonic()
        while token.accepted and token.accepted[0] <= now - 1.0:
            token.accepted.popleft()
        if len(token.accepted) >= token.calls_per_second:
            raise Refusal(6)
        token.accepted.append(now)

    def _count_day(self, token: Token, method: str, today: date) -> None:
        day, used = token.used.get(method, (today, 0))
        used = used if day == today else 0
        if used >= self._quotas.get(method, used + 1):
            raise Refusal(29)
        token.used[method] = (today, used + 1)
