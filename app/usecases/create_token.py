"""Makes an API token for a person or a script."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.operator import Operator, Role
from app.storage.access import operators, tokens
from app.storage.access.tokens import TokenId

PREFIX = "otk_"
RANDOM_BYTES = 32
LENGTH = len(PREFIX) + 43
"""32 random bytes are 43 characters of the URL-safe alphabet."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made; `secret` is shown now and never again."""

    id: TokenId
    operator: Operator
    secret: str = field(repr=False)


def fingerprint(secret: str) -> bytes:
    """What is stored of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def looks_like_token(secret: str) -> bool:
    """Whether a text has a token's shape, so that anything else never reaches the database."""
    return secret.startswith(PREFIX) and len(secret) == LENGTH and secret.isascii()


async def create_token(session: AsyncSession, name: str, role: Role, *, now: datetime) -> NewToken:
    """A token under its own role for the operator of that name, who is registered if new."""
    found = await operators.ensure(session, name, role, now=now)
    if found.disabled_at is not None:
        raise InvalidInput("name", f"{name} was disabled and may not come in.")
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    operator = Operator(found.operator.id, name, role)
    return NewToken(await tokens.add(session, operator, name, role, fingerprint(secret), now=now), operator, secret)
