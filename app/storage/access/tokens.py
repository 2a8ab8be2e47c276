"""API tokens: only their SHA-256 is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlalchemy import column, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.operator import Operator, OperatorId, Role

TokenId = NewType("TokenId", int)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly `last_used_at` is kept: more often would make every request a write."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever shows a valid token: the operator, under the token's role."""

    token_id: TokenId
    operator: Operator
    last_used_at: datetime | None

    def is_news(self, now: datetime) -> bool:
        """Whether this use is worth noting."""
        return self.last_used_at is None or self.last_used_at < now - NOTED_EVERY


@dataclass(frozen=True, slots=True)
class Token:
    """A token as an administrator sees it."""

    id: TokenId
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


FIND = text(
    "SELECT t.id, t.role, t.last_used_at, o.id AS operator_id, o.name FROM tokens t JOIN operators o ON o.id = t.operator_id"
    " WHERE t.sha256 = :sha256 AND t.revoked_at IS NULL AND o.disabled_at IS NULL"
).columns(*(column(name) for name in ("id", "role", "last_used_at", "operator_id", "name")))


async def find(session: AsyncSession, sha256: bytes) -> Bearer | None:
    """Who holds the token, `None` when it is unknown or revoked, or its operator was disabled."""
    row = (await session.execute(FIND, {"sha256": sha256})).one_or_none()
    if row is None:
        return None
    return Bearer(TokenId(row.id), Operator(OperatorId(row.operator_id), row.name, Role(row.role)), row.last_used_at)


async def note_use(session: AsyncSession, token_id: TokenId, *, now: datetime) -> None:
    """Remembers that the token was used, once a minute at most."""
    await session.execute(
        text("UPDATE tokens SET last_used_at = :now WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :before)"),
        {"id": token_id, "now": now, "before": now - NOTED_EVERY},
    )


async def add(session: AsyncSession, operator: Operator, name: str, role: Role, sha256: bytes, *, now: datetime) -> TokenId:
    """Keeps a new token's hash."""
    found = await session.scalar(
        text(
            "INSERT INTO tokens (operator_id, name, role, sha256, created_at) VALUES (:operator, :name, :role, :sha256, :now) RETURNING id"
        ),
        {"operator": operator.id, "name": name, "role": role.value, "sha256": sha256, "now": now},
    )
    return TokenId(int(str(found)))


async def listed(session: AsyncSession, *, after: TokenId | None, limit: int) -> Sequence[Token]:
    """Tokens in the order of their making, revoked ones too."""
    rows = await session.execute(
        text("SELECT id, name, role, created_at, last_used_at, revoked_at FROM tokens WHERE id > :after ORDER BY id LIMIT :limit"),
        {"after": after or 0, "limit": limit},
    )
    return [Token(TokenId(row.id), row.name, Role(row.role), *row[3:]) for row in rows]


async def revoke_all(session: AsyncSession, operator_id: OperatorId, *, now: datetime) -> None:
    """Ends every token of an operator for good."""
    await session.execute(
        text("UPDATE tokens SET revoked_at = :now WHERE operator_id = :operator AND revoked_at IS NULL"),
        {"operator": operator_id, "now": now},
    )


async def revoke(session: AsyncSession, token_id: TokenId, *, now: datetime) -> None:
    """Ends a token for good, a second time without effect; `NotFound` when there is none."""
    found = await session.scalar(
        text("UPDATE tokens SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id RETURNING id"), {"id": token_id, "now": now}
    )
    if found is None:
        raise NotFound("token", token_id)
